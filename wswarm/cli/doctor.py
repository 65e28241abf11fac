"""`wswarm doctor`: what this machine can carry."""

import argparse
from collections.abc import Iterator

from wswarm.cli.plain import filled
from wswarm.cli.terminal import say, width
from wswarm.errors import PlanError
from wswarm.experiment import doctor

_SIDE_BY_SIDE = 90  # columns


def examine(parsed: argparse.Namespace) -> int:
    """Print each limit of this machine for the wanted connections; 1 if one is too low."""
    for name in ("connections", "connect_rate"):
        if vars(parsed)[name] <= 0:
            raise PlanError(f"--{name.replace('_', '-')} {vars(parsed)[name]:g} must be a number above 0")
    checks = doctor.examine(doctor.inspect(), parsed.connections, parsed.connect_rate)
    columns = width()
    wanted = f"{parsed.connections:,} connections, {parsed.connect_rate:,g} handshakes per s"
    say(filled(f"{wanted}, on this machine:", columns) + "\n")
    for one in checks:
        say("\n".join(_lines(one, columns)))
    is_low = any(one.is_enough is False for one in checks)
    is_unknown = any(one.is_enough is None for one in checks)
    fine = "Nothing stands in the way" + (
        ", as far as can be told: see the question marks." if is_unknown else "."
    )
    say("\n" + filled("Too low: see the arrows." if is_low else fine, columns))
    return int(is_low)


def _lines(one: doctor.Check, columns: int) -> Iterator[str]:
    """Yield what is told of a limit: side by side where there is room."""
    sign = {True: "ok", False: "LOW", None: "?"}[one.is_enough]
    if columns >= _SIDE_BY_SIDE:
        yield filled(f"needed: {one.needed}", columns, f"  {sign:4}{one.name:26}{one.found:26}")
    else:
        yield filled(f"{one.name}: {one.found}; needed: {one.needed}", columns, f"  {sign:4}")
    if not one.is_enough:
        yield filled(one.mend, columns, "      → ")
