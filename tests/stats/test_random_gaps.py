"""Whether sends are as random as the plan: told of ticks and stalls, not of what every undisturbed run has."""

from collections.abc import Callable

import numpy as np
import pytest

from wswarm.stats.findings import Int64s
from wswarm.stats.random_gaps import LIMIT, Fit, distance, fit_of

MS = 1_000_000
S = 1_000 * MS
TRIES = 60
Disturb = Callable[[Int64s, np.random.Generator], Int64s]


def late_by(mean_ns: float) -> Disturb:
    """Return how sends are disturbed that are late by chance, by so much on the average."""
    return lambda due_ns, chance: due_ns + chance.exponential(mean_ns, len(due_ns)).astype(np.int64)


def ticking(every_ns: int) -> Disturb:
    """Return how sends are disturbed that wait for the next tick."""
    return lambda due_ns, _: -(-due_ns // every_ns) * every_ns


def poor(count: int, length_s: float, disturb: Disturb, tries: int = TRIES) -> int:
    """Return how many of so many runs of random arrivals are told, a thousand sends of each being looked at."""
    return sum(fit(count, length_s, disturb, seed).is_poor for seed in range(tries))


def fit(count: int, length_s: float, disturb: Disturb, seed: int) -> Fit:
    """Return how well one run kept to random arrivals at a constant rate."""
    chance = np.random.default_rng(seed)
    due_ns = np.sort(chance.integers(0, round(length_s * S), count))
    sent_ns = disturb(due_ns, chance)
    taken = chance.random(count) < 1_000 / count
    due_ns, sent_ns = due_ns[taken], sent_ns[taken]
    found = fit_of(due_ns.astype(np.float64), np.ones(len(due_ns)), sent_ns - due_ns, seed)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("count", "length_s", "disturb"),
    [
        (1_000, 10, late_by(60_000)),
        (100_000, 10, late_by(250_000)),
        (20_000, 2, ticking(200_000)),
        (2_000, 2, ticking(500_000)),
        (10_000, 60, ticking(MS)),
    ],
    ids=["as an idle machine", "late by 0.25 ms", "auto batches", "batches", "a tick of 1 ms"],
)
def test_lateness_below_a_millisecond_and_the_plan_s_own_batches_are_not_told(
    count: int, length_s: float, disturb: Disturb
) -> None:
    assert poor(count, length_s, disturb) == 0


@pytest.mark.parametrize(("count", "length_s"), [(300, 3), (2_000, 2), (100_000, 10), (60_000, 60)])
def test_a_tick_of_10_ms_is_always_told(count: int, length_s: float) -> None:
    assert poor(count, length_s, ticking(10 * MS)) == TRIES


def test_even_sends_are_not_random() -> None:
    assert distance(np.ones(1_000)) > LIMIT


def test_by_the_rescaled_time_a_ramp_is_random_and_by_its_own_gaps_it_is_not() -> None:
    chance = np.random.default_rng(1)
    come = np.sort(chance.random(1_000)) * 1_000
    moments_ns = np.sqrt(come / 1_000) * 2 * S  # from 0 to 1,000/s in 2 s
    rates = come * 0 + 2 * np.sqrt(come * 1_000) / (2 * S)
    late_ns = chance.integers(0, MS // 5, 1_000)
    on_ramp = fit_of(come, rates, late_ns, 1)
    by_gaps = fit_of(moments_ns, np.ones(1_000), late_ns, 1)
    assert on_ramp is not None
    assert by_gaps is not None
    assert (on_ramp.is_poor, by_gaps.is_poor) == (False, True)


def test_fewer_than_a_hundred_gaps_tell_nothing() -> None:
    come = np.arange(100.0)
    assert fit_of(come, np.ones(100), np.zeros(100, np.int64), 1) is None
