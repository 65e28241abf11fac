"""How far a fit is from loads that it has never seen: the one sign that it may be believed beyond those it has."""

from collections.abc import Sequence
from itertools import groupby
from statistics import fmean
from typing import Any

from wswarm.results.sizing import Cell, HeldOut
from wswarm.stats.sizing.costs import cores
from wswarm.stats.sizing.delay import Seen, measured_times, simulated
from wswarm.stats.sizing.load import load_of
from wswarm.stats.sizing.server import Server

CPU_BOUND, TIME_BOUND = 0.10, 0.25
TIMED = ("p50", "p99")
_JOBS = 40_000  # few cells are looked at, each once


def errors_of(server: Server, seen: Sequence[Seen], seed: int) -> HeldOut:
    """Return how far what is known of a server is from cells: the greatest error of each figure, as a share.

    Cells of one load count together, by their mean: what one start is off is no error of the fit.

    Args:
        seen: Valid cells that the server's costs were not found from.
    """
    found: dict[str, list[float]] = {name: [] for name in ("cpu", *TIMED)}
    for _, same in groupby(sorted(seen, key=lambda one: _load(one.cell)), key=lambda one: _load(one.cell)):
        pairs = [(_figures(one.cell), _fitted(server, one, seed)) for one in same]
        for name, errors in found.items():
            known = [(took, fitted[name]) for figures, fitted in pairs if (took := figures[name]) is not None]
            if known:
                took_s, fitted_s = map(fmean, zip(*known, strict=True))
                errors.append(abs(fitted_s / took_s - 1) if took_s > 0 else float("inf"))
    return HeldOut(**{f"{name}_error": max(errors, default=None) for name, errors in found.items()})


def _fitted(server: Server, seen: Seen, seed: int) -> dict[str, float]:
    return simulated(server, seen, seed, _JOBS)._asdict() | {"cpu": cores(server.costs, load_of(seen.cell))}


def missing(cells: Sequence[Cell], wanted: int) -> list[str]:
    """Return what is not known of loads that were to be held out, so many of them; nothing where all is.

    Args:
        cells: Valid ones that were held out.
    """
    known = {
        name: len({_load(cell) for cell in cells if _figures(cell)[name] is not None})
        for name in ("cpu", *TIMED)
    }
    told = (
        [f"only {known['cpu']} of {wanted} held-out loads was measured"] if 0 < known["cpu"] < wanted else []
    )
    few = [name for name in TIMED if 0 < known[name] < known["cpu"]]
    return told + [f"only {known[name]} of {wanted} held-out loads has a {name}" for name in few]


def doubts(found: HeldOut) -> list[str]:
    """Return why a fit with these errors is not validated; nothing if it is."""
    bounds = {"CPU": (found.cpu_error, CPU_BOUND), "p50": (found.p50_error, TIME_BOUND)}
    bounds["p99"] = (found.p99_error, TIME_BOUND)
    return [
        f"{name} of a held-out load is off by {error:.0%}, more than {bound:.0%}"
        if error is not None
        else f"no held-out load has a {name}"
        for name, (error, bound) in bounds.items()
        if error is None or error > bound
    ]


def _load(cell: Cell) -> Any:
    return cell.workers, cell.connections, cell.rate, cell.fanout, cell.size


def _figures(cell: Cell) -> dict[str, float | None]:
    return measured_times(cell) | {"cpu": sum(cell.cpu)}
