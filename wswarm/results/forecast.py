"""What a load that was not measured will take, as it is stored and handed on; times in s, CPU in cores."""

from collections.abc import Generator
from typing import Any

import msgspec

from wswarm.results.sizing import HeldOut, Mechanism

FORECAST_SCHEMA = "wswarm/forecast@1"


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Where a figure will be: below `low` in 5 of 100 draws, above `high` in 5, `mid` the median."""

    low: float
    mid: float
    high: float


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The load.

    Attributes:
        handshakes: Per s.
        workers: `None`: as many as it takes.
        processes: Of a generator whose measurement is foretold; `None`: each client reads for itself.
    """

    connections: int
    rate: float
    fanout: int
    size: int
    handshakes: float
    workers: int | None
    processes: int | None = None


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """What the load has to keep: it is met if the figure's `high` is below `limit`, in s."""

    expression: str
    figure: str
    limit: float
    high: float
    met: bool


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that there is only so much of: `share` is `used` over `limit`."""

    name: str
    used: float
    limit: float
    share: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """The answer.

    Attributes:
        cpu: Cores over all workers. `memory`: bytes over all, the kernel's for their sockets among them where known.
        p50: Delivery or response time; `last`: median completion time; `None`: no cell has that figure.
        busiest: Of a core, by the worker that has most of the connections.
        gives_in_first: Name of the limit that is nearest.
    """

    workers: int
    cpu: Band
    memory: Band
    p50: Band | None
    p99: Band | None
    last: Band | None
    broker_cpu: float | None
    busiest: Band
    gives_in_first: str


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """The same with another number of connections; no times where a worker is too busy for any."""

    connections: int
    cpu: Band
    memory: Band
    p50: Band | None
    p99: Band | None
    last: Band | None


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over connections, with as many workers as the answer has.

    Attributes:
        bound: Connections at which a worker is as busy as it may be; `None`: not within the points.
    """

    points: tuple[Point, ...]
    bound: float | None


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast with all that it is made of.

    Attributes:
        target: What was measured, in words, and `measured_at` when.
        held_out: How far the model was off where it had not been measured.
        validated: Whether that is little enough.
        reasons: Why it is not, and what else limits it.
        notices: What to know of this load.
    """

    schema: str = FORECAST_SCHEMA
    forecast: Forecast
    wanted: Wanted
    slo: tuple[Objective, ...]
    limits: tuple[Limit, ...]
    validated: bool
    held_out: HeldOut
    reasons: tuple[str, ...]
    notices: tuple[str, ...]
    target: str
    measured_at: str
    mechanism: Mechanism
    cells: int
    seed: int
    curve: Curve | None = None

    def __await__(self) -> Generator[Any, None, "Outlook"]:
        """Return the outlook itself, as `Run` does."""
        yield from ()
        return self
