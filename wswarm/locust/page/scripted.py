"""A script's sessions and steps as Locust's table shows them: while the test runs, and in the end."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from wswarm.drive.fleet.wire import GroupState
from wswarm.results.run import Distribution, Run
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S


class Scripted(NamedTuple):
    """What became of sessions: failed ones by reason, and by each step its times and how often it failed."""

    failures: dict[str, int]
    steps: dict[str, tuple[Histogram, int]]


def scripted_in(states: Sequence[GroupState]) -> Scripted:
    """Return what all stations have told so far."""
    failures: Counter[str] = Counter()
    steps: dict[str, tuple[Histogram, int]] = {}
    for state in states:
        failures.update(state.sessions)
        for name, step in state.steps.items():
            times, failed = steps.get(name, (Histogram(), 0))
            times.merge_packed(step.times)
            steps[name] = times, failed + step.failed
    return Scripted(dict(failures), steps)


def scripted_of(run: Run) -> Scripted:
    """Return what a run says."""
    failures = run.sessions.failures if run.sessions is not None else {}
    return Scripted(failures, {name: (_times(step.time), step.failed) for name, step in run.steps.items()})


def _times(seen: Distribution) -> Histogram:
    if seen.hdr is None or seen.min is None or seen.mean is None or seen.max is None:
        return Histogram()
    times = Histogram.decode(seen.hdr)
    times.min_ns, times.max_ns = round(seen.min * NS_PER_S), round(seen.max * NS_PER_S)
    times.total_ns = round(seen.mean * seen.n * NS_PER_S)
    return times
