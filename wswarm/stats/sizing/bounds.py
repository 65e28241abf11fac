"""How far a model carries: beyond, there is no forecast but a reason, and what to measure instead."""

from collections.abc import Iterable
from math import ceil

from wswarm.errors import PlanError
from wswarm.results.forecast import Wanted
from wswarm.results.sizing import Model

FULL = 0.85  # of a core: beyond, times depend more on what is not known of the load than on what is
_FURTHER = 4  # times the connections and the rate that were measured
_MORE = 2  # times the workers


def is_whole(model: Model) -> bool:
    """Return whether every publish went to all connections, so that a fan-out says no more than they do."""
    return model.mechanism.scenario == "fanout" and all(
        cell.fanout == cell.connections for cell in model.cells
    )


def most_connections(model: Model) -> int:
    """Return the highest number of connections that a forecast is made for."""
    return _FURTHER * model.measured.connections[1]


def fewest_workers(model: Model) -> int:
    """Return the lowest number of workers that a forecast is made for."""
    return 1 if len(model.measured.workers) > 1 else model.measured.workers[0]


def most_workers(model: Model) -> int:
    """Return the highest number of workers that a forecast is made for."""
    measured = model.measured.workers
    return _MORE * measured[-1] if len(measured) > 1 else measured[0]


def check(model: Model, wanted: Wanted) -> None:
    """Check that a load is near enough to what was measured.

    Raises:
        PlanError: it is not, and why.
    """
    for why in _beyond(model, wanted):
        raise PlanError(why)


def check_mechanism(model: Model, *, tls: bool, deflate: bool) -> None:
    """Check that messages travel as they did when measured.

    Raises:
        PlanError: they do not.
    """
    if tls and not model.mechanism.tls:
        raise PlanError("--tls was not measured: measure a wss:// address with wswarm size")
    if deflate and not model.mechanism.deflate:
        raise PlanError("--deflate was not measured: measure with wswarm size --deflate")


def check_workers(model: Model, workers: int) -> None:
    """Check that so many workers are near enough to those measured.

    Raises:
        PlanError: they are not.
    """
    measured, asked = model.measured.workers, f"{workers} worker{'s' if workers > 1 else ''}"
    if len(measured) == 1 and workers != measured[0]:
        raise PlanError(
            f"{asked}: only servers of {measured[0]} were measured, so nothing is known of how several workers share"
            f" the work: measure with wswarm size --workers 1,{max(2, measured[0])}"
        )
    if workers > most_workers(model):
        needed = -(-workers // _MORE)
        raise PlanError(
            f"{asked} are more than {_MORE} times the {measured[-1]} that were measured: measure with"
            f" wswarm size --workers 1,{needed}"
        )


def busy_reading(model: Model, deliveries: float, processes: int) -> float:
    """Return how much of a core each process of a generator uses to read deliveries, so many per s; 0 without any."""
    return deliveries * model.delay.read_s / processes if processes else 0.0


def check_reading(model: Model, wanted: Wanted) -> None:
    """Check that the generator whose measurement is wanted can be.

    Raises:
        PlanError: it would be too busy to read all that comes.
    """
    processes = wanted.processes or 0
    busy = busy_reading(model, wanted.rate * wanted.fanout, processes)
    if busy > FULL:
        raise PlanError(
            f"--processes {processes}: each would need {busy:.2f} of a core to read all deliveries, more than {FULL}:"
            f" --processes {ceil(busy * processes / FULL)} would do"
        )


def _beyond(model: Model, wanted: Wanted) -> Iterable[str]:
    measured = model.measured
    if wanted.connections > most_connections(model):
        yield _too_far("-c", wanted.connections, measured.connections[1], "connections")
    if wanted.rate > _FURTHER * measured.rate[1]:
        yield _too_far("-r", wanted.rate, measured.rate[1], "per s")
    if wanted.fanout > wanted.connections:
        yield f"--fanout {wanted.fanout:,} is more than the {wanted.connections:,} connections of -c: lower it"
    low, high = measured.fanout
    if not low <= wanted.fanout <= (most_connections(model) if is_whole(model) else high):
        yield _outside("--fanout", wanted.fanout, (low, high), "-c" if is_whole(model) else "--rooms")
    low, high = measured.size
    if not low <= wanted.size <= high:
        yield _outside("--size", wanted.size, (low, high), "--size")
    if wanted.handshakes > 0 and not model.cpu.per_handshake_s:
        yield "--connect-rate: what a handshake costs was not measured: leave it out"


def _too_far(option: str, value: float, measured: float, noun: str) -> str:
    return (
        f"{option} {value:,.10g} is more than {_FURTHER} times the {measured:,.10g} {noun} that were measured:"
        f" measure up to {value / _FURTHER:,.10g} by {option} LOW,HIGH of wswarm size, or ask for at most"
        f" {_FURTHER * measured:,.10g}"
    )


def _outside(option: str, value: int, measured: tuple[int, int], how: str) -> str:
    low, high = measured
    between = f"{low:,} to {high:,}" if low < high else f"{low:,} alone"
    return (
        f"{option} {value:,} was not measured, {between} was: ask within that, or measure with {how}"
        " in wswarm size"
    )
