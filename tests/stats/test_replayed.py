"""What is counted of a recording that is played."""

import numpy as np

from wswarm.stats.histogram import Histogram
from wswarm.stats.replayed import KEPT, UNTIMED, Played, Replayed

S = 1_000_000_000


def ns(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def played(missing: list[int], **more: int) -> Played:
    counts = {"offered": 0, "disconnected": 0, "blocked": 0, "missing_disconnected": 0, "missing_silent": 0}
    return Played(started=1, finished=1, failures={}, missing=missing, unexpected=0, **(counts | more))


def test_messages_are_counted_by_kind_with_the_times_of_those_that_answer() -> None:
    figures = Replayed(["a", "b", "a"])
    figures.note_received(ns(0, 1, 2), ns(5, UNTIMED, 7), ns(1, 2, 3))
    steps = figures.steps(played([1, 0, 2]))
    assert {name: (step.count, step.failed) for name, step in steps.items()} == {"a": (5, 3), "b": (1, 0)}
    times = Histogram()
    times.merge_packed(steps["a"].times)
    assert (times.n, times.min_ns, times.max_ns) == (2, 5, 7)


def test_owed_is_what_came_and_what_is_missing() -> None:
    figures = Replayed(["a", "b"])
    figures.note_received(ns(0), ns(UNTIMED), ns(1))
    arrivals = figures.arrivals(played([0, 3], missing_disconnected=1, missing_silent=2))
    assert (arrivals.owed, arrivals.received) == (4, 1)
    assert (arrivals.lost_disconnected, arrivals.lost_silent) == (1, 2)


def test_what_costs_are_shared_among_came_in_the_hold() -> None:
    figures = Replayed(["a"])
    figures.hold_ns = 5 * S
    figures.note_received(ns(0, 0, 0), ns(1, 1, 1), ns(1 * S, 5 * S, 9 * S))
    assert (figures.received, figures.answered) == (3, 2)


def test_sends_are_counted_by_the_second_since_the_run_began() -> None:
    figures = Replayed([])
    figures.origin_ns = 10 * S
    figures.note_sent(ns(10 * S, 12 * S), ns(10 * S + 5, 12 * S + 7))
    sends = figures.sends(played([], offered=3, blocked=1))
    assert (sends.offered, sends.sent, sends.blocked) == (3, 2, 1)
    assert np.frombuffer(sends.per_second, np.int64).tolist() == [1, 0, 1]
    lag = Histogram()
    lag.merge_packed(sends.lag)
    assert (lag.min_ns, lag.max_ns) == (5, 7)


def test_of_very_many_kinds_those_beyond_the_first_are_together() -> None:
    figures = Replayed([f"kind {place}" for place in range(KEPT + 3)])
    figures.note_received(ns(KEPT, KEPT + 2), ns(1, 1), ns(1, 1))
    steps = figures.steps(played([0] * (KEPT + 3)))
    assert (len(steps), steps["other"].count) == (KEPT + 1, 2)
