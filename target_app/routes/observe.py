"""What a load test or an operator wants to know of the process: ``/healthz`` and ``/stats``."""

import asyncio
import os
from dataclasses import dataclass

from fastapi import APIRouter, Request

from target_app.broadcast.counters import HubCounters
from target_app.broadcast.hub import Hub
from target_app.loop_lag import LagReading
from target_app.traffic import Traffic

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Stats:
    """The counters of one process (one worker of several); see ``Traffic``, ``HubCounters`` and ``LagReading``.

    Attributes:
        messages_out: of all endpoints, the hub's deliveries among them.
        rooms: rooms that somebody is in.
        tasks: of the event loop, those of the server among them.
    """

    process_id: int
    connections_open: int
    connections_total: int
    messages_in: int
    messages_out: int
    rooms: int
    tasks: int
    hub: HubCounters
    loop_lag: LagReading


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process runs and its event loop answers."""
    return {"status": "ok"}


@router.get("/stats")
async def stats(request: Request) -> Stats:
    """The counters as they stand."""
    traffic: Traffic = request.app.state.traffic
    hub: Hub = request.app.state.manager.hub
    return Stats(
        process_id=os.getpid(),
        connections_open=traffic.connections_open,
        connections_total=traffic.connections_total,
        messages_in=traffic.messages_in,
        messages_out=traffic.messages_out + hub.counters.deliveries,
        rooms=len(hub.rooms()),
        tasks=len(asyncio.all_tasks()),
        hub=hub.counters,
        loop_lag=request.app.state.loop_lag.reading(),
    )
