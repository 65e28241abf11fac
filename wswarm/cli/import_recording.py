"""`wswarm import`: a recording written as a script."""

import argparse

from wswarm.cli.terminal import say, warn
from wswarm.experiment.imported import imported, write_new


def import_recording(parsed: argparse.Namespace) -> int:
    """Write the script, and tell what it does, what was left out and how to run it."""
    found = imported(parsed.file, parsed.socket, parsed.output)
    write_new(parsed.output, found.text)
    warn(parsed.command, found.hints)
    say("\n".join([f"{parsed.output} is written.", *found.lines]))
    return 0
