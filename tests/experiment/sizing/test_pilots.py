"""Short trials of a target whose costs are known: which loads follow."""

import pytest

from wswarm.experiment.sizing.design import MOST_USED, Wanted, Work, rate_of
from wswarm.experiment.sizing.pilots import Point, explore

COSTS = Work(publish_s=300e-6, delivery_s=7e-6, own_publish_s=150e-6, own_delivery_s=9e-6)
FIXED, OWN_FIXED = 0.02, 0.15  # cores: clocks, progress, the loops themselves
FEW, MANY = (Wanted(workers=1, connections=count, rooms=1, size=100, share=0.5) for count in (50, 600))


class World:
    """A machine of two cores with a target and a generator on it.

    Args:
        light: Times as dear is a publish for whoever is idle: it has to wake up.
    """

    def __init__(self, light: float = 1.0) -> None:
        self.tried: list[tuple[int, float]] = []
        self._light = light

    def attempt(self, end: Wanted, rate: float, _: Work | None) -> Point:
        """Stand for a short trial."""
        self.tried.append((end.fanout, rate))
        return Point(rate, self.used(end, rate), self._used(rate, end, COSTS[2:4], OWN_FIXED))

    def used(self, end: Wanted, rate: float) -> float:
        """Cores of the target."""
        return self._used(rate, end, COSTS[:2], FIXED)

    def _used(self, rate: float, end: Wanted, costs: tuple[float, ...], fixed: float) -> float:
        plain = rate * (costs[0] + costs[1] * end.fanout)
        return fixed + plain * (1 + (self._light - 1) * max(0.0, 1 - plain))

    def rate_at(self, end: Wanted, work: Work) -> float:
        """The rate of a load."""
        return rate_of(end, work, cores=2, bounds=None)


@pytest.mark.parametrize("light", [1.0, 3.0])
def test_of_two_cores_target_and_generator_get_as_much_as_there_is(light: float) -> None:
    world = World(light)
    work = explore([FEW, MANY], world.attempt, world.rate_at)
    for end in (FEW, MANY):
        rates = [world.rate_at(end._replace(share=share), work) for share in (0.35, 1.0)]
        low, high = (world.used(end, rate) for rate in rates)
        assert low > 0.18, (end, low)
        assert 0.55 < high <= MOST_USED + 0.02, (end, high)


def test_what_costs_nothing_but_its_work_takes_two_trials_each() -> None:
    world = World()
    explore([FEW, MANY], world.attempt, lambda *_: 100.0)
    assert [fanout for fanout, _ in world.tried] == [50, 600, 50, 600]


def test_what_both_use_without_a_message_is_told_from_what_a_message_costs() -> None:
    world = World()
    work = explore([FEW, MANY], world.attempt, world.rate_at)
    assert (work.idle, work.own_idle) == (pytest.approx(FIXED, abs=0.002), pytest.approx(OWN_FIXED, abs=0.01))
    assert work.delivery_s == pytest.approx(COSTS.delivery_s, rel=0.02)
    assert work.own_publish_s == pytest.approx(COSTS.own_publish_s, rel=0.05)


def test_bounds_that_leave_one_rate_are_no_costs_of_nothing() -> None:
    work = explore([FEW, MANY], World().attempt, lambda *_: 10.0)
    assert min(work[:4]) > 0
    assert (work.idle, work.own_idle) == (0, 0)
