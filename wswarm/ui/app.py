"""The web application over one folder of reports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from wswarm.errors import PlanError, SwarmError
from wswarm.ui.changing import changing
from wswarm.ui.desk import Desk, of
from wswarm.ui.looking import looking
from wswarm.ui.starting import starting


def make_app(root: Path) -> FastAPI:
    """Return the application; when it ends, the run that it has started ends, too.

    Args:
        root: The folder, resolved.
    """
    desk = Desk(root)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(desk.close)

    app = FastAPI(title="wswarm ui", lifespan=living, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    for router in (changing, looking, starting):  # those of forms first: a report's name may hold anything
        app.include_router(router)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misunderstood)
    app.add_exception_handler(SwarmError, _failed)
    return app


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(request, error.status_code, error.detail)


def _misunderstood(request: Request, _: Exception) -> Response:
    return _told(request, 400, "A part of this address is no value that is known here: see the list.")


def _failed(request: Request, error: Exception) -> Response:
    return _told(request, 400 if isinstance(error, PlanError) else 409, str(error))


def _told(request: Request, status: int, what: str) -> HTMLResponse:
    return of(request).page("problem.html.j2", status, what=what)
