"""`storm`: a baseline, the drop, until all are back or the patience is over, then the time after."""

from collections.abc import Sequence

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.drive.host.kernel_counters import KernelCounters, read_kernel_counters
from wswarm.experiment.cohorts import Cohort
from wswarm.experiment.course import Course, Restarts
from wswarm.experiment.observe import states_of
from wswarm.experiment.observed import Observed
from wswarm.experiment.session import Session
from wswarm.load.dropped import dropped_ids
from wswarm.load.plan import Plan
from wswarm.results.recovery import Counted, KernelQueue
from wswarm.results.run import Run
from wswarm.stats.bystanders import Storm, bystanders
from wswarm.stats.findings import Window
from wswarm.stats.recovery import notices, over_ns, recovery
from wswarm.units import NS_PER_S

DROPPED, BYSTANDERS = "dropped", "bystanders"


class StormCourse(Course):
    """A storm of reconnections."""

    is_known_meanwhile = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._due_ns = 0
        self._over_ns: int | None = None
        self._before: KernelCounters | None = None
        self._after: KernelCounters | None = None
        self._is_ended = self._is_revived = False

    @property
    def has_restarted(self) -> bool:
        """As `Course.has_restarted`."""
        return self._is_ended

    @property
    def cohorts(self) -> Sequence[Cohort]:
        """As `Course.cohorts`: those that are dropped, and the others."""
        plan = self.plan
        ids = dropped_ids(plan)
        others = np.setdiff1d(np.arange(1, plan.connections + 1, dtype=np.int64), ids)
        reconnect = wire.Reconnect(policy=plan.reconnect, seed=plan.seed or 0)
        return [Cohort(DROPPED, ids, reconnect=reconnect), Cohort(BYSTANDERS, others)]

    def begin(self, session: Session, window: Window) -> None:
        """As `Course.begin`."""
        since_ns = window.hold_ns + round(self.plan.before * NS_PER_S) - window.origin_ns
        self._due_ns = window.origin_ns - -since_ns // NS_PER_S * NS_PER_S
        until_ns = self._due_ns + round(self.plan.patience * NS_PER_S)
        for agent in session.fleet.holders:
            agent.tell(wire.Drop(group=0, at_ns=self._due_ns, until_ns=until_ns, how=self.plan.how))
        self._before = read_kernel_counters()

    def meanwhile(self, session: Session, now_ns: int) -> None:
        """As `Course.meanwhile`: see whether all are back, or the patience is over."""
        if now_ns < self._due_ns:
            return
        if self.restarts is not None and self.plan.how == "restart":
            self._restart(self.restarts)
        if self._over_ns is None and (now_ns >= self._give_up_ns or self._are_back(session)):
            self._over_ns, self._after = now_ns, read_kernel_counters()

    def is_over(self, session: Session) -> bool:  # noqa: ARG002  # it is known since when
        """As `Course.is_over`."""
        return self._over_ns is not None and now_ns() >= self._over_ns + round(self.plan.after * NS_PER_S)

    def missing(self, window: Window) -> str | None:
        """As `Course.missing`."""
        if window.drain_ns <= self._due_ns:
            return "the drop was still to come"
        if self._over_ns is None or window.drain_ns <= self._over_ns:
            return "dropped clients were still away, and count as never back"
        after_s = (window.drain_ns - self._over_ns) / NS_PER_S
        if after_s >= self.plan.after:
            return None
        return f"the time after the storm was {after_s:.3g} s of the {self.plan.after:g} s asked for"

    def add_to(self, run: Run, observed: Observed) -> Run:
        """As `Course.add_to`."""
        findings, window = observed.findings, observed.window
        due_ns = min(self._due_ns or window.drain_ns, window.drain_ns)
        storm = Storm(due_ns, min(window.drain_ns, over_ns(findings, due_ns, self._patience_ns)))
        arrivals = [one.arrivals for one in findings if one.cohort == BYSTANDERS and one.arrivals is not None]
        clients = self.plan.connections - len(dropped_ids(self.plan))
        beside = bystanders(arrivals, window, storm, clients)
        kernel = _kernel(self._before, self._after or read_kernel_counters()) if observed.is_shared else None
        found = recovery(findings, due_ns, beside, kernel)
        return msgspec.structs.replace(run, recovery=found, notices=[*run.notices, *notices(found, run.plan)])

    @property
    def _patience_ns(self) -> int:
        return round(self.plan.patience * NS_PER_S)

    @property
    def _give_up_ns(self) -> int:
        return self._due_ns + self._patience_ns

    def _restart(self, target: Restarts) -> None:
        if not self._is_ended:
            target.end_by(self.plan.signal)
            self._is_ended = True
        self._is_revived = self._is_revived or target.revive()

    def _are_back(self, session: Session) -> bool:
        """Return whether somebody was dropped, and all of them are back."""
        if self.plan.how == "restart" and not self._is_revived:
            return False
        states = states_of(session.fleet.holders)
        return any(one.dropped for one in states) and not any(one.away for one in states)


def _kernel(before: KernelCounters | None, after: KernelCounters | None) -> KernelQueue | None:
    if before is None or after is None:
        return None
    counted = {
        name: Counted(before=then, after=now)
        for name, then, now in zip(KernelCounters._fields, before, after, strict=True)
    }
    return KernelQueue(**counted)
