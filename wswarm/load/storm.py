"""Storms: what a plan of one may say, and what follows from it."""

from collections.abc import Mapping
from typing import Any

from wswarm.errors import PlanError
from wswarm.load.reconnect import check_policy
from wswarm.load.settings import Settings

ALIGNED_S = 1.0
"""The drop is at a whole second of the run, so long after its time at most: each second is before or after it."""
_PUBLISHERS_POLICY = "fixed:50ms"


def storm_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a storm's settings are that follow from those that were given.

    Raises:
        PlanError: a duration was given.
    """
    if "duration" in given:
        raise PlanError(
            f"--duration {given['duration']}: a storm lasts as long as it takes; say how long with --before,"
            " --patience and --after"
        )
    spans = ("before", 10.0), ("patience", 60.0), ("after", 10.0)
    numbers = [given.get(name, default) for name, default in spans]
    is_sum = all(isinstance(one, int | float) and 0 <= one < float("inf") for one in numbers)
    found: dict[str, Any] = {"duration": sum(numbers) + ALIGNED_S} if is_sum else {}
    return found | ({"drop": 1.0} if given.get("how") == "restart" and "drop" not in given else {})


def publishers_policy(plan: Settings) -> str | None:
    """Return how publishers come back, `None` where they are never lost by our doing."""
    return _PUBLISHERS_POLICY if plan.scenario == "storm" and plan.how == "restart" else None


def check_storm(plan: Settings) -> None:
    """Check what is said of a storm.

    Raises:
        PlanError: it can't be, or there is none.
    """
    if plan.scenario != "storm":
        return
    check_policy(plan.reconnect)
    share = f"--drop {plan.drop * 100:g}%"
    if not 0 < plan.drop <= 1:
        raise PlanError(f"{share} must be more than 0% and at most 100%: write 50%")
    if round(plan.connections * plan.drop) < 1:
        raise PlanError(
            f"{share} of {plan.connections} connections drops nobody: write {100 / plan.connections:.3g}% or more"
        )
    for name in ("before", "after", "patience"):
        value = getattr(plan, name)
        if not 0 <= value < float("inf") or (name == "patience" and value == 0):
            raise PlanError(
                f"--{name} {value:g} must be a time {'above' if name == 'patience' else 'from'} 0"
            )
    if plan.signal != "TERM" and plan.how != "restart":
        raise PlanError(f"--signal {plan.signal} is for --how restart, and this is {plan.how}: leave it out")
    if plan.rooms > 1:
        raise PlanError(f"--rooms {plan.rooms}: a storm is about one room; leave it out")
