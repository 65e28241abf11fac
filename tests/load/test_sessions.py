"""Sessions that come and go: how many, how long, from a stationary population on."""

import numpy as np
import pytest

from wswarm.load.sessions import Churn, StayLaw
from wswarm.stats.findings import Int64s
from wswarm.units import NS_PER_S

LAWS: list[StayLaw] = ["exponential", "lognormal", "fixed"]


def made(law: StayLaw = "exponential", rate: float = 50.0, stay: float = 20.0, seed: int = 1) -> Churn:
    """Return a stream of sessions."""
    return Churn(rate, stay, law, seed)


def at_once(churn: Churn, length_s: float, moments_s: Int64s) -> Int64s:
    """Return how many are there at each of the moments, if each opens when it arrives."""
    still_ns, (starts_ns, stays_ns) = churn.initial(), churn.arriving(round(length_s * NS_PER_S))
    moments_ns = moments_s * NS_PER_S
    ends_ns = np.sort(np.concatenate((still_ns, starts_ns + stays_ns)))
    begun = len(still_ns) + np.searchsorted(np.sort(starts_ns), moments_ns, "right")
    return begun - np.searchsorted(ends_ns, moments_ns, "right")


@pytest.mark.parametrize("law", LAWS)
def test_as_many_arrive_as_the_rate_says_and_those_expected_are_there_before(law: StayLaw) -> None:
    churn = made(law)
    starts_ns, stays_ns = churn.arriving(300 * NS_PER_S)
    assert len(churn.initial()) == 1_000
    assert len(starts_ns) == len(stays_ns) == 15_000
    assert (np.diff(starts_ns) >= 0).all()
    assert 0 <= starts_ns[0] <= starts_ns[-1] < 300 * NS_PER_S


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("count", [100, 10_000])
def test_they_stay_as_long_as_asked_for_on_the_average_however_few(law: StayLaw, count: int) -> None:
    stays_ns = made(law).arriving(count * NS_PER_S // 50).stays_ns
    assert stays_ns.mean() / NS_PER_S == pytest.approx(20, rel=0.05 if count == 100 else 0.01)
    assert stays_ns.min() > 0


@pytest.mark.parametrize(
    ("law", "median", "spread"),
    [("exponential", np.log(2), 1.0), ("lognormal", np.exp(-0.5), np.sqrt(np.e - 1))],
)
def test_their_lengths_are_of_the_law(law: StayLaw, median: float, spread: float) -> None:
    stays = made(law).arriving(1_000 * NS_PER_S).stays_ns / NS_PER_S / 20
    assert np.median(stays) == pytest.approx(median, rel=0.01)
    assert stays.std() == pytest.approx(spread, rel=0.05)


def test_fixed_ones_all_stay_just_as_long() -> None:
    assert set(made("fixed").arriving(NS_PER_S).stays_ns.tolist()) == {20 * NS_PER_S}


@pytest.mark.parametrize(("law", "mean"), [("exponential", 1.0), ("lognormal", np.e / 2), ("fixed", 0.5)])
def test_who_is_there_before_still_stays_as_the_equilibrium_has_it(law: StayLaw, mean: float) -> None:
    still = made(law, rate=500.0).initial() / NS_PER_S / 20  # E[S²] / 2 E[S]
    assert still.mean() == pytest.approx(mean, rel=0.03)


@pytest.mark.parametrize("law", LAWS)
def test_the_population_is_stationary_from_the_first_moment_on(law: StayLaw) -> None:
    moments_s = np.arange(0, 60, dtype=np.int64)
    seen = np.stack([at_once(made(law, seed=seed), 60, moments_s) for seed in range(40)]).mean(axis=0)
    assert seen == pytest.approx(1_000, rel=0.02)  # σ of a mean of 40: 0.5 %


def test_a_population_that_began_with_nobody_would_fail_that() -> None:
    churn = made()
    late = at_once(churn, 60, np.array([10], np.int64))[0] - np.count_nonzero(churn.initial() > 10 * NS_PER_S)
    assert late < 0.5 * churn.expected


def test_arrivals_do_not_tell_how_long_they_stay() -> None:
    starts_ns, stays_ns = made().arriving(300 * NS_PER_S)
    assert abs(np.corrcoef(starts_ns, stays_ns)[0, 1]) < 0.03


def test_another_seed_gives_others_and_the_same_the_same() -> None:
    ones, same, others = (made(seed=seed).arriving(10 * NS_PER_S) for seed in (1, 1, 2))
    assert np.array_equal(ones.starts_ns, same.starts_ns)
    assert np.array_equal(ones.stays_ns, same.stays_ns)
    assert not np.array_equal(ones.stays_ns, others.stays_ns)


def test_less_than_one_at_once_is_a_population_that_begins_with_nobody() -> None:
    assert not len(made("lognormal", rate=0.1, stay=1.0).initial())
