"""`wswarm connect`, `echo` and `fanout`: the options checked, the agents started; the rest is loaded beside them."""

import argparse
from typing import Any

from wswarm.cli import grammar
from wswarm.cli.outputs_arguments import OUTPUTS
from wswarm.cli.terminal import Interrupts
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.own_profile import with_own_profile
from wswarm.load.plan import make_plan
from wswarm.loading import without_collecting

_NOT_IN_PLAN = {"command", "url", "output", "no_plots", "svg", "quiet", "print", "scenarios"} | OUTPUTS


def run_scenario(parsed: argparse.Namespace) -> int:
    """Measure one scenario."""
    plan = make_plan(parsed.command, parsed.url, **settings_of(parsed))
    with Interrupts() as interrupts, agents_begun(plan) as started:
        with without_collecting():
            from wswarm.cli.measure import run_plan
        return run_plan(parsed, plan, interrupts, started)


def settings_of(parsed: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of a plan that were given."""
    given = {name: one for name, one in vars(parsed).items() if name not in _NOT_IN_PLAN}
    return with_own_profile(grammar.messages(given))
