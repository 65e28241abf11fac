"""The load of a forecast, with what is not said taken from what was measured."""

from collections import Counter
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.results.forecast import Wanted
from wswarm.results.sizing import Model
from wswarm.stats.sizing.bounds import is_whole


class Said(NamedTuple):
    """What was said of it; `None`: nothing, as in what was measured."""

    connections: int
    rate: float
    fanout: int | None = None
    size: int | None = None
    workers: int | None = None
    connect_rate: float = 0.0
    processes: int | None = None


def wanted_of(model: Model, said: Said) -> Wanted:
    """Return the load: a fan-out that is not said is that to all connections, or the one most often measured.

    Raises:
        PlanError: a number is none, or the scenario has no fan-out.
    """
    _check(model, said)
    if model.mechanism.scenario == "echo":
        fanout = 1
    elif said.fanout is not None:
        fanout = said.fanout
    elif is_whole(model):
        fanout = said.connections
    else:
        fanout = _most_often([cell.fanout for cell in model.cells])
    return Wanted(
        connections=said.connections,
        rate=said.rate,
        fanout=fanout,
        size=said.size if said.size is not None else _most_often([cell.size for cell in model.cells]),
        handshakes=said.connect_rate,
        workers=said.workers,
        processes=said.processes,
    )


def _check(model: Model, said: Said) -> None:
    least = {"-c": said.connections, "--fanout": said.fanout, "--workers": said.workers}
    least["--processes"] = said.processes
    for option, value in least.items():
        if value is not None and value < 1:
            raise PlanError(f"{option} {value}: at least 1")
    if said.rate <= 0:
        raise PlanError(f"-r {said.rate:g}: a rate above 0")
    if model.mechanism.scenario == "echo" and said.fanout not in (None, 1):
        raise PlanError(f"--fanout {said.fanout}: echoes were measured, which have none: leave it out")


def _most_often(values: list[int]) -> int:
    """Return the value that most have, of several the greatest."""
    counted = Counter(values)
    return max(counted, key=lambda value: (counted[value], value))
