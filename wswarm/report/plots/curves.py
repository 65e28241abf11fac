"""The distributions that a run's pictures compare, and their points as read off the stored histogram."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wswarm.report import format as show
from wswarm.report.plots import canvas
from wswarm.results.run import Distribution, Run
from wswarm.stats.histogram import Histogram

Floats = npt.NDArray[np.float64]

LOOKS = (
    *(("o", canvas.BLUE), ("s", canvas.ORANGE), ("^", canvas.GREEN), ("D", canvas.PURPLE)),
    *(("v", canvas.SKY), ("P", canvas.VERMILION)),
)
NAME_LENGTH = 24


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


def compared(run: Run) -> Mapping[str, Distribution | None]:
    """Return what the run's percentiles are about, the figure that counts first."""
    if run.fanout is not None and not run.steps:
        return {"delivery": run.fanout.delivery_time, "completion": run.fanout.completion_time}
    if run.scenario in ("connect", "churn"):
        seen = run.connections
        return {
            "handshake": seen.handshake_time,
            "tcp": seen.tcp_time,
            "tls": seen.tls_time,
            "upgrade": seen.upgrade_time,
        }
    if run.steps:  # those that were taken most often
        often = sorted(run.steps.items(), key=lambda item: -item[1].time.n)[: len(LOOKS)]
        return {show.shortened(show.printable(name), NAME_LENGTH): step.time for name, step in often}
    return {"response": run.response_time, "service": run.service_time}


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
