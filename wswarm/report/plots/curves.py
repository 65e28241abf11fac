"""The distributions that a run's pictures compare, and their points as read off the stored histogram."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wswarm.report.compared import MOST, compared
from wswarm.report.plots import canvas
from wswarm.results.run import Distribution, Run
from wswarm.stats.histogram import Histogram

Floats = npt.NDArray[np.float64]

LOOKS = (
    *(("o", canvas.BLUE), ("s", canvas.ORANGE), ("^", canvas.GREEN), ("D", canvas.PURPLE)),
    *(("v", canvas.SKY), ("P", canvas.VERMILION)),
)
assert len(LOOKS) == MOST


@dataclass(frozen=True, slots=True)
class Curve:
    """One distribution as a picture shows it.

    Attributes:
        values_s: Times, ascending, s.
        reached: Share of all values that are at most each of these times; the last is 1.
    """

    name: str
    seen: Distribution
    values_s: Floats
    reached: Floats
    marker: str
    colour: str


def curves(run: Run) -> list[Curve]:
    """Return the curves of the distributions that hold anything."""
    return curves_of(compared(run))


def curves_of(named: Mapping[str, Distribution | None]) -> list[Curve]:
    """Return the curves of those of the distributions that hold anything."""
    found = []
    for (name, seen), (marker, colour) in zip(named.items(), LOOKS, strict=False):
        if seen is None or not seen.n or seen.hdr is None:
            continue
        values_ns, counts = Histogram.decode(seen.hdr).occupied()
        reached = np.cumsum(counts) / np.sum(counts)
        found.append(Curve(name, seen, np.asarray(values_ns) / 1e9, reached, marker, colour))
    return found
