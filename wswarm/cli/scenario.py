"""`wswarm connect`, `echo`, `fanout` and `storm`: options checked, agents started; the rest is loaded beside them."""

import argparse
from typing import Any

from wswarm.cli import grammar
from wswarm.cli.outputs_arguments import OUTPUTS
from wswarm.cli.terminal import Interrupts
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.own_profile import with_own_profile
from wswarm.load.plan import make_plan
from wswarm.loading import without_collecting

_UNKNOWN = "ws://127.0.0.1:1"  # stands for the address of an application that is started later
_NOT_IN_PLAN = {"command", "url", "output", "no_plots", "svg", "quiet", "print", "scenarios"} | OUTPUTS


def run_scenario(parsed: argparse.Namespace) -> int:
    """Measure one scenario, of the reference application where that may be and no URL is given."""
    is_reference, settings = parsed.url is None, settings_of(parsed)
    if is_reference:
        settings = {"profile": "chat"} | settings
    plan = make_plan(parsed.command, parsed.url or _UNKNOWN, **settings)
    with Interrupts() as interrupts, agents_begun(plan) as started:
        with without_collecting():
            from wswarm.cli.measure import run_plan
            from wswarm.experiment.preflight import check_reference
        if is_reference:
            check_reference(plan)
        return run_plan(parsed, plan, interrupts, started, is_reference=is_reference)


def settings_of(parsed: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of a plan that were given."""
    given = {name: one for name, one in vars(parsed).items() if name not in _NOT_IN_PLAN}
    return with_own_profile(grammar.messages(given))
