"""Sessions that come and go."""

import msgspec
import numpy as np

from wswarm.drive.fleet import wire
from wswarm.experiment.observed import Observed
from wswarm.experiment.paces import GROUP
from wswarm.experiment.scenarios.coming import Comers, Coming
from wswarm.experiment.session import Session
from wswarm.load.plan import Plan
from wswarm.load.sessions import churn_of
from wswarm.results.run import Run
from wswarm.stats import summary
from wswarm.stats.findings import Window, pack
from wswarm.stats.population import population


class ChurnCourse(Coming):
    """A stationary population: who is there when the load begins still stays for a part, others come."""

    def __init__(self, plan: Plan) -> None:
        self._churn = churn_of(plan)
        before = min(self._churn.population, plan.connections)
        self._kept_out = self._churn.population - before
        super().__init__(plan, before, plan.connections)

    def begin(self, session: Session, window: Window) -> None:
        """As `Course.begin`."""
        leaves_ns = window.start_ns + self._churn.initial()[: len(self._ids)]
        agents = session.fleet.holders
        for place, agent in enumerate(agents):
            own = leaves_ns[place :: len(agents)]
            rows = np.arange(len(own), dtype=np.int64)
            agent.tell(wire.Depart(group=GROUP, rows=pack(rows), leaves_ns=pack(own)))
        super().begin(session, window)

    def comers(self, window: Window) -> Comers:
        """As `Coming.comers`."""
        starts_ns, stays_ns = self._churn.arriving(window.drain_ns - window.start_ns)
        return Comers(window.start_ns + starts_ns, stays_ns)

    def add_to(self, run: Run, observed: Observed) -> Run:
        """As `Course.add_to`: connections are those of the sessions, without the publishers'."""
        findings = [one for one in observed.findings if not one.is_publisher]
        if not findings:  # so far only the publisher's agent has told
            return run
        found = population(findings, observed.window, self._churn.expected)
        found = msgspec.structs.replace(found, refused=found.refused + self._kept_out)
        seen = summary.connections(findings, observed.window)
        run = super().add_to(run, observed)
        notices = run.notices
        if refused := found.refused - seen.failed:
            notices = [
                *notices,
                f"{refused:,} of {found.sessions + found.refused:,} sessions were not begun: as many as there may be"
                f" at once, {self.plan.connections:,}, were there; raise -c, or lower --sessions or --stay",
            ]
        return msgspec.structs.replace(run, connections=seen, population=found, notices=notices)
