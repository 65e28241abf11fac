"""A run that is interrupted: when it ends instead, and what of its plan it did not do."""

import msgspec

from wswarm.experiment.course import Course
from wswarm.results.progress import Phase
from wswarm.stats.findings import Window
from wswarm.units import NS_PER_S

_SLACK_S = 0.001


def shortened(window: Window, phase: Phase, moment_ns: int) -> Window:
    """Return the window of a run that is interrupted: the hold ends then, its drain to follow, or the drain does.

    A hold that is about to end is left whole: with its drain at once, what is under way would count as lost.
    """
    if phase == "ramp":
        return window
    if moment_ns < window.drain_ns:
        return msgspec.structs.replace(
            window,
            hold_ns=min(window.hold_ns, moment_ns),
            drain_ns=moment_ns,
            end_ns=moment_ns + window.end_ns - window.drain_ns,
        )
    if phase == "drain":
        return msgspec.structs.replace(window, end_ns=min(window.end_ns, moment_ns))
    return window


def interruption(course: Course, window: Window, *, was_connecting: bool) -> str:
    """Return in words what a run did not do that was ended early.

    Args:
        window: As it was in the end.
    """
    if was_connecting:
        return "interrupted while connecting: there was no hold"
    missing = course.missing(window)
    if missing is not None:
        return f"interrupted: {missing}"
    drained_s = (window.end_ns - window.drain_ns) / NS_PER_S
    drain_s = course.plan.drain
    if drained_s > drain_s - _SLACK_S:
        return "interrupted as the hold ended: nothing is missing"
    return (
        f"interrupted {drained_s:.3g} s into the drain of at most {drain_s:g} s: what was still under way"
        " counts as lost"
    )
