"""What a scenario does besides sending at its pace."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Protocol

import msgspec

from wswarm.experiment.cohorts import Cohort, all_together
from wswarm.experiment.observed import Observed
from wswarm.experiment.session import Session
from wswarm.load.plan import Plan
from wswarm.load.stages import OF_RATES, mean_rate
from wswarm.results.run import Run
from wswarm.stats.findings import Window
from wswarm.stats.stages import stages
from wswarm.units import NS_PER_S

_SLACK_S = 0.001


class Restarts(Protocol):
    """A target that we have started, and may start again."""

    def end_by(self, name: str) -> None:
        """Send it the signal of that name, without the `SIG`."""

    def revive(self) -> bool:
        """Start it anew if it has ended, and return whether it had."""


class Course:
    """A load that stays as it is: nothing besides; what other scenarios do is a subclass each.

    Attributes:
        plan: What is measured.
        is_known_meanwhile: Whether what it is about can be told before it is over.
        restarts: The target, if it is ours to restart.
    """

    is_known_meanwhile = True

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.restarts: Restarts | None = None

    @property
    def cohorts(self) -> Sequence[Cohort]:
        """The connections that are opened before the load, by what is wanted of them apart."""
        return all_together(self.plan.connections)

    @property
    def has_restarted(self) -> bool:
        """Whether we have ended the target's process."""
        return False

    @property
    def hold_s(self) -> float:
        """The longest that the hold may be."""
        return self.plan.duration

    def begin(self, session: Session, window: Window) -> None:
        """Tell what is to happen; the load has been told and begins soon."""

    def meanwhile(self, session: Session, now_ns: int) -> None:
        """Do what is due; called several times a second during warm-up and hold."""

    def is_over(self, session: Session) -> bool:  # noqa: ARG002  # for those who can tell
        """Return whether the hold may end though its time is not over."""
        return False

    def missing(self, window: Window) -> str | None:
        """Return in words how much of the hold a run did not do that was ended early; `None`: nothing."""
        held_s = (window.drain_ns - window.hold_ns) / NS_PER_S
        if held_s >= self.hold_s - _SLACK_S:
            return None
        return f"the hold lasted {held_s:.3g} s of the {self.hold_s:g} s asked for"

    def add_to(self, run: Run, observed: Observed) -> Run:  # noqa: ARG002  # for those who observe
        """Return the run with what the scenario is about."""
        return run

    def add_so_far(self, run: Run, observed: Observed) -> Run:
        """Return the run with what can be told of that before it is over."""
        return self.add_to(run, observed) if self.is_known_meanwhile else run


class Played(Course):
    """Recordings: over when all have been played."""

    def is_over(self, session: Session) -> bool:
        """As `Course.is_over`."""
        return session.has_sent()


class Arriving(Course):
    """Scripts whose sessions come one after another."""

    @property
    def cohorts(self) -> Sequence[Cohort]:
        """As `Course.cohorts`: they come with their sessions."""
        return all_together(0)

    def begin(self, session: Session, window: Window) -> None:
        """As `Course.begin`."""
        session.arrive(window)


class Staged(Course):
    """Rates one after another, which the senders have been told; each has figures of its own."""

    def add_to(self, run: Run, observed: Observed) -> Run:
        """As `Course.add_to`."""
        window = observed.window
        if run.rates is None:
            return run
        held_s = max(1, window.drain_ns - window.hold_ns) / NS_PER_S
        offered = mean_rate(self.plan.stages, held_s)
        return msgspec.structs.replace(
            run,
            rates=msgspec.structs.replace(run.rates, offered=offered),
            stages=stages(observed.findings, window),
        )


# Of scenarios: the module of `experiment.scenarios`, and the class in it.
_COURSES: Mapping[str, str] = {
    "slow": "slow:Slow",
    "churn": "churn:ChurnCourse",
    "staged": "staged:StagedConnections",
    "storm": "storm:StormCourse",
}


def course_of(plan: Plan, restarts: Restarts | None = None) -> Course:
    """Return what the plan's scenario does.

    Args:
        restarts: The target, where it is ours to restart.
    """
    course = _course_of(plan)
    course.restarts = restarts
    return course


def _course_of(plan: Plan) -> Course:
    scenario = "staged" if plan.stages and plan.scenario == "connect" else plan.scenario
    if scenario in _COURSES:
        module, _, name = _COURSES[scenario].partition(":")
        make: Callable[[Plan], Course] = getattr(import_module(f"wswarm.experiment.scenarios.{module}"), name)
        return make(plan)
    if plan.stages and plan.scenario in OF_RATES:
        return Staged(plan)
    if plan.recording is not None:
        return Played(plan)
    if plan.script is not None and plan.sessions is not None:
        return Arriving(plan)
    return Course(plan)
