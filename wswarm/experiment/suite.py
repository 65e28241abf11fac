"""The whole profile of a service: connect, echo, fan-out, one after another."""

from collections.abc import Callable, Iterator
from typing import Any

from wswarm.errors import PlanError
from wswarm.experiment.measure import OnProgress, measure
from wswarm.load.plan import Plan, make_plan
from wswarm.load.profile import PROFILES
from wswarm.run import Run

SCENARIOS = ("connect", "echo", "fanout")
_REFERENCE = {"connect": "echo", "echo": "echo", "fanout": "chat"}


def suite_plans(url: str, scenarios: tuple[str, ...], **options: Any) -> list[Plan]:
    """Return the plans of a suite.

    Args:
        url: A service's address; with option `profile` the base of the reference application, and each scenario
            takes the endpoint that fits it, the given profile wherever it fits.

    Raises:
        PlanError: a value can't be, or no scenario is left.
    """
    unknown = [name for name in scenarios if name not in SCENARIOS]
    if unknown or not scenarios:
        raise PlanError(f"no scenario {unknown[0] if unknown else ''!r}: choose among {', '.join(SCENARIOS)}")
    profile = options.pop("profile", None)
    return [
        make_plan(name, url, profile=_profile(profile, name), **options)
        for name in SCENARIOS
        if name in scenarios
    ]


def measure_suite(
    plans: list[Plan],
    on_plan: Callable[[Plan], OnProgress | None] | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> Iterator[Run]:
    """Yield each plan's run as soon as it is measured; an interruption ends the suite after the run it cut.

    Args:
        on_plan: Called before each plan; returns who gets its progress.
    """
    for plan in plans:
        yield measure(plan, on_plan(plan) if on_plan is not None else None, interrupted)
        if interrupted is not None and interrupted():
            return


def _profile(wanted: str | None, scenario: str) -> str | None:
    """Return the profile for a scenario: the wanted one if it fits there."""
    if wanted is None or wanted not in PROFILES:
        return wanted
    fits = {
        "connect": True,
        "echo": PROFILES[wanted].marked_replies == 1,
        "fanout": PROFILES[wanted].relays,
    }
    return wanted if fits[scenario] else _REFERENCE[scenario]
