"""The values of base and head behind one figure or several, to be drawn over each other."""

from collections.abc import Sequence
from typing import NamedTuple

from wswarm.stats.compare.pairing import usable
from wswarm.stats.compare.slices import Arm, Metric, Slice
from wswarm.stats.recording import Reading, Recording
from wswarm.stats.sample import Sample


class Overlay(NamedTuple):
    """Two samples of one thing.

    Attributes:
        what: What one value is: a message, a slice, a round.
    """

    name: str
    unit: str
    what: str
    base: Sample
    head: Sample


def of_recordings(base: Recording, head: Recording, what: str = "value") -> list[Overlay]:
    """Return the samples that both recordings kept."""
    own, others = samples_of(base), samples_of(head)
    return [
        Overlay(name, unit, what, sample, others[name][1])
        for name, (unit, sample) in own.items()
        if name in others
    ]


def samples_of(recording: Recording) -> dict[str, tuple[str, Sample]]:
    """Return the samples that a recording kept, with units: each once though several percentiles come from it."""
    found: dict[str, tuple[str, Sample]] = {}
    for reading in recording.readings:
        if reading.sample is not None:
            found.setdefault(_without_percentile(reading), (reading.metric.unit, reading.sample))
    return found


def of_slices(slices: Sequence[Slice], metrics: Sequence[Metric]) -> list[Overlay]:
    """Return the values of each metric in the sound slices of either version."""
    found = []
    for metric in metrics:
        base, head = (Sample.of(_values(slices, metric, arm)) for arm in ("base", "head"))
        if base is not None and head is not None:
            found.append(Overlay(metric.name, metric.unit, "slice", base, head))
    return found


def _values(slices: Sequence[Slice], metric: Metric, arm: Arm) -> list[float]:
    own = [one for one in slices if one.arm == arm and one.load == metric.load and one.is_valid]
    values = [one.values.get(metric.name) for one in own]
    return [value for value in values if usable(value)]


def _without_percentile(reading: Reading) -> str:
    return reading.metric.name.removesuffix(" p50").removesuffix(" p99")
