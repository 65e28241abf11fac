"""The same measurements from Python: `run = wswarm.fanout(url, connections=1000, rate=20, duration=10)`."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Literal, TypedDict, Unpack, cast

from wswarm.experiment.measure import measure
from wswarm.load.plan import Plan, make_plan
from wswarm.results.run import Run


class Options(TypedDict, total=False):
    """Every setting of a plan but scenario and URL; see `wswarm.load.plan.Plan` for units and defaults."""

    connections: int
    rate: float | None
    duration: float
    warmup: float
    drain: float
    connect_rate: float
    connect_timeout: float
    arrivals: Literal["constant", "poisson"]
    pacing: Literal["auto", "exact", "batched"]
    seed: int
    processes: int | None
    publishers: int
    rooms: int
    size: int | None
    text: str | bytes | None
    json: str | None
    binary: bool
    escape: bool
    on_open: Sequence[str | bytes]
    profile: str | None
    headers: Sequence[str]
    cookies: Sequence[str]
    subprotocols: Sequence[str]
    origin: str | None
    insecure: bool
    cacert: str | None
    cert: str | None
    key: str | None
    sni: str | None
    follow: bool
    deflate: bool
    bind: Sequence[str]
    closed: bool
    driver: Literal["picows", "websockets"]
    target_pid: int | None
    slo: Sequence[str]


def connect(url: str, **options: Unpack[Options]) -> Run:
    """Open connections, hold them, count.

    Returns:
        The run. Inside a running event loop, something to `await` that gives the run: the loop goes on meanwhile.

    Raises:
        PlanError: a setting can't be. TargetError: not one connection opened. GeneratorError: all agents died.
    """
    return _measure("connect", url, options)


def echo(url: str, **options: Unpack[Options]) -> Run:
    """Send messages at a rate and time their replies; returns and raises as `connect` does."""
    return _measure("echo", url, options)


def fanout(url: str, **options: Unpack[Options]) -> Run:
    """Publish messages and time their delivery to all subscribers; returns and raises as `connect` does."""
    return _measure("fanout", url, options)


def _measure(scenario: str, url: str, options: Options) -> Run:
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    plan = make_plan(scenario, url, **settings)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return measure(plan)
    return cast(Run, _measure_aside(plan))


async def _measure_aside(plan: Plan) -> Run:
    """Return the run, measured by a thread; cancelling ends its hold early."""
    is_cancelled = threading.Event()
    try:
        return await asyncio.to_thread(measure, plan, None, is_cancelled.is_set)
    except asyncio.CancelledError:
        is_cancelled.set()
        raise


__all__ = ["Options", "connect", "echo", "fanout"]
