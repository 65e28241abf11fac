"""`wswarm doctor`: what this machine can carry."""

import argparse
import textwrap

from wswarm.cli.terminal import say
from wswarm.errors import PlanError
from wswarm.experiment import doctor


def examine(parsed: argparse.Namespace) -> int:
    """Print each limit of this machine for the wanted connections; 1 if one is too low."""
    for name in ("connections", "connect_rate"):
        if vars(parsed)[name] <= 0:
            raise PlanError(f"--{name.replace('_', '-')} {vars(parsed)[name]:g} must be a number above 0")
    checks = doctor.examine(doctor.inspect(), parsed.connections, parsed.connect_rate)
    signs = {True: "ok", False: "LOW", None: "?"}
    say(f"{parsed.connections:,} connections, {parsed.connect_rate:,g} handshakes per s, on this machine:\n")
    for one in checks:
        start = f"  {signs[one.is_enough]:4}{one.name:26}{one.found:26}"
        say(textwrap.fill(f"{start}needed: {one.needed}", 100, subsequent_indent=" " * 58))
        if not one.is_enough:
            say(textwrap.fill(f"→ {one.mend}", 100, initial_indent=" " * 6, subsequent_indent=" " * 8))
    is_low = any(one.is_enough is False for one in checks)
    is_unknown = any(one.is_enough is None for one in checks)
    fine = "Nothing stands in the way" + (
        ", as far as can be told: see the question marks." if is_unknown else "."
    )
    say(f"\n{'Too low: see the arrows.' if is_low else fine}")
    return int(is_low)
