"""What the quiet probe says of a load, from times whose difference is known."""

from collections.abc import Sequence
from random import Random

import pytest

from tests.stats.made import WINDOW, histogram, ints
from wswarm.results.probe import Probe
from wswarm.stats.belief import Beliefs
from wswarm.stats.findings import Int64s
from wswarm.stats.probe import Pairs, Seen, judged, nothing, of_broadcasts, of_replies
from wswarm.stats.validity import Evidence, judge

MS = 1_000_000
NEAR = {201: (25, 26), 202: (75, 76)}
HOLD = WINDOW.hold_ns


def table(rows: Sequence[Sequence[int]]) -> Int64s:
    return ints(value for row in rows for value in row).reshape(-1, 4)


def seen(waits_ns: Sequence[int] = (50_000,), sockets: int = 2, *, is_stamped: bool = True) -> Seen:
    return Seen(sockets, "", table([]), histogram(waits_ns), is_stamped)


def pairs(later_ns: int, count: int = 60, time_ns: int = 2 * MS) -> Pairs:
    """Times of a probe between 1 and 3 ms, and of a load that is later by so much, with noise of its own."""
    chance = Random(7)
    probe = [time_ns * chance.uniform(0.5, 1.5) for _ in range(count)]
    load = [one + later_ns + chance.gauss(0, 20_000) for one in probe]
    return Pairs(ints(map(int, load)).astype(float), ints(map(int, probe)).astype(float))


def test_broadcasts_are_compared_with_the_connections_next_to_each_of_its_sockets() -> None:
    received = table([(1, 201, HOLD, HOLD + 10_000), (1, 202, HOLD, HOLD + 20_000)])
    beside = table(
        [
            (1, 25, HOLD, HOLD + 11_000),
            (1, 26, HOLD, HOLD + 13_000),
            (1, 75, HOLD, HOLD + 26_000),
            (1, 99, HOLD, HOLD + 90_000),
        ]
    )
    found = of_broadcasts(received, beside, NEAR, WINDOW)
    assert (found.load_ns.tolist(), found.probe_ns.tolist()) == ([19_000.0], [15_000.0])


def test_broadcasts_of_warm_up_and_drain_are_not_compared() -> None:
    times = [(1, HOLD - 1), (2, WINDOW.drain_ns)]
    received = table([(number, 201, due, due + 10_000) for number, due in times])
    beside = table([(number, 25, due, due + 10_000) for number, due in times])
    assert len(of_broadcasts(received, beside, NEAR, WINDOW).load_ns) == 0


def test_a_second_copy_counts_for_nothing() -> None:
    received = table([(1, 201, HOLD, HOLD + 10_000), (1, 201, HOLD, HOLD + 90_000)])
    beside = table([(1, 25, HOLD, HOLD + 11_000), (1, 25, HOLD, HOLD + 99_000)])
    found = of_broadcasts(received, beside, NEAR, WINDOW)
    assert (found.load_ns.tolist(), found.probe_ns.tolist()) == ([11_000.0], [10_000.0])


def test_a_message_of_its_own_is_compared_with_the_nearest_of_all_agents() -> None:
    received = table([(0, 0, 1_000, 31_000), (1, 0, 2_000, 42_000), (2, 0, 3_000, 9_000)])
    beside = table([(0, 50, 1_010, 41_010), (0, 20, 1_005, 51_005), (1, 10, 2_001, 52_001)])
    found = of_replies(received, beside)
    assert (found.load_ns.tolist(), found.probe_ns.tolist()) == ([50_000.0, 50_000.0], [30_000.0, 40_000.0])


def test_a_load_that_reads_a_millisecond_late_is_late() -> None:
    found = judged(seen(), pairs(later_ns=MS), 2 * MS)
    assert found.verdict == "late"
    assert found.later == pytest.approx(0.001, rel=0.02)
    assert found.low is not None
    assert found.ratio is not None
    assert found.high is not None
    assert 1.3 < found.low <= found.ratio <= found.high < 1.8
    assert found.pairs == 60


@pytest.mark.parametrize(
    ("later_ns", "time_ns"),
    [(0, 2 * MS), (-MS // 2, 2 * MS), (200_000, MS // 2), (2 * MS, 100 * MS)],
    ids=["not later", "earlier", "by less than 0.3 ms", "by less than 5 %"],
)
def test_a_load_that_is_hardly_later_is_fine(later_ns: int, time_ns: int) -> None:
    assert judged(seen([20_000]), pairs(later_ns, time_ns=time_ns), time_ns).verdict == "fine"


@pytest.mark.parametrize(
    ("what", "count", "words"),
    [
        (seen([3 * MS]), 60, "late itself"),
        (seen(), 7, "too few"),
        (seen(sockets=0), 0, "opened"),
        (seen(is_stamped=False), 0, "kernel"),
    ],
)
def test_a_probe_that_was_starved_or_has_nothing_to_compare_makes_no_statement(
    what: Seen, count: int, words: str
) -> None:
    found = judged(what, pairs(5 * MS, count), 2 * MS)
    assert found.verdict == "no statement"
    assert words in (found.reason or "")


def verdict(probe: Probe) -> str:
    return judge(Evidence(scenario="fanout", beliefs=Beliefs(probe=probe))).verdict


def test_a_late_load_is_suspect_by_how_much_and_says_what_to_do() -> None:
    probe = judged(seen(), pairs(later_ns=MS), 2 * MS)
    found = judge(Evidence(scenario="fanout", beliefs=Beliefs(probe=probe)))
    assert found.verdict == "suspect"
    assert "1.0 ms later" in found.reasons[0]
    assert "--processes" in found.reasons[0]


def test_no_statement_is_no_doubt() -> None:
    assert verdict(nothing("it was not there")) == verdict(judged(seen(), pairs(0), 2 * MS)) == "valid"
