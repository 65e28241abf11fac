"""Runs started, watched and stopped from a page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wswarm.errors import SwarmError
from wswarm.report import format as show
from wswarm.report.served_page import AGAIN
from wswarm.ui import pages
from wswarm.ui.asked import COMMANDS, FIELDS, Asked, asked
from wswarm.ui.changing import SEE_OTHER
from wswarm.ui.desk import Desk, Sent, TheDesk
from wswarm.ui.job import Standing

# What a command's exit code means, as docs/exit_codes.md has it.
MEANINGS = {
    0: "measured, every objective met",
    1: "could not measure",
    2: "wrong option or value",
    95: "the target failed",
    96: "inconclusive",
    97: "regression",
    98: "the measurement is invalid",
    99: "an objective was missed",
    130: "ended early",
}

# The page brings a policy of its own besides; that of the run under way stands in the one that watches it.
_FRAMED = {
    "content-security-policy": "base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}

starting = APIRouter()


@starting.get("/start")
def show_form(request: Request, desk: TheDesk) -> HTMLResponse:
    """Return the form that starts a run."""
    given = request.query_params
    return _form(desk, asked({"command": "echo", **given}))


@starting.post("/start")
def start(desk: TheDesk, sent: Sent) -> Response:
    """Start a run, or show what is wrong with it."""
    one = asked(sent)
    try:
        desk.jobs.start(one)
    except SwarmError as error:
        return _form(desk, one, str(error))
    return RedirectResponse("/watch", SEE_OTHER)


@starting.get("/watch")
def watch(desk: TheDesk) -> HTMLResponse:
    """Return the page of the run under way, or of the latest."""
    standing = desk.jobs.standing()
    return desk.page("watch.html.j2", told=_told(standing) if standing is not None else None)


@starting.get("/progress")
def progress(desk: TheDesk) -> JSONResponse:
    """Return how the run under way stands."""
    standing = desk.jobs.standing()
    return JSONResponse(_told(standing) if standing is not None else {"state": "none"})


@starting.get("/live")
def live(request: Request, desk: TheDesk) -> HTMLResponse:
    """Return the page of the run under way, as it serves it itself."""
    page = desk.jobs.page(is_renewed=request.url.query == AGAIN)
    if page is None:
        raise HTTPException(404, "No run that can be watched is under way: see the list.")
    return HTMLResponse(page, headers=_FRAMED)


@starting.post("/stop")
def stop(desk: TheDesk, _: Sent) -> RedirectResponse:
    """Stop the run under way; the second time at once."""
    desk.jobs.stop()
    return RedirectResponse("/watch", SEE_OTHER)


def _form(desk: Desk, one: Asked, problem: str | None = None) -> HTMLResponse:
    return desk.page("start.html.j2", one=one, commands=COMMANDS, fields=FIELDS, problem=problem)


def _told(standing: Standing) -> dict[str, object]:
    """Return how a run stands, for a page and its script."""
    code = standing.code
    return {
        "command": standing.command,
        "state": standing.state,
        "elapsed": f"{standing.elapsed_s:.0f} s",
        "lines": [show.printable(line) for line in standing.lines],
        "code": code,
        "meaning": MEANINGS.get(code, f"ended with {code}") if code is not None else None,
        "is_live": standing.is_live,
        "report": f"/runs/{pages.address(standing.report)}" if standing.report else None,
    }
