"""How dropped clients came back: the figures of moments that are given."""

import numpy as np
import pytest

from wswarm.results.recovery import Recovery
from wswarm.stats.again import every_sockets, split
from wswarm.stats.bystanders import NOBODY
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Effort, Findings, Sockets, pack, unpack
from wswarm.stats.recovery import notices, over_ns, recovery
from wswarm.stats.returns import TICK_NS, Returns, was_queued
from wswarm.stats.slo import is_about, parse_objective
from wswarm.units import NS_PER_S

DUE = 5 * NS_PER_S
EFFORT = Effort(cpu_s=0, cpu_share=0, rss_before=0, rss_open=0, rss_peak=0, loop_lag=b"", longest_stop_ns=0)


def found(
    away_s: list[float | None], attempts: list[int] | None = None, late_s: float = 0.0, **more: object
) -> Findings:
    """What an agent found whose clients, dropped so late, were back after so long, or never."""
    dropped_ns = DUE + round(late_s * NS_PER_S)
    back_ns = [STILL_OPEN if one is None else dropped_ns + round(one * NS_PER_S) for one in away_s]
    columns = {
        "dropped_ns": [dropped_ns] * len(away_s),
        "ready_ns": back_ns,
        "back_ns": back_ns,
        "attempts": attempts or [1] * len(away_s),
        "missed": [UNKNOWN if one is None else round(one * 10) for one in away_s],
    }
    packed = {name: pack(np.array(column, np.int64)) for name, column in columns.items()}
    return Findings(sockets=Sockets(requested=0), effort=EFFORT, returns=Returns(**packed, **more))  # type: ignore[arg-type]


def of(*findings: Findings) -> Recovery:
    return recovery(findings, DUE, NOBODY, None)


def test_percentiles_are_the_times_of_the_clients_at_those_ranks() -> None:
    seen = of(found([number / 100 for number in range(100, 0, -1)]))
    assert (seen.time.p50, seen.time.p90, seen.time.p99, seen.time.max) == (0.5, 0.9, 0.99, 1.0)
    assert (seen.time.min, seen.time.n) == (0.01, 100)
    assert seen.time.mean == pytest.approx(0.505)


def test_those_who_never_came_back_count_as_infinite() -> None:
    seen = of(found([0.1] * 89 + [None] * 11))
    assert (seen.dropped, seen.recovered, seen.never) == (100, 89, 11)
    assert seen.time.p50 == 0.1
    assert (seen.time.p90, seen.time.p99, seen.time.max, seen.time.mean) == (None, None, None, None)


def test_nine_of_ten_are_enough_for_the_time_of_nine_of_ten() -> None:
    assert of(found([0.1] * 90 + [None] * 10)).time.p90 == 0.1


def test_nobody_back_has_no_times_and_nobody_dropped_none_either() -> None:
    assert of(found([None, None])).time.min is None
    seen = of()
    assert (seen.dropped, seen.time.n, seen.attempts.n, seen.timeline) == (0, 0, 0, [])


def test_agents_together_find_what_one_would_have_found() -> None:
    away_s: list[float | None] = [0.3, None, 0.1, 0.7, 0.2, None]
    assert of(found(away_s[:2]), found(away_s[2:])) == of(found(away_s))


def test_attempts_are_counted_per_client_and_those_that_brought_nobody_back_are_wasted() -> None:
    seen = of(found([0.1, 0.5, None], attempts=[1, 3, 6]))
    assert (seen.attempts.min, seen.attempts.p50, seen.attempts.max) == (1, 3, 6)
    assert seen.attempts.mean == pytest.approx(10 / 3)
    assert seen.wasted == 8


def test_what_was_missed_is_that_of_those_who_came_back() -> None:
    assert of(found([0.1, 0.5, None])).missed == 6


def test_refusals_of_all_agents_add_up_the_most_frequent_first() -> None:
    seen = of(found([0.1], refused={"reset": 1}), found([0.1], refused={"http 503": 5, "reset": 2}))
    assert list(seen.refused.items()) == [("http 503", 5), ("reset", 3)]


def test_peaks_are_of_any_second_and_any_tenth_of_one() -> None:
    ticks = np.zeros(400, np.int64)
    ticks[95:105] = 1  # ten attempts in 100 ms, over the edge of a second
    ticks[180] = 4
    seen = of(found([0.1], attempts_per_tick=pack(ticks)))
    assert (seen.attempts_per_100ms_peak, seen.attempts_per_s_peak) == (10, 14)


def test_the_way_back_counts_what_was_tried_and_who_is_back() -> None:
    ticks = np.zeros(35, np.int64)
    ticks[[0, 12, 34]] = 2, 1, 1
    seen = of(found([0.05, 0.345, None], attempts_per_tick=pack(ticks)))
    assert [step.t for step in seen.timeline] == [0.0, 0.1, 0.2, 0.3]
    assert [step.attempts for step in seen.timeline] == [2, 1, 0, 1]
    assert [step.back for step in seen.timeline] == [1, 1, 1, 2]


def test_the_way_back_begins_with_the_first_drop_however_long_a_target_takes_to_stop() -> None:
    ticks = np.zeros(35, np.int64)
    ticks[[0, 12, 34]] = 2, 1, 1
    late = np.concatenate((np.zeros(50, np.int64), ticks))
    at_once = of(found([0.05, 0.345], attempts_per_tick=pack(ticks)))
    assert of(found([0.05, 0.345], late_s=0.5, attempts_per_tick=pack(late))) == at_once


def test_the_way_back_of_an_hour_is_some_600_steps() -> None:
    ticks = np.ones(3_600 * NS_PER_S // TICK_NS, np.int64)
    seen = of(found([0.05], attempts_per_tick=pack(ticks)))
    assert 500 <= len(seen.timeline) <= 600
    assert sum(step.attempts for step in seen.timeline) == len(ticks)


def test_a_storm_is_over_when_all_are_back_or_the_patience_is() -> None:
    assert over_ns([found([0.1, 0.4])], DUE, 10 * NS_PER_S) == DUE + round(0.4 * NS_PER_S)
    assert over_ns([found([0.1, None])], DUE, 10 * NS_PER_S) == DUE + 10 * NS_PER_S
    assert over_ns([], DUE, 10 * NS_PER_S) == DUE


@pytest.mark.parametrize("seconds", [1.02, 2.04, 3.07, 4.09, 5.11, 7.14, 11.36])
def test_handshakes_that_waited_for_the_kernel_to_ask_again_are_told(seconds: float) -> None:
    assert was_queued(round(seconds * NS_PER_S))


@pytest.mark.parametrize("seconds", [0.001, 0.5, 0.99, 1.3, 2.5, 6.0, 8.0, 20.0])
def test_others_are_not(seconds: float) -> None:
    assert not was_queued(round(seconds * NS_PER_S))


def test_connections_that_came_in_place_of_others_are_told_apart() -> None:
    first = Sockets(requested=3, opened_ns=pack(np.array([1, 2])), failures={"timeout": 1})
    every = Sockets(requested=5, opened_ns=pack(np.array([1, 2, 8])), failures={"timeout": 1})
    before, again = split(every, first)
    assert (before.requested, unpack(before.opened_ns).tolist()) == (3, [1, 2])
    assert (again.requested, unpack(again.opened_ns).tolist()) == (1, [8])
    assert before.failures == {"timeout": 1}
    found_both = Findings(sockets=before, effort=EFFORT, again=again)
    assert every_sockets([found_both]) == [before, again]


def test_who_never_came_back_is_told_first_with_why() -> None:
    seen = of(found([0.1, None, None], refused={"http 503": 5, "reset": 2}))
    assert notices(seen, {}) == ["2 of 3 dropped clients never came back; most attempts failed as: http 503"]
    assert notices(of(found([0.1])), {}) == notices(None, {}) == []


def test_a_share_that_a_restart_has_no_use_for_is_told() -> None:
    seen = of(found([0.1]))
    assert "--drop 50% has no say" in notices(seen, {"how": "restart", "drop": 0.5})[0]
    assert (
        notices(seen, {"how": "reset", "drop": 0.5}) == notices(seen, {"how": "restart", "drop": 1.0}) == []
    )


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        ("recovery.time.p99<5s", 5.0),
        ("recovery.attempts.p99<=3", 3.0),
        ("recovery.bystanders.during<50ms", 0.05),
        ('recovery.refused."http 503"<=3', 3.0),
        ("recovery.never==0", 0.0),
    ],
)
def test_objectives_are_set_on_the_figures_of_a_storm(expression: str, limit: float) -> None:
    assert parse_objective(expression).limit == limit
    assert is_about(expression, "storm")
    assert not is_about(expression, "fanout")
