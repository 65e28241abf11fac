"""`wswarm script`: the file looked through, options checked, agents started; the rest is loaded beside them."""

import argparse

from wswarm.cli.scenario import settings_of
from wswarm.cli.terminal import Interrupts
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.script import plan_of_script
from wswarm.loading import without_collecting


def run_script(parsed: argparse.Namespace) -> int:
    """Have connections live a script."""
    plan, is_reference = plan_of_script(parsed.url, **settings_of(parsed))
    with Interrupts() as interrupts, agents_begun(plan) as started:
        with without_collecting():
            from wswarm.cli.measure import run_plan
        return run_plan(parsed, plan, interrupts, started, is_reference=is_reference)
