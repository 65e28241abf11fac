"""Connections by stages: who comes and leaves when, so that there are as many as the stages say."""

from typing import NamedTuple

import numpy as np

from wswarm.load.pace import NEVER
from wswarm.load.piecewise import Piecewise
from wswarm.load.stages import Stages, comers_of, most_of, spans_of
from wswarm.load.turns import Int64s


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
    leaves_ns: Int64s = np.full(comers_of(stages), NEVER, np.int64)
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


def _level(stages: Stages) -> Piecewise:
    return Piecewise(spans_of(stages))
