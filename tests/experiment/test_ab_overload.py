"""How many broadcasts per s are too much for a version: found by its deliveries."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from wswarm.errors import GeneratorError, TargetError
from wswarm.experiment.ab import calibration
from wswarm.experiment.ab.arm import ArmSession
from wswarm.experiment.ab.calibration import find_overload
from wswarm.experiment.ab.design import Timing
from wswarm.load.plan import Plan, make_plan

PLAN = make_plan("fanout", "ws://h", connections=10, rate=1.0)
TIMING = Timing(budget_s=60.0, blocks=2, closed_blocks=1, slice_s=1.0, pause_s=0.1)


class Version:
    """A version that delivers so many broadcasts per s and no more."""

    def __init__(self, most: float) -> None:
        self._most, self.loads = most, list[float]()

    def run(self, plan: Plan, _: float) -> Any:
        """What is delivered of a load."""
        assert plan.rate is not None
        self.loads.append(plan.rate)
        return SimpleNamespace(deaths=(), delivered=min(plan.rate, self._most) or None)


@pytest.fixture(autouse=True)
def _delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "broadcasts_per_s", lambda seen: seen.delivered)


def overload(version: Version) -> float:
    """What is too much for it, from a rate that keeps it busy for half of the time or so."""
    return find_overload(cast("ArmSession", version), PLAN, TIMING, 60.0, 1)


@pytest.mark.parametrize("most", [20.0, 100.0, 1000.0])
def test_too_much_is_half_as_much_again_as_is_delivered(most: float) -> None:
    version = Version(most)
    assert overload(version) == pytest.approx(1.5 * most, rel=0.01)
    assert all(load <= most / 0.9 for load in version.loads[:-1])


def test_a_version_for_which_nothing_is_too_much_has_no_capacity_to_compare() -> None:
    with pytest.raises(GeneratorError, match="nothing was too much for it"):
        overload(Version(1e9))


def test_a_version_that_delivers_nothing_is_told_so() -> None:
    with pytest.raises(TargetError, match="base: nothing came back"):
        overload(Version(0.0))
