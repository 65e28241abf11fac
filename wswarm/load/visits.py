"""Connections by stages: who comes and leaves when, so that there are as many as the stages say."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wswarm.errors import PlanError
from wswarm.load.belonging import SESSIONS_LIMIT
from wswarm.load.pace import NEVER
from wswarm.load.piecewise import Piecewise
from wswarm.load.turns import Int64s
from wswarm.units import NS_PER_S

Stages = Sequence[tuple[float, float]]


class Visits(NamedTuple):
    """Connections in the order in which they come, ns since the stages began; `NEVER` for who does not leave."""

    starts_ns: Int64s
    leaves_ns: Int64s


def visits_of(stages: Stages) -> Visits:
    """Return who comes and leaves when: at any moment there are as many as the line says there, rounded.

    Who came last leaves first.
    """
    thresholds = np.arange(most_of(stages), dtype=np.float64) + 0.5
    starts: list[Int64s] = [np.zeros(0, np.int64)]
    leaves_ns: Int64s = np.full(_comers(stages), NEVER, np.int64)
    whose = np.zeros(len(thresholds), np.int64)
    come = 0
    for is_rising, places, times_ns in _level(stages).crossings(thresholds):
        if is_rising:
            whose[places] = come + np.arange(len(places))
            come += len(places)
            starts.append(times_ns)
        else:
            leaves_ns[whose[places]] = times_ns
    return Visits(np.concatenate(starts), leaves_ns)


def most_of(stages: Stages) -> int:
    """Return how many connections there are at most."""
    return int(max((value for _, value in stages), default=0))


def check_visits(stages: Stages) -> None:
    """Check that the stages are whole connections, some of them, and not too many to be kept account of.

    Raises:
        PlanError: they are not.
    """
    for length_s, value in stages:
        if value != int(value):
            raise PlanError(
                f"--stages: {value:g} connections after {length_s:g}s are not a whole number: write {round(value)}"
            )
    if not most_of(stages):
        raise PlanError("--stages has no stage with connections: give one some, as in 30s:1k")
    comers = _comers(stages)
    if comers > SESSIONS_LIMIT:
        raise PlanError(
            f"--stages opens {comers:,} connections in all, more than {SESSIONS_LIMIT:,}: let fewer come anew"
        )


def _level(stages: Stages) -> Piecewise:
    return Piecewise([(round(length_s * NS_PER_S), value) for length_s, value in stages])


def _comers(stages: Stages) -> int:
    """Return how many come in all."""
    values = np.array([0.0, *(value for _, value in stages)])
    return int(np.maximum(np.diff(values), 0).sum())
