"""What the times of cells have beside waiting and service: found by simulating each."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.results.sizing import BrokerCosts, Cell, Costs, Delay, Mechanism
from wswarm.stats.sizing.costs import delivery_s
from wswarm.stats.sizing.lindley import Floats
from wswarm.stats.sizing.load import load_of
from wswarm.stats.sizing.queue import Times
from wswarm.stats.sizing.server import JOBS, Server, even, times

FIGURES = Times._fields
_STRETCHES, _FINER = np.linspace(1.0, 2.0, 6).tolist(), (-0.1, 0.0, 0.1)
_READS, _FINER_READS = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0), (0.9, 1.0, 1.1)  # of a delivery's CPU
_BETTER = 0.9  # of the error: a reader that makes it little less is none


class Seen(NamedTuple):
    """A cell, and when its publishes came, s from the start of its hold on, ascending; `None`: not known."""

    cell: Cell
    came: Floats | None = None


def measured_times(cell: Cell) -> dict[str, float | None]:
    """Return what a cell took, by the names of `FIGURES`."""
    return dict(zip(FIGURES, (cell.p50, cell.p99, cell.last_p50), strict=True))


def delay_of(
    cells: Sequence[Seen], known: Costs, broker: BrokerCosts | None, mechanism: Mechanism, seed: int
) -> Delay:
    """Return the stretch, the reading and the rest that bring the simulated times nearest to those measured.

    The rest is what is left over, figure by figure, and never negative.
    """
    server = Server(known, broker, _plain([one.cell for one in cells]), mechanism)

    def tried(pairs: Iterator[tuple[float, float]]) -> list[Delay]:
        return [_with_rest(cells, _delayed(server, stretch, read_s), seed) for stretch, read_s in pairs]

    each_s = float(np.median([delivery_s(known, load_of(one.cell), one.cell.utilisation) for one in cells]))
    found = tried(product(_STRETCHES, [times * each_s for times in _READS]))
    best = min(found, key=_error)
    finer = tried(
        product(
            [max(1.0, best.stretch + more) for more in _FINER],
            [best.read_s * times for times in _FINER_READS],
        )
    )
    unread = min((one for one in (*found, *finer) if one.read_s == 0), key=_error)
    best = min((best, *finer), key=_error)
    return best if _error(best) < _BETTER * _error(unread) else unread


def _delayed(server: Server, stretch: float, read_s: float) -> Server:
    """Return the server as it is where a s of CPU takes so many s, and a delivery so long to be read."""
    return server._replace(delay=msgspec.structs.replace(server.delay, stretch=stretch, read_s=read_s))


def simulated(server: Server, seen: Seen, seed: int, jobs: int = JOBS) -> Times:
    """Return what the load of a cell takes on that server, its connections shared evenly."""
    load = load_of(seen.cell)
    chance = np.random.default_rng(seed)
    return times(server, load, even(load.workers), chance, jobs if seen.came is None else seen.came)


def _plain(cells: Sequence[Cell]) -> Delay:
    stalls = tuple(length for cell in cells for length in cell.stalls or ())
    watched_s = sum(cell.hold_s * cell.workers for cell in cells if cell.stalls is not None)
    return Delay(
        stretch=1.0,
        p50=None,
        p99=None,
        last=None,
        ratios={},
        stalls=stalls,
        stalls_per_s=len(stalls) / watched_s if watched_s else None,
    )


def _with_rest(cells: Sequence[Seen], server: Server, seed: int) -> Delay:
    """Return the delay of the server with what the times of cells have beside its queue."""
    queued = _queued(cells, server, seed)
    rests: dict[str, float | None] = {}
    ratios = {}
    for name in FIGURES:
        pairs = [
            (took, alone[name])
            for seen, alone in zip(cells, queued, strict=True)
            if (took := measured_times(seen.cell)[name]) is not None
        ]
        if not pairs:
            rests[name] = None
            continue
        rest = rests[name] = _rest(pairs)
        ratios[name] = tuple(took / (alone + rest) for took, alone in pairs)
    return msgspec.structs.replace(server.delay, ratios=ratios, **rests)


def _queued(cells: Sequence[Seen], server: Server, seed: int) -> list[dict[str, float]]:
    """Return what each cell takes in the queue; of cells with one load and unknown arrivals all take the same."""
    alike = {load_of(seen.cell): seen for seen in cells if seen.came is None}
    taken = {load: simulated(server, seen, seed) for load, seen in alike.items()}
    return [
        (taken[load_of(seen.cell)] if seen.came is None else simulated(server, seen, seed))._asdict()
        for seen in cells
    ]


def _rest(pairs: Sequence[tuple[float, float]]) -> float:
    """Return what is to be added to each second figure for the least mean of |ln(first/second)|, at least 0.

    Where a sum of such sizes is least, one of them is 0, or what is added is.
    """
    took, alone = np.array(pairs).T
    tried = np.unique(np.maximum(took - alone, 0.0))
    errors = np.abs(np.log(took / (alone + tried[:, np.newaxis]))).sum(axis=1)
    return float(tried[np.argmin(errors)])


def _error(delay: Delay) -> float:
    """Return the mean size of ln(measured/fitted) over all figures of all cells."""
    every = [ratio for ratios in delay.ratios.values() for ratio in ratios if ratio > 0]
    return float(np.mean(np.abs(np.log(every)))) if every else 0.0
