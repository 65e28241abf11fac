"""The hardened application: every endpoint of FastAPI's WebSockets page and more, in one app.

Start it with ``uvicorn target_app.main:app``. It has no middleware of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from target_app.broadcast.hub import Hub
from target_app.broadcast.manager import ConnectionManager
from target_app.broadcast.outbox import Limits
from target_app.loop_lag import LoopLag
from target_app.routes import chat, class_based, echo, formats, items, observe, pages, parameters, secure
from target_app.settings import Settings
from target_app.traffic import Traffic


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, with counters and a room of its own.

    Args:
        settings: read from the environment when not given.
    """
    settings = settings or Settings()
    app = FastAPI(title="wswarm target", lifespan=_run)
    app.state.traffic = Traffic()
    limits = Limits(settings.outbox_messages, settings.outbox_bytes, settings.outbox_policy)
    app.state.manager = ConnectionManager(Hub(limits, settings.fanout_slice))
    app.state.loop_lag = LoopLag(settings.lag_interval, settings.lag_window)
    # The first path that matches wins: /ws/bytes and /ws/json of formats come before /ws/{client_id} of chat.
    for module in (pages, observe, echo, items, formats, chat, class_based, parameters, secure):
        app.include_router(module.router)
    return app


@asynccontextmanager
async def _run(app: FastAPI) -> AsyncIterator[None]:
    """Sample the event loop's lag, and carry broadcasts, from start to shutdown."""
    sampling = asyncio.create_task(app.state.loop_lag.measure())
    manager: ConnectionManager = app.state.manager
    await manager.start()
    try:
        yield
    finally:
        await manager.stop()
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling


app = create_app()
