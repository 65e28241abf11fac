"""What `wswarm run` measures one after another: the scenarios of a plan file, or the whole profile of a service."""

import argparse
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from wswarm.cli import grammar, scenario
from wswarm.cli.outputs_arguments import OUTPUTS
from wswarm.cli.planned import Planned
from wswarm.cli.settings.files import Settings
from wswarm.cli.settings.options import options_of
from wswarm.cli.settings.settled import Settled, told_from
from wswarm.cli.terminal import warn
from wswarm.errors import PlanError
from wswarm.experiment.objectives import shared_out
from wswarm.experiment.suite import left_out, suite_plans
from wswarm.suggestions import did_you_mean

OF_ALL = {"output", "no_plots", "svg", "quiet", "print", "scenarios"} | OUTPUTS


def parts_of(parsed: argparse.Namespace) -> list[Planned]:
    """Return what is to be measured, in order, with what is to be told of it before.

    Raises:
        PlanError: a value can't be. ResultError: a file can't be read.
    """
    parts = settled_parts(parsed)
    if not parts:
        return _suite(parsed)
    found = [_planned(name, one) for name, one in parts]
    hints = [tuple(grammar.hints(vars(one))) for _, one in parts]
    found = [part._replace(hints=(*part.hints, *more)) for part, more in zip(found, hints, strict=True)]
    return _with_shared_objectives(found, parts)


def settled_parts(parsed: argparse.Namespace) -> list[tuple[str, Settled]]:
    """Return the settings of the scenarios of the plan file by name; none without a plan that names some.

    Raises:
        PlanError: a value can't be, or there is no such scenario.
    """
    plan = parsed.plan if isinstance(parsed, Settled) else None
    if plan is None or not plan.scenarios:
        return []
    assert isinstance(parsed, Settled)
    found = []
    for name in _wanted(parsed, plan.scenarios):
        kind = _kind(plan, name)
        _check_table(plan, name, kind, options_of(parsed.sources.parsers[kind]))
        found.append((name, parsed.sources.settled(kind, plan, name)))
    return found


def _planned(name: str, settled: Settled) -> Planned:
    with told_from(settled):
        return scenario.planned(settled, name)


def _wanted(parsed: Settled, scenarios: Mapping[str, object]) -> Iterable[str]:
    """Return which scenarios are measured: all, or those of `--scenarios`."""
    if "scenarios" not in parsed.origins:
        return scenarios
    names = [name.strip() for name in parsed.scenarios.split(",")]
    for name in names:
        if name not in scenarios:
            meant = did_you_mean(name, scenarios) or f": choose among {', '.join(scenarios)}"
            raise PlanError(f"--scenarios: the plan has no scenario {name!r}{meant}")
    return names


def _kind(plan: Settings, name: str) -> str:
    """Return which scenario a table is about: its name, unless it says."""
    kind = plan.scenarios[name].get("scenario", name)
    if kind not in scenario.SCENARIOS:
        meant = did_you_mean(str(kind), scenario.SCENARIOS)
        mend = meant or f": write scenario = one of {', '.join(scenario.SCENARIOS)}"
        raise PlanError(f"{plan.table(name)}: no scenario {kind!r}{mend}")
    return str(kind)


def _check_table(plan: Settings, name: str, kind: str, options: Mapping[str, object]) -> None:
    for key in plan.scenarios[name]:
        own = key.replace("_", "-")
        if own.replace("-", "_") in OF_ALL:
            raise PlanError(f"{plan.table(name)}: {key} is of the whole run: put it above all [scenarios.…]")
        if own not in ("scenario", "steps", "publisher-steps") and own not in options:
            raise PlanError(f"{plan.table(name)}: {kind} has no setting {key!r}: leave it out")


def _with_shared_objectives(found: Sequence[Planned], parts: Sequence[tuple[str, Settled]]) -> list[Planned]:
    """Return the parts with the objectives that hold for all held against those that can have their figures."""
    is_shared = ["[scenarios." not in one.origins.get("slo", "") for _, one in parts]
    shared = [part.plan for part, is_so in zip(found, is_shared, strict=True) if is_so]
    objectives = next((plan.slo for plan in shared), ())
    plans = iter(shared_out([msgspec.structs.replace(plan, slo=()) for plan in shared], objectives))
    return [
        part._replace(plan=next(plans)) if is_so else part
        for part, is_so in zip(found, is_shared, strict=True)
    ]


def _suite(parsed: argparse.Namespace) -> list[Planned]:
    settings = scenario.settings_of(parsed)
    if parsed.url is None:
        settings = {"profile": "echo"} | settings
    scenarios = tuple(name.strip() for name in parsed.scenarios.split(","))
    for name in left_out(scenarios, settings):
        warn("run", [f"{name} is left out: profile {settings['profile']!r} has none"])
    plans = suite_plans(parsed.url or scenario.UNKNOWN, scenarios, **settings)
    return [Planned(plan, parsed.url is None) for plan in plans]
