"""The penalty of slow readers: ratios over pairs of blocks, behind against before, who was disconnected."""

from math import exp, log, sqrt

import msgspec
import numpy as np
import pytest
import scipy  # not scipy.special, which only the worker that needs it imports

from tests.report import runs
from tests.stats.made import S, batch, effort, findings, ints, sockets
from wswarm.results.penalty import Penalty
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Findings, Sends, Window, pack
from wswarm.stats.penalty import Block, Cohorts, notices, penalty_of, placed
from wswarm.stats.published import Published
from wswarm.stats.slo import check

MS = S // 1000
WINDOW = Window(origin_ns=10 * S, start_ns=12 * S, hold_ns=13 * S, drain_ns=33 * S)
NAMES = Cohorts("slow", "behind", "before", ("behind", "before", "others"))
PER_S = 10


def at(seconds: float) -> int:
    """Return a moment of the hold."""
    return WINDOW.hold_ns + round(seconds * S)


def block(order: int, *, is_slow: bool, pressed_s: float = 0.0) -> Block:
    """Return the block in that place, of 2 s."""
    began = at(2 * order)
    until = began + 2 * S
    return Block(is_slow, began, began + (round(pressed_s * S) if is_slow else 0), until, until)


BLOCKS = [block(order, is_slow=order in (1, 2)) for order in range(4)]


def publisher(until_s: float) -> Findings:
    """Return the findings of one that has published ten times a second."""
    sent = ints(at(one / PER_S) for one in range(round(until_s * PER_S)))
    log_ = pack(np.concatenate(Published(ints(range(len(sent))), sent, sent)))
    sends = Sends(offered=len(sent), sent=len(sent), lag=b"", per_second=b"", log=log_)
    return Findings(sockets=sockets([WINDOW.origin_ns]), effort=effort(), sends=sends)


def cohort(name: str, delays_ms: list[float], closed_s: float | None = None) -> Findings:
    """Return the findings of one subscriber: its delivery times block by block."""
    sent = [at(one / PER_S) for one in range(2 * PER_S * len(delays_ms))]
    tally = Broadcasts(WINDOW, [9], 5 * S)
    closed = STILL_OPEN if closed_s is None else at(closed_s)
    tally.see(ints([WINDOW.origin_ns - 5 * S]), ints([closed]), ints([STILL_OPEN]))
    tally.publish(Published(ints(range(len(sent))), ints(sent), ints(sent)))
    delays = [round(delays_ms[one // (2 * PER_S)] * MS) for one in range(len(sent))]
    tally.record(
        batch(
            [
                (0, 9, one, when, when + delay)
                for one, (when, delay) in enumerate(zip(sent, delays, strict=True))
                if when + delay < closed
            ]
        )
    )
    tally.settle_some(0, is_over=True)
    closes = {"3008": 1} if closed_s is not None else {}
    made = sockets([WINDOW.origin_ns - 5 * S], [closed], closes=closes)
    return msgspec.structs.replace(findings(made), cohort=name, arrivals=tally.findings())


def found(
    blocks: list[Block] = BLOCKS,
    others: tuple[float, ...] = (10, 20, 40, 20),
    closed_s: float | None = None,
    window: Window = WINDOW,
) -> Penalty:
    """Return the penalty among four subscribers, of which one is slow."""
    agents = [
        cohort("slow", [1] * len(others), closed_s),
        cohort("before", [one / 4 for one in others]),
        cohort("behind", [one / 2 for one in others]),
        cohort("others", list(others)),
        publisher(2 * len(others)),
    ]
    return penalty_of(agents, window, blocks, NAMES, 0.0)


def test_the_ratio_is_the_geometric_mean_over_pairs_with_student_s_interval() -> None:
    penalty = found(others=(10, 20, 60, 20))
    logs = [log(2), log(3)]
    mean, reach = np.mean(logs), scipy.special.stdtrit(1, 0.975) * np.std(logs, ddof=1) / sqrt(2)
    assert penalty.ratio == pytest.approx(sqrt(6))
    assert (penalty.low, penalty.high) == (
        pytest.approx(exp(mean - reach)),
        pytest.approx(exp(mean + reach)),
    )
    assert (penalty.pairs, penalty.compared, penalty.healthy, penalty.slow) == (2, 2, 3, 1)


def test_one_pair_has_a_ratio_and_no_interval() -> None:
    penalty = found(BLOCKS[:2])
    assert (penalty.ratio, penalty.low, penalty.high) == (pytest.approx(2), None, None)


def test_the_healthy_behind_a_slow_one_are_held_against_those_before_it() -> None:
    assert found().behind.ratio == pytest.approx(2, rel=0.021)


def test_what_is_due_before_the_target_feels_back_pressure_does_not_count() -> None:
    blocks = [block(order, is_slow=order in (1, 2), pressed_s=1.5) for order in range(4)]
    assert [one.broadcasts for one in found(blocks).blocks] == [20, 5, 5, 20]


def test_what_is_due_between_blocks_counts_in_none() -> None:
    """In the third of six times of 2 s the slow ones catch up."""
    blocks = [
        block(0, is_slow=False),
        block(1, is_slow=True),
        block(3, is_slow=True),
        block(4, is_slow=False),
    ]
    assert found(blocks, others=(10, 20, 500, 20, 10)).ratio == pytest.approx(2)


def test_a_block_that_the_end_has_cut_makes_no_pair() -> None:
    window = msgspec.structs.replace(WINDOW, drain_ns=at(7))
    penalty = found(window=window)
    assert (penalty.pairs, penalty.compared, len(penalty.blocks)) == (1, 1, 3)


def test_a_pair_in_which_a_slow_reader_was_lost_is_not_compared() -> None:
    penalty = found(closed_s=5.5)
    assert (penalty.pairs, penalty.compared) == (2, 1)
    assert [one.slow for one in penalty.blocks] == [1, 1, 0, 0]


def test_who_is_disconnected_is_told_with_code_and_time_since_the_slow_block_began() -> None:
    penalty = found(closed_s=5.5)
    assert penalty.disconnected == {"3008": 1}
    assert penalty.time_to_disconnect is not None
    assert (penalty.time_to_disconnect.n, penalty.time_to_disconnect.max) == (1, pytest.approx(1.5))


def test_without_a_disconnected_reader_there_is_no_time_to_disconnect() -> None:
    assert (found().disconnected, found().time_to_disconnect) == ({}, None)


def test_losses_of_the_slow_are_not_those_of_the_healthy() -> None:
    assert found(closed_s=1.0005).healthy_lost == 0


def test_growth_of_the_target_is_the_mean_over_slow_blocks() -> None:
    blocks = [one._replace(memory_growth=100 * order) for order, one in enumerate(BLOCKS)]
    assert found(blocks).memory_growth == 150
    assert found().memory_growth is None


def test_who_finds_out_by_reading_on_that_he_was_disconnected_was_so_in_the_slow_block() -> None:
    blocks = [*BLOCKS[:1], BLOCKS[1]._replace(seen_ns=at(4.2)), *BLOCKS[2:]]
    penalty = found(blocks, closed_s=4.1)
    assert (penalty.pairs, penalty.compared) == (2, 0)


def test_who_is_behind_is_not_told_of_clients_that_connected_in_another_order() -> None:
    penalty = found()
    kept = placed(penalty, {1: 10, 2: 20, 3: 30}, [2])
    assert (kept.misplaced, kept.behind) == (0, penalty.behind)
    mixed = placed(penalty, {1: 10, 2: 40, 3: 30}, [2])
    assert (mixed.misplaced, mixed.behind.ratio) == (1, None)
    assert "lower --connect-rate" in notices(mixed, 2)[0]


def test_pairs_that_were_not_held_or_not_compared_are_told() -> None:
    told = notices(found(closed_s=5.5), 3)
    assert told[0] == "2 of 3 pairs of blocks were held: no slow reader was left"
    assert told[1].startswith("1 of 2 pairs of blocks are compared")
    assert notices(found(), 2) == []


@pytest.mark.parametrize(
    ("expression", "value", "met"),
    [
        ("penalty.ratio<1.2", 2.0, False),
        ('penalty.disconnected."3008"==0', 1, False),
        ('penalty.disconnected."1013"==0', 0, True),
        ("penalty.time_to_disconnect.max<2s", 1.5, True),
        ("penalty.blocks.0.p50<20ms", 0.01, True),
        ("penalty.memory_growth<1MB", None, False),
        ("penalty.healthy_lost==0", 0, True),
    ],
)
def test_objectives_judge_it(expression: str, value: float | None, met: bool) -> None:
    measured = found(closed_s=5.5)
    (result,) = check(msgspec.structs.replace(runs.slow(), penalty=measured), (expression,))
    assert (result.value, result.met) == (pytest.approx(value) if value is not None else None, met)
