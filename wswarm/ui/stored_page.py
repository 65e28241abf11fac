"""The page of one report, with what can be done with it at its top."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse, Response

from wswarm.errors import ResultError
from wswarm.report import pages as report_pages
from wswarm.report import store
from wswarm.report.answer_files import AnswerFiles
from wswarm.report.capacity.store import SEARCHES
from wswarm.report.compare import comparisons
from wswarm.report.compare.html import render as render_comparison
from wswarm.report.forecast.store import FORECASTS
from wswarm.report.html import render
from wswarm.report.sizing.store import MODELS
from wswarm.results.run import Run
from wswarm.ui import pages, reading
from wswarm.ui.desk import Desk
from wswarm.ui.entry import Entry
from wswarm.ui.suite import is_suite, suite_of

# A page of ours brings its own policy; a stored one, which somebody may have sent, is shown but does nothing.
_POLICY = "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
_STORED_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
)
_ANSWERS: Mapping[str, AnswerFiles[Any]] = {"capacity": SEARCHES, "size": MODELS, "forecast": FORECASTS}
_STORED = (store.PAGE_FILE, comparisons.PAGE_FILE)


def response(desk: Desk, name: str, place: Path) -> Response:
    """Return the page; of what can't be read what is known of it."""
    desk.index.refresh()
    entry = desk.index.find(name) or _of_suite(name)
    problem = entry.problem
    if problem is None:
        try:
            page, policy = _page(desk, entry, place)
        except reading.DAMAGED as error:
            problem = str(error)
        else:
            bar = desk.text(
                "bar.html.j2", entry=entry, suite=suite_of(desk.root, place), style=pages.bar_style()
            )
            return HTMLResponse(pages.with_bar(page, bar), headers={"content-security-policy": policy})
    return desk.page("unreadable.html.j2", entry=entry, problem=problem, suite=suite_of(desk.root, place))


def runs_in(desk: Desk, place: Path) -> Sequence[Run]:
    """Return the runs of a report.

    Raises:
        ResultError: one can't be read, is too large, or lies elsewhere.
    """
    index = place / store.INDEX_FILE
    for file in [index, place / store.RUN_FILE, *place.glob(f"*/{store.RUN_FILE}")]:
        if file.exists() and (file.is_symlink() or file.stat().st_size > reading.MOST_BYTES):
            raise ResultError(f"{file.relative_to(desk.root)} is too large, or a link: it is not shown here")
    return store.load(place)


def _page(desk: Desk, entry: Entry, place: Path) -> tuple[str, str]:
    """Return the page of a report, and what it may do."""
    if entry.kind == "run":
        runs = runs_in(desk, place)
        folders = [place / name for name in store.folder_names(runs)] if is_suite(place) else [place]
        pictures = [report_pages.pictures_in(folder, svg=False) for folder in folders]
        return render(runs, pictures, store.failures_in(place)), _POLICY
    if entry.kind in ("ab", "compare"):
        file = comparisons.find(place)
        assert file is not None
        stored, overlays = comparisons.load(file)
        return render_comparison(stored.comparison, stored.context, _pictures(place), overlays), _POLICY
    if (answer := _answer(entry, place)) is not None:
        return answer, _POLICY
    found = next((place / page for page in _STORED if (place / page).is_file()), None)
    if found is None or found.is_symlink() or found.stat().st_size > reading.MOST_BYTES:
        raise ResultError(f"there is no page of it: 'wswarm report {entry.name}' makes one")
    return found.read_text(encoding="utf-8", errors="replace"), _STORED_POLICY


def _answer(entry: Entry, place: Path) -> str | None:
    """Return the page of a search, a model or a forecast, `None` if its file is of another version."""
    kind = _ANSWERS.get(entry.kind)
    if kind is None:
        return None
    try:
        found = kind.file.load(place / kind.file.name)
    except ResultError:  # what is stored of its page can still be shown
        return None
    return kind.render(found, {name: one for name, one in _pictures(place).items() if name in kind.pictures})


def _pictures(place: Path) -> dict[str, bytes]:
    files = [file for file in sorted(place.glob("*.png")) if file.is_file() and not file.is_symlink()]
    return {file.stem: file.read_bytes() for file in files}


def _of_suite(name: str) -> Entry:
    return Entry(name=name, kind="run", scenario="run", title="suite")
