"""What a load test or an operator wants to know: ``/healthz``, ``/stats`` and ``/metrics``."""

import asyncio
import os
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from target_app.backplane.protocol import Counters
from target_app.broadcast.counters import HubCounters
from target_app.broadcast.hub import Hub
from target_app.loop_lag import LagReading
from target_app.metrics import Metrics, backplane_counters, hub_counters

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Stats:
    """Sums over all workers, but for three things of the one that answers; see ``Traffic`` and ``HubCounters``.

    Attributes:
        process_id: who answers.
        workers: live worker processes.
        messages_out: of all endpoints, the hub's deliveries among them.
        rooms: of the one that answers: rooms that somebody is in.
        tasks: of the one that answers: tasks of the event loop, those of the server among them.
        hub: sums.
        backplane: sums; ``lag_ns`` is the largest.
        loop_lag: of the one that answers.
    """

    process_id: int
    workers: int
    connections_open: int
    connections_total: int
    messages_in: int
    messages_out: int
    rooms: int
    tasks: int
    hub: HubCounters
    backplane: Counters
    loop_lag: LagReading


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process runs and its event loop answers."""
    return {"status": "ok"}


@router.get("/stats")
async def stats(request: Request) -> Stats:
    """The counters as they stand; those of other workers as of 0.25 s ago at most."""
    state = request.app.state
    metrics: Metrics = state.metrics
    hub: Hub = state.manager.hub
    totals = metrics.totals()
    return Stats(
        process_id=os.getpid(),
        workers=totals["workers"],
        connections_open=totals["connections"],
        connections_total=totals["connections_opened"],
        messages_in=totals["messages_received"],
        messages_out=totals["messages_sent"] + totals["hub_deliveries"],
        rooms=len(hub.rooms()),
        tasks=len(asyncio.all_tasks()),
        hub=hub_counters(totals),
        backplane=backplane_counters(totals),
        loop_lag=state.loop_lag.reading(),
    )


@router.get("/metrics")
async def prometheus(request: Request) -> Response:
    """The same and more, summed over all workers, for Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
