"""Whether pictures are drawn: where nothing can draw them a command goes on without, and says so once."""

import argparse

from wswarm.cli.terminal import warn
from wswarm.installation import absent, lack_of


def leave_out_what_cannot_be_drawn(parsed: argparse.Namespace) -> None:
    """Have a command that draws go on without pictures if what draws them is not installed."""
    if getattr(parsed, "no_plots", True):
        return
    modules = absent("plots")
    if modules:
        parsed.no_plots = True
        warn(parsed.command, [f"no pictures: {lack_of('plots', 'drawing', modules)}"])
