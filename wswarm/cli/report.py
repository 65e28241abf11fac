"""`wswarm report`: what is stored, again."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wswarm.cli import measure
from wswarm.cli.answers import show_again
from wswarm.cli.outputs import take_all
from wswarm.installation import absent
from wswarm.report import cut_short, store
from wswarm.report.answer_files import AnswerFiles
from wswarm.report.capacity.store import SEARCHES
from wswarm.report.forecast.store import FORECASTS
from wswarm.report.sizing.store import MODELS
from wswarm.results.run import Run

_ANSWERS: tuple[AnswerFiles[Any], ...] = (SEARCHES, FORECASTS, MODELS)


def show(parsed: argparse.Namespace) -> int:
    """Print a stored run, suite, search, model or forecast and draw it again."""
    for kind in _ANSWERS:
        file = kind.file.find(parsed.run)
        if file is not None:
            return show_again(parsed, kind, file)
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
