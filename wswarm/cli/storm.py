"""`wswarm storm`: options checked, agents started; the rest is loaded beside them."""

import argparse

from wswarm.cli.scenario import settings_of
from wswarm.cli.terminal import Interrupts
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.preflight import check_reference
from wswarm.load.plan import make_plan
from wswarm.loading import without_collecting

_UNKNOWN = "ws://127.0.0.1:1"  # stands for the address of an application that is started later


def run_storm(parsed: argparse.Namespace) -> int:
    """Have a storm, on the reference application unless a URL is given."""
    is_reference = parsed.url is None
    settings = settings_of(parsed)
    if is_reference:
        settings = {"profile": "chat"} | settings
    plan = make_plan("storm", parsed.url or _UNKNOWN, **settings)
    if is_reference:
        check_reference(plan)
    with Interrupts() as interrupts, agents_begun(plan) as started:
        with without_collecting():
            from wswarm.cli.measure import run_plan
        return run_plan(parsed, plan, interrupts, started, is_reference=is_reference)
