"""What the times of cells have beside waiting and service: found by simulating each."""

from collections.abc import Sequence

import msgspec
import numpy as np

from wswarm.results.sizing import BrokerCosts, Cell, Costs, Delay, Mechanism
from wswarm.stats.sizing.load import load_of
from wswarm.stats.sizing.queue import Times
from wswarm.stats.sizing.server import JOBS, Server, even, times

FIGURES = Times._fields
_STRETCHES = np.linspace(1.0, 2.0, 11).tolist()


def measured_times(cell: Cell) -> dict[str, float | None]:
    """Return what a cell took, by the names of `FIGURES`."""
    return dict(zip(FIGURES, (cell.p50, cell.p99, cell.last_p50), strict=True))


def delay_of(
    cells: Sequence[Cell], known: Costs, broker: BrokerCosts | None, mechanism: Mechanism, seed: int
) -> Delay:
    """Return the stretch and the rest that bring the simulated times nearest to those measured.

    The rest is the median of what is left over, figure by figure, and never negative.
    """
    server = Server(known, broker, _plain(cells), mechanism)
    tried = [_with_rest(cells, stretched(server, stretch), seed) for stretch in _STRETCHES]
    return min(tried, key=_error)


def stretched(server: Server, stretch: float) -> Server:
    """Return the server as it is where a s of CPU takes so many s."""
    return server._replace(delay=msgspec.structs.replace(server.delay, stretch=stretch))


def simulated(server: Server, cell: Cell, seed: int, jobs: int = JOBS) -> Times:
    """Return what the load of a cell takes on that server, its connections shared evenly."""
    load = load_of(cell)
    return times(server, load, even(load.workers), np.random.default_rng(seed), jobs)


def _plain(cells: Sequence[Cell]) -> Delay:
    stalls = tuple(length for cell in cells for length in cell.stalls)
    watched_s = sum(cell.hold_s * cell.workers for cell in cells)
    return Delay(
        stretch=1.0,
        p50=None,
        p99=None,
        last=None,
        ratios={},
        stalls=stalls,
        stalls_per_s=len(stalls) / watched_s if watched_s else 0.0,
    )


def _with_rest(cells: Sequence[Cell], server: Server, seed: int) -> Delay:
    """Return the delay of the server with what the times of cells have beside its queue."""
    queued = [simulated(server, cell, seed)._asdict() for cell in cells]
    rests: dict[str, float | None] = {}
    ratios = {}
    for name in FIGURES:
        pairs = [
            (took, alone[name])
            for cell, alone in zip(cells, queued, strict=True)
            if (took := measured_times(cell)[name]) is not None
        ]
        if not pairs:
            rests[name] = None
            continue
        rest = rests[name] = max(0.0, float(np.median([took - alone for took, alone in pairs])))
        ratios[name] = tuple(took / (alone + rest) for took, alone in pairs)
    return msgspec.structs.replace(server.delay, ratios=ratios, **rests)


def _error(delay: Delay) -> float:
    """Return the mean size of ln(measured/fitted) over all figures of all cells."""
    every = [ratio for ratios in delay.ratios.values() for ratio in ratios if ratio > 0]
    return float(np.mean(np.abs(np.log(every)))) if every else 0.0
