"""Pages to look at: the list, a report, several side by side, trends, the bin."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from wswarm.errors import PlanError
from wswarm.report.captions import Caption
from wswarm.report.charts.chart import Drawn
from wswarm.report.compare.html import overlay_caption
from wswarm.ui import bin as waste
from wswarm.ui import pages, places, reading, stored_page, trend
from wswarm.ui.beside import Report, beside
from wswarm.ui.desk import Desk, TheDesk
from wswarm.ui.entry import UNREADABLE, Wanted

MOST_COMPARED, ON_ONE_PAGE = 8, 500
VERDICTS = (
    *("valid", "suspect", "invalid", "failed", "missed", UNREADABLE),
    *("regression", "no regression", "improved", "inconclusive"),
)
FIGURES = ("p50", "p99", "lost", "rates.received", "connections.opened", "generator.cpu_s", "target.peak_rss")
_LIBRARY, _KEPT = "chart.js", "private, max-age=3600"  # it is large, and changes with its package alone
_TREND = Caption(
    "Each run, and the verdicts of comparisons above.",
    "Hollow: a run that is not valid. Above: verdicts of comparisons, at the head that they judged.",
)

looking = APIRouter()


@looking.get("/")
def show_list(request: Request, desk: TheDesk, page: str = "1", deleted: str = "") -> HTMLResponse:
    """Return the list of reports, as many of those that are wanted as one page has."""
    wanted = _wanted(request)
    desk.index.refresh()
    total, damaged = desk.index.counts(wanted)
    number = max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1
    first = (number - 1) * ON_ONE_PAGE
    return desk.page(
        "list.html.j2",
        entries=desk.index.entries(wanted, first, ON_ONE_PAGE),
        first=first,
        total=total,
        damaged=damaged,
        page=number,
        pages=-(-total // ON_ONE_PAGE),
        deleted=next((one for one in waste.deleted(desk.root) if one.place == deleted), None),
        **_choices(desk, wanted),
    )


@looking.get("/runs/{name:path}")
def show_report(name: str, desk: TheDesk) -> Response:
    """Return the page of one report; where no link is called `latest`, that leads to the first of the list."""
    if name == "latest" and places.place_of(desk.root, name) is None:
        desk.index.refresh()
        name = next((one.name for one in desk.index.entries(Wanted()) if one.problem is None), name)
        desk.place(name)
        return RedirectResponse(f"/runs/{pages.address(name)}", 307)
    place = desk.place(name)
    real = desk.name_of(place)
    if real != name:
        return RedirectResponse(f"/runs/{pages.address(real)}", 307)
    return stored_page.response(desk, real, place)


@looking.get("/compare")
def show_comparison(request: Request, desk: TheDesk) -> HTMLResponse:
    """Return several reports side by side."""
    names = list(dict.fromkeys(request.query_params.getlist("run")))
    desk.index.refresh()
    problem, shown = None, None
    try:
        if not 2 <= len(names) <= MOST_COMPARED:
            raise PlanError(f"{len(names)} runs are chosen: choose 2 to {MOST_COMPARED}")
        shown = beside([_report(desk, name) for name in names])
    except reading.DAMAGED as error:
        problem = str(error)
    return desk.page(
        "compare.html.j2",
        400 if problem else 200,
        names=names,
        shown=shown,
        problem=problem,
        **pages.charts(shown.drawn if shown is not None else Drawn(), overlay_caption),
    )


@looking.get("/trends")
def show_trend(request: Request, desk: TheDesk, figure: str = "p50", by: str = "date") -> HTMLResponse:
    """Return how a figure went."""
    wanted = _wanted(request)
    desk.index.refresh()
    scenarios = [one for one in desk.index.scenarios() if one in trend.SCENARIOS]
    if not wanted.scenario and scenarios:
        wanted = msgspec.structs.replace(wanted, scenario="echo" if "echo" in scenarios else scenarios[0])
    problem, shown = None, None
    try:
        if by not in ("date", "commit"):
            raise PlanError(f"by {by[:50]!r}: choose date or commit")
        shown = trend.trend(figure, by, desk.index.figures(wanted), desk.index.comparisons())
    except PlanError as error:
        problem = str(error)
    choices = _choices(desk, wanted) | {"scenarios": scenarios}
    return desk.page(
        "trends.html.j2",
        400 if problem else 200,
        figure=figure,
        by=by,
        figures=FIGURES,
        shown=shown,
        problem=problem,
        **pages.charts(shown.drawn if shown is not None else Drawn(), lambda _: _TREND),
        **choices,
    )


@looking.get("/bin")
def show_bin(desk: TheDesk) -> HTMLResponse:
    """Return what was deleted."""
    return desk.page("bin.html.j2", entries=waste.deleted(desk.root), bin=waste.BIN)


@looking.get("/static/{name}")
def show_asset(name: str) -> Response:
    """Return what pages load."""
    found = pages.asset(name)
    if found is None:
        raise HTTPException(404, f"There is no file {name[:100]!r}.")
    return Response(
        found[0], media_type=found[1], headers={"cache-control": _KEPT} if name == _LIBRARY else None
    )


def _wanted(request: Request) -> Wanted:
    given = request.query_params
    return Wanted(**{name: given.get(name, "").strip() for name in Wanted.__struct_fields__})


def _choices(desk: Desk, wanted: Wanted) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "scenarios": desk.index.scenarios(),
        "labels": desk.index.labels(),
        "verdicts": VERDICTS,
    }


def _report(desk: Desk, name: str) -> Report:
    """Return a run or suite to be compared.

    Raises:
        SwarmError: it can't be read, or is no run.
    """
    place = desk.place(name)
    entry = desk.index.find(desk.name_of(place))
    if entry is not None and entry.problem is not None:
        raise PlanError(f"{name} can't be compared: {entry.problem}")
    if entry is not None and entry.kind != "run":
        raise PlanError(f"{name} is of {entry.kind}: choose runs")
    return Report(desk.name_of(place), stored_page.runs_in(desk, place))
