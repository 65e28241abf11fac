"""`wswarm script`: the file looked through, options checked, agents started; the rest is loaded beside them."""

import argparse

from wswarm.cli.scenario import settings_of
from wswarm.cli.terminal import Interrupts
from wswarm.drive.script.file import address_in, check_script
from wswarm.experiment.begun import agents_begun
from wswarm.load.plan import make_plan
from wswarm.load.script import SESSION
from wswarm.loading import without_collecting

_ANYWHERE = "ws://127.0.0.1"  # the reference application's address is not known before it has started


def run_script(parsed: argparse.Namespace) -> int:
    """Have connections live a script."""
    check_script(parsed.script, parsed.session or SESSION)
    url = parsed.url or address_in(parsed.script)
    given = settings_of(parsed)
    if url is None:
        given.setdefault("profile", "echo")
    plan = make_plan("script", url or _ANYWHERE, **given)
    with Interrupts() as interrupts, agents_begun(plan) as started:
        with without_collecting():
            from wswarm.cli.measure import run_plan
        return run_plan(parsed, plan, interrupts, started, is_reference=url is None)
