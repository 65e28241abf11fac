"""What of a plan an interrupted run did not do, in words."""

from wswarm.experiment.course import Course
from wswarm.stats.findings import Window
from wswarm.units import NS_PER_S

_SLACK_S = 0.001


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
