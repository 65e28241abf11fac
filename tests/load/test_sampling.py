"""Which sends are looked at one by one: a thousand at most, the same for all agents."""

import pytest

from wswarm.load.pace import NEVER, Pace
from wswarm.load.sampling import Sampling, sampling_of
from wswarm.units import NS_PER_S

S = NS_PER_S


def pace(rate: float | None, length_s: float, arrivals: str = "poisson", **more: object) -> Pace:
    """Return a pace that begins at 5 s."""
    until_ns = 5 * S + round(length_s * S)
    given: dict[str, object] = {"group": 0, "at_ns": 5 * S, "until_ns": until_ns, "senders": 3, **more}
    return Pace(rate=rate, arrivals=arrivals, **given)  # type: ignore[arg-type]


def test_all_are_looked_at_where_they_are_few_and_a_thousand_of_many() -> None:
    assert sampling_of(pace(50, 10)) == Sampling(5 * S, 15 * S, 1.0)
    assert sampling_of(pace(5_000, 10)) == Sampling(5 * S, 15 * S, 0.02)


def test_of_a_long_hold_a_minute_is_looked_at_that_all_agents_agree_on() -> None:
    found = [sampling_of(pace(100, 3_600, seed=seed)) for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
    for one in found:
        assert one is not None
        assert one.until_ns - one.from_ns == 60 * S
        assert 5 * S <= one.from_ns <= 3_545 * S
        assert one.chance == pytest.approx(1 / 6)


def test_in_stages_there_are_as_many_as_their_area_says() -> None:
    staged = pace(None, 20, stages=[(10 * S, 2_000), (10 * S, 0)])
    assert sampling_of(staged) == Sampling(5 * S, 25 * S, 0.05)


def test_none_are_looked_at_where_arrivals_are_not_random_or_without_end() -> None:
    assert sampling_of(pace(50, 10, "constant")) is None
    assert sampling_of(pace(50, 10, until_ns=NEVER)) is None
    assert sampling_of(pace(0, 10)) is None
