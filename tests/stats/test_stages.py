"""The stages of a load: each message belongs to the one in which it was due, to the nanosecond."""

import msgspec
import numpy as np
import pytest

from tests.stats.made import WINDOW, S, batch, findings, ints
from wswarm.results.stages import Stage
from wswarm.stats.findings import Findings, Sends, Window, pack, with_broadcasts
from wswarm.stats.stage_bins import counts_of
from wswarm.stats.stages import stages
from wswarm.stats.tally import Batch, Settlement, Tally

MS = S // 1_000
HOLD = WINDOW.hold_ns
# 1.5 s before, 0.5 s of a spike, the rest: none ends with a second of the run
STAGED = Window(WINDOW.origin_ns, WINDOW.start_ns, HOLD, HOLD + 6 * S, HOLD + 9 * S, [
    HOLD + 3 * S // 2, HOLD + 2 * S, HOLD + 6 * S,
])  # fmt: skip


def delayed(delays_ms: list[tuple[float, float, int, float]]) -> Batch:
    """Return replies intended evenly from one moment of the hold to another, s: so many, after so many ms."""
    arrivals = []
    for begin, end, count, delay_ms in delays_ms:
        for intended_s in np.linspace(begin, end, count, endpoint=False).tolist():
            intended_ns = HOLD + round(intended_s * S)
            arrivals.append((0, 1, len(arrivals), intended_ns, intended_ns + round(delay_ms * MS)))
    return batch(arrivals)


def told(arrived: Batch, window: Window = STAGED, lost: int = 0) -> list[Stage]:
    """Return the stages of replies, counted by two agents that share them; so many of the last were lost."""
    agents: list[Findings] = []
    for place in (0, 1):
        own = Batch(*(column[place::2] for column in arrived))
        tally = Tally(window)
        everybody = np.ones(len(own.rows), np.bool_)
        came = everybody.copy()
        came[len(came) - lost :] = False
        tally.count(own.where(came), everybody[came], ~everybody[came])
        counts = counts_of(own.intended_ns, window)
        sends = Sends(offered=0, sent=0, lag=b"", per_second=b"", of_stages=pack(np.stack((counts, counts))))
        tally.settlement, news = Settlement(len(own.rows), 0, lost), tally.take_settled()
        told = msgspec.structs.replace(findings(), sends=sends, arrivals=tally.findings())
        agents.append(with_broadcasts(told, news))
    return stages(agents, window)


BEFORE, SPIKE = (0, 1.5, 600, 1.0), (1.5, 2, 500, 90.0)


def test_counts_are_those_of_each_stage_and_add_up_to_the_hold_s() -> None:
    rows = told(delayed([BEFORE, SPIKE, (2, 6, 800, 1.0)]), lost=10)
    assert [(row.from_s, row.to_s) for row in rows] == [(0, 1.5), (1.5, 2), (2, 6)]
    assert [row.offered for row in rows] == [row.sent for row in rows] == [600, 500, 800]
    assert [row.received for row in rows] == [600, 500, 780]


def test_times_are_those_of_the_messages_that_were_due_in_the_stage() -> None:
    rows = told(delayed([BEFORE, SPIKE, (2, 6, 800, 1.0)]))
    assert [row.p50 for row in rows] == pytest.approx([0.001, 0.09, 0.001], rel=0.011)
    assert [row.p99 for row in rows] == pytest.approx([0.001, 0.09, 0.001], rel=0.011)


def test_a_percentile_that_so_few_cannot_carry_is_unknown() -> None:
    (row, *_) = told(delayed([(0, 1.5, 380, 1.0)]))
    assert (row.p50 is None, row.p99) == (False, None)


@pytest.mark.parametrize(("back_s", "told_s"), [(2, 0), (2.3, 1), (3, 1), (4.999, 3), (6, None)])
def test_p99_is_back_in_the_first_second_after_a_stage_that_is_within_a_fifth_of_before(
    back_s: float, told_s: float | None
) -> None:
    slow, quick = (2, back_s, round(400 * (back_s - 2)), 50.0), (back_s, 6, round(400 * (6 - back_s)), 1.15)
    rows = told(delayed([BEFORE, SPIKE, slow, quick]))
    assert [row.back_after_s for row in rows] == [None, told_s, None]


def test_nothing_is_back_where_nothing_is_known_of_before() -> None:
    rows = told(delayed([(0, 1.5, 100, 1.0), SPIKE, (2, 6, 800, 1.0)]))
    assert [row.back_after_s for row in rows] == [None, None, None]


def test_before_a_stage_is_the_last_of_which_p99_is_known() -> None:
    window = msgspec.structs.replace(STAGED, stage_ends_ns=[HOLD + S, *STAGED.stage_ends_ns])
    rows = told(delayed([(0, 1, 400, 1.0), SPIKE, (2, 6, 800, 1.0)]), window)
    assert [row.offered for row in rows] == [400, 0, 500, 800]
    assert rows[2].back_after_s == 0


def test_a_hold_that_was_cut_has_the_stages_that_had_begun() -> None:
    window = msgspec.structs.replace(STAGED, drain_ns=HOLD + 7 * S // 4)
    rows = told(delayed([BEFORE, (1.5, 1.75, 250, 1.0)]), window)
    assert [(row.from_s, row.to_s, row.offered) for row in rows] == [(0, 1.5, 600), (1.5, 1.75, 250)]


def test_a_moment_at_which_a_stage_ends_is_the_next_one_s() -> None:
    moments = ints([HOLD - 1, HOLD, HOLD + 3 * S // 2 - 1, HOLD + 3 * S // 2, HOLD + 6 * S - 1, HOLD + 6 * S])
    assert counts_of(moments, STAGED).tolist() == [2, 1, 1]


def test_seconds_that_are_over_are_told_as_the_run_goes_on_and_forgotten() -> None:
    long = Window(WINDOW.origin_ns, WINDOW.start_ns, HOLD, HOLD + 300 * S, HOLD + 300 * S, [HOLD + 300 * S])
    tally, kept = Tally(long), []
    for second in range(300):
        arrived = delayed([(second, second + 1, 50, 1.0)])
        everybody = np.ones(len(arrived.rows), np.bool_)
        tally.count(arrived, everybody, ~everybody)
        tally.take_settled()
        kept.append(len(tally.findings().by_stage))
    assert max(kept) <= 2 * kept[20]
