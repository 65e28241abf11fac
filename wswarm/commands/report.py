"""`wswarm report`: a stored run or suite again."""

import argparse

from wswarm.commands import measure
from wswarm.report import store


def show(parsed: argparse.Namespace) -> int:
    """Print a stored run or suite and draw it again."""
    runs = store.redraw(parsed.run, plots=not parsed.no_plots)
    folder = parsed.run if parsed.run.is_dir() else parsed.run.parent
    failures = store.failures_in(folder)
    measure.show(parsed, runs, is_suite=(folder / store.INDEX_FILE).exists())
    measure.show_overview(parsed, runs, failures)
    measure.say_where(parsed, folder)
    return 0
