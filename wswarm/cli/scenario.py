"""Commands that measure one scenario: options checked, agents started; the rest is loaded beside them."""

import argparse
import os
from typing import Any

from wswarm.cli import grammar
from wswarm.cli.outputs_arguments import OUTPUTS
from wswarm.cli.planned import Planned
from wswarm.cli.terminal import Interrupts, warn
from wswarm.errors import PlanError
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.own_profile import with_own_profile
from wswarm.load.plan import make_plan
from wswarm.loading import without_collecting, without_threads

SCENARIOS = ("connect", "echo", "fanout", "storm", "slow", "churn", "script", "replay")
UNKNOWN = "ws://127.0.0.1:1"  # stands for the address of an application that is started later
_NOT_IN_PLAN = {
    "command",
    "url",
    "output",
    "no_plots",
    "svg",
    "quiet",
    "print",
    "live",
    "scenarios",
    "workers",
} | OUTPUTS
_NEEDS = {"script": ("script", "FILE.py"), "replay": ("recording", "FILE.har")}
_WITHOUT_URL = frozenset({"storm", "script", "replay"})


def run_scenario(parsed: argparse.Namespace) -> int:
    """Measure one scenario, of the reference application where that may be and no URL is given."""
    part = planned(parsed)
    plan = part.plan
    warn(parsed.command, part.hints)
    with Interrupts() as interrupts, agents_begun(plan) as started:
        with without_collecting(), without_threads():
            from wswarm.cli.measure import run_plan
            from wswarm.experiment.preflight import check_reference
        if part.is_reference:
            check_reference(plan)
        return run_plan(parsed, part, interrupts, started)


def planned(parsed: argparse.Namespace, name: str | None = None) -> Planned:
    """Return what a command's settings measure; with a `name` those of a plan file, which need no URL.

    Raises:
        PlanError: a value can't be, or one is missing. ResultError: a file can't be read.
    """
    scenario, settings, url = parsed.command, settings_of(parsed), parsed.url
    own = name if name != scenario else None
    missing, what = _NEEDS.get(scenario, ("", ""))
    if missing and settings.get(missing) is None:
        raise PlanError(f'{name or scenario} names no file: write {missing} = "{what}"')
    if scenario == "script":
        from wswarm.experiment.script import plan_of_script  # not before it is wanted, as the next

        return Planned(*plan_of_script(url, **settings), name=own)
    if scenario == "replay":
        from wswarm.experiment.replayed import plan_of_replay

        plan, hints = plan_of_replay(url, **settings)
        return Planned(plan, is_reference=False, hints=hints, name=own)
    if url is None and name is None and scenario not in _WITHOUT_URL:
        raise PlanError(
            f'URL is required: write wswarm {scenario} ws://host:port/path, or url = "…" in wswarm.toml'
        )
    if url is None:
        settings = {"profile": "echo" if scenario in ("connect", "echo") else "chat"} | settings
    plan = make_plan(scenario, url or UNKNOWN, **settings)
    return Planned(plan, url is None, name=own, workers=_workers(parsed))


def _workers(parsed: argparse.Namespace) -> int:
    """Return how many workers the reference application is to have.

    Raises:
        PlanError: it is not what is measured, or its workers would know nothing of each other.
    """
    workers: int | None = getattr(parsed, "workers", None)
    if workers is None:
        return 1
    if parsed.url is not None:
        raise PlanError(f"--workers {workers} is of the reference application: leave URL out")
    if workers > 1 and "TARGET_BACKPLANE" not in os.environ:
        raise PlanError(
            f"--workers {workers}: each would have a chat of its own: set TARGET_BACKPLANE=redis://127.0.0.1:6379/0"
        )
    return workers


def settings_of(parsed: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of a plan that were given."""
    given = {name: one for name, one in vars(parsed).items() if name not in _NOT_IN_PLAN}
    return with_own_profile(grammar.messages(given))
