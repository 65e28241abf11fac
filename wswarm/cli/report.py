"""`wswarm report`: a stored run or suite again."""

import argparse

from wswarm.cli import measure
from wswarm.cli.outputs import take_all
from wswarm.report import cut_short, store


def show(parsed: argparse.Namespace) -> int:
    """Print a stored run or suite and draw it again."""
    cut_short.recover(parsed.run)
    runs, folder = store.load(parsed.run), store.folder_of(parsed.run)
    failures = store.failures_in(folder)
    with measure.pages_for(parsed, parsed.run) as pages:
        take_all(
            lambda: measure.show(parsed, runs, is_suite=(folder / store.INDEX_FILE).exists()),
            lambda: measure.show_overview(parsed, runs, failures),
            lambda: measure.store_in(parsed, pages, lambda _: store.summarise(runs, parsed.run)),
            lambda: measure.finish(parsed, pages),
        )
    return 0
