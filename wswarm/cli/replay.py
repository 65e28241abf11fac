"""`wswarm replay`: the recording read, options checked, agents started; the rest is loaded beside them."""

import argparse

from wswarm.cli.scenario import settings_of
from wswarm.cli.terminal import Interrupts, warn
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.replayed import plan_of_replay
from wswarm.loading import without_collecting


def run_replay(parsed: argparse.Namespace) -> int:
    """Have connections play a recording."""
    plan, hints = plan_of_replay(parsed.url, **settings_of(parsed))
    warn(parsed.command, hints)
    with Interrupts() as interrupts, agents_begun(plan) as started:
        with without_collecting():
            from wswarm.cli.measure import run_plan
        return run_plan(parsed, plan, interrupts, started)
