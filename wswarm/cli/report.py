"""`wswarm report`: a stored run, suite, search or model again."""

import argparse

from wswarm.cli import measure, searched, sized
from wswarm.cli.outputs import take_all
from wswarm.report import cut_short, store
from wswarm.report.capacity import store as searches
from wswarm.report.sizing import store as models


def show(parsed: argparse.Namespace) -> int:
    """Print a stored run, suite, search or model and draw it again."""
    search = searches.find(parsed.run)
    if search is not None:
        return searched.show_again(parsed, search)
    model = models.find(parsed.run)
    if model is not None:
        return sized.show_again(parsed, model)
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
