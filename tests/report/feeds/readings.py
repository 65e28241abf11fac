"""Readings of runs that are made up."""

import msgspec
import numpy as np

from tests.report import runs
from wswarm.report.feeds.reading import Reading, Source, last_reading, reading_of
from wswarm.results.counts import Counts
from wswarm.results.progress import Phase, Progress
from wswarm.results.run import Run
from wswarm.stats.summary import of_values

SOURCE = Source("echo", "echo", "ws://127.0.0.1:8000/ws")
NOTHING = Reading(source=SOURCE)


def progress(
    elapsed_s: float, phase: Phase = "hold", times_ms: tuple[float, ...] = (), **counted: int
) -> Progress:
    """Return how a run of three connections stands."""
    return Progress(
        phase=phase,
        elapsed_s=elapsed_s,
        connections_open=3,
        connections_requested=3,
        opened=3,
        times=of_values(np.array([round(one * 1e6) for one in times_ms], np.int64)).pack(),
        counts=Counts(**counted),
    )


def reading(elapsed_s: float = 1.0, times_ms: tuple[float, ...] = (), **counted: int) -> Reading:
    """Return a reading of a run that has not been told of before."""
    return reading_of(progress(elapsed_s, times_ms=times_ms, **counted), NOTHING)


def last(run: Run | None = None) -> Reading:
    """Return the last reading of an echo."""
    return last_reading(run or runs.echo(), NOTHING)


def counts_of(run: Run) -> dict[str, int]:
    """Return what a run file says of its messages, by its words."""
    assert run.messages is not None
    found = msgspec.to_builtins(run.messages)
    lost = sum(found.pop("lost").values())
    return {word: found[word] for word in ("sent", "owed", "received", "duplicated")} | {"lost": lost}
