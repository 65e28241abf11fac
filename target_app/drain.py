"""The end of a server: its clients are asked to come back, some at a time, and nobody is waited for too long."""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any

from uvicorn.server import ServerState

from target_app.settings import Settings
from target_app.wire.parting import PartingProtocol

BATCH_EVERY_S = 0.1
TOLD_BY = 0.5  # of the deadline: then everybody has been asked, however large the batches get
RESET_AT = 0.8  # of the deadline: then who has not gone is reset; the rest is the application's

_log = logging.getLogger("uvicorn.error")


async def drain(state: ServerState, settings: Settings, is_forced: Callable[[], bool]) -> None:
    """Close all connections of a server that takes no new ones, at the latest at the deadline.

    Args:
        state: the server's connections and its handlers' tasks.
        settings: the deadline, and how many are asked at once.
        is_forced: whether nobody is to be waited for any more.
    """
    loop = asyncio.get_running_loop()
    began, deadline = loop.time(), settings.drain_deadline
    told: set[Any] = set()
    while state.connections and loop.time() < began + RESET_AT * deadline and not is_forced():
        waiting = [connection for connection in state.connections if connection not in told]
        batches = max(1.0, (began + TOLD_BY * deadline - loop.time()) / BATCH_EVERY_S)
        batch = waiting[: max(settings.drain_batch, math.ceil(len(waiting) / batches))]
        for connection in batch:
            ask(connection)
        told.update(batch)
        await asyncio.sleep(BATCH_EVERY_S)
    if state.connections:
        _log.warning("%d clients did not go in time: their connections were reset", len(state.connections))
    for connection in list(state.connections):
        connection.transport.abort()
    if state.tasks:
        await asyncio.wait(set(state.tasks), timeout=max(0.0, began + deadline - loop.time()))
    for task in state.tasks:
        task.cancel("the server stops")


def ask(connection: Any) -> None:
    """Ask one client to come back."""
    if isinstance(connection, PartingProtocol):
        connection.restart()
    else:
        connection.shutdown()
