"""Whether pictures are drawn: where nothing can draw them a command goes on without, and says so once."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from wswarm.cli.terminal import warn
from wswarm.installation import absent, lack_of


@contextmanager
def as_far_as_drawable(parsed: argparse.Namespace) -> Iterator[None]:
    """Have a command that draws go without pictures where what draws them is not installed; it is told at its end."""
    modules = absent("plots") if not getattr(parsed, "no_plots", True) else ()
    if modules:
        parsed.no_plots = True
    yield
    if modules:
        warn(parsed.command, [f"no pictures: {lack_of('plots', 'drawing', modules)}"])
