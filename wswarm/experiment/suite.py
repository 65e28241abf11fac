"""The whole profile of a service: connect, echo, fan-out, one after another."""

from collections.abc import Mapping, Sequence
from typing import Any

from wswarm.errors import PlanError
from wswarm.experiment.objectives import shared_out
from wswarm.load.plan import Plan, make_plan
from wswarm.load.probing import SCENARIOS as PROBED
from wswarm.load.profiles import protocol_named
from wswarm.load.profiles.settings import has_scenario
from wswarm.results.run import Scenario

SCENARIOS: tuple[Scenario, ...] = ("connect", "echo", "fanout")
OF_PUBLISHERS = (
    "publishers",
    "publisher_url",
    "publisher_headers",
    "publisher_steps",
    "publish",
    "publish_body",
    "publish_headers",
)
_REFERENCE = {"connect": "echo", "echo": "echo", "fanout": "chat"}
_OF_REFERENCE = ("echo", "items", "chat")


def suite_plans(url: str, scenarios: tuple[str, ...], **options: Any) -> list[Plan]:
    """Return the plans of a suite.

    Args:
        url: A service's address; with option `profile` the base of the reference application, and each scenario
            takes the endpoint that fits it, the given profile wherever it fits; of another protocol scenarios that
            it has not are left out. `closed` is for echo alone, `probe` for
            echo and fanout, what is said of publishers for fanout. An objective
            (`slo`) is held against the scenarios that can have its figure.

    Raises:
        PlanError: a value can't be, no scenario is left, or an objective is about none of them.
    """
    unknown = [name for name in scenarios if name not in SCENARIOS]
    if unknown or not scenarios:
        raise PlanError(
            f"--scenarios: no scenario {unknown[0] if unknown else ''!r}: choose among {', '.join(SCENARIOS)}"
        )
    scenarios = tuple(name for name in scenarios if name not in left_out(scenarios, options))
    profile = options.pop("profile", None)
    closed, probe = options.pop("closed", None), options.pop("probe", None)
    objectives = options.pop("slo", None) or ()
    publishing = {name: options.pop(name) for name in OF_PUBLISHERS if name in options}
    plans = [
        make_plan(
            name,
            url,
            profile=_profile(profile, name),
            closed=closed if name == "echo" else None,
            probe=probe if name in PROBED else None,
            **(options | publishing if name == "fanout" or "fanout" not in scenarios else options),
        )
        for name in SCENARIOS
        if name in scenarios
    ]
    return shared_out(plans, objectives)


def left_out(scenarios: Sequence[str], options: Mapping[str, Any]) -> list[str]:
    """Return which scenarios the protocol of the options has not, unless it has none of them."""
    profile = options.get("profile")
    if profile is None or profile in _OF_REFERENCE:
        return []
    protocol = options.get("own") or protocol_named(profile)
    missing = [name for name in scenarios if not has_scenario(protocol, name)]
    return missing if len(missing) < len(scenarios) else []


def _profile(wanted: str | None, scenario: str) -> str | None:
    """Return the profile for a scenario: the wanted one if it fits there."""
    is_fit = wanted not in _OF_REFERENCE or has_scenario(protocol_named(wanted), scenario)
    return wanted if is_fit else _REFERENCE[scenario]
