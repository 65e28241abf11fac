"""The hardened application: every endpoint of FastAPI's WebSockets page and more, in one app.

Start it with ``uvicorn target_app.main:app``. Its middlewares do nothing per message, where the
server has our protocols.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from target_app.backplane.choose import choose
from target_app.broadcast.direct import DirectSend
from target_app.broadcast.gap_notice import GapNotice
from target_app.broadcast.hub import Hub
from target_app.broadcast.manager import ConnectionManager
from target_app.broadcast.outbox import Limits
from target_app.guard.census import Census
from target_app.guard.door import Door
from target_app.guard.on_duty import STATE, OnDuty
from target_app.guard.quiet_log import quiet_logs
from target_app.guard.refusals import Refusals
from target_app.loop_lag import LoopLag
from target_app.metrics import Metrics, Sources
from target_app.routes import chat, class_based, echo, formats, items, observe, pages, parameters, secure
from target_app.settings import Settings
from target_app.startup import PlainStartup
from target_app.traffic import Traffic


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, with counters and a room of its own.

    Args:
        settings: read from the environment when not given.

    Raises:
        BackplaneError: the backplane's address is none, or what it needs is not installed.
    """
    settings = settings or Settings()
    app = FastAPI(title="wswarm target", lifespan=_run)
    app.state.settings = settings
    app.state.traffic = Traffic()
    limits = Limits(settings.outbox_messages, settings.outbox_bytes, settings.outbox_policy)
    hub, backplane = Hub(limits, settings.fanout_slice), choose(settings.backplane.get_secret_value())
    on_gap = GapNotice(hub).note if settings.gap_notice else None
    app.state.manager = ConnectionManager(hub, backplane, on_gap)
    app.state.loop_lag = LoopLag(settings.lag_interval, settings.lag_window)
    guards = app.state.guards = OnDuty(settings, Refusals())
    sources = Sources(
        app.state.traffic, hub.counters, app.state.loop_lag, backplane.counters, guards.refusals
    )
    app.state.metrics = Metrics(sources)
    app.add_middleware(DirectSend)
    app.add_middleware(PlainStartup)
    app.add_middleware(Door, guards=guards, census=Census.here())
    if settings.trusted_proxies:  # the last is the outermost: nobody behind it sees a proxy's address
        app.add_middleware(
            ProxyHeadersMiddleware, trusted_hosts=[str(one) for one in settings.trusted_proxies]
        )
    # The first path that matches wins: /ws/bytes and /ws/json of formats come before /ws/{client_id} of chat.
    for module in (pages, observe, echo, items, formats, chat, class_based, parameters, secure):
        app.include_router(module.router)
    return app


@asynccontextmanager
async def _run(app: FastAPI) -> AsyncIterator[dict[str, OnDuty]]:
    """Sample the event loop's lag, share the numbers, and carry broadcasts, from start to shutdown.

    Yields what the server's protocols are to know of the guards.
    """
    sampling = [
        asyncio.create_task(work) for work in (app.state.loop_lag.measure(), app.state.metrics.share())
    ]
    manager: ConnectionManager = app.state.manager
    await manager.start()
    try:
        with quiet_logs():
            yield {STATE: app.state.guards}
    finally:
        await manager.stop()
        for task in sampling:
            task.cancel()
        await asyncio.gather(*sampling, return_exceptions=True)


app = create_app()
