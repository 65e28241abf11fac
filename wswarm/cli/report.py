"""`wswarm report`: what is stored, again."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from wswarm.cli import measure, searched, sized
from wswarm.cli.forecast import show_again as show_forecast
from wswarm.cli.outputs import take_all
from wswarm.installation import absent
from wswarm.report import cut_short, store
from wswarm.report.capacity import store as searches
from wswarm.report.forecast import store as forecasts
from wswarm.report.sizing.model_file import MODEL
from wswarm.results.run import Run


def show(parsed: argparse.Namespace) -> int:
    """Print a stored run, suite, search, model or forecast and draw it again."""
    search = searches.find(parsed.run)
    if search is not None:
        return searched.show_again(parsed, search)
    forecast = forecasts.FORECAST.find(parsed.run)
    if forecast is not None:
        return show_forecast(parsed, forecast)
    model = MODEL.find(parsed.run)
    if model is not None:
        return sized.show_again(parsed, model)
    cut_short.recover(parsed.run)
    runs, folder = store.load(parsed.run), store.folder_of(parsed.run)
    failures = store.failures_in(folder)
    with measure.pages_for(parsed, parsed.run, _kept(runs, folder)) as pages:
        take_all(
            lambda: measure.show(parsed, runs, is_suite=(folder / store.INDEX_FILE).exists()),
            lambda: measure.show_overview(parsed, runs, failures),
            lambda: measure.store_in(parsed, pages, lambda _: store.summarise(runs, parsed.run)),
            lambda: measure.finish(parsed, pages),
        )
    return 0


def _kept(runs: Sequence[Run], folder: Path) -> list[str]:
    """Return the folders of the runs whose pictures stay: all, where they could not be drawn again."""
    if not absent("plots"):
        return []
    return store.folder_names(runs) if (folder / store.INDEX_FILE).exists() else ["."]
