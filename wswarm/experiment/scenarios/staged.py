"""Connections by stages: as many as the line says, which come and leave at their moments."""

import msgspec

from wswarm.experiment.observed import Observed
from wswarm.experiment.scenarios.coming import Comers, Coming
from wswarm.load.plan import Plan
from wswarm.load.visits import visits_of
from wswarm.results.run import Run
from wswarm.stats.findings import STILL_OPEN, Window
from wswarm.stats.staged_connections import stages_of_connections

_ANY_NUMBER = 1 << 31


class StagedConnections(Coming):
    """Connections that come and leave as the stages say; nobody is there before."""

    is_known_meanwhile = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan, 0, _ANY_NUMBER)

    def comers(self, window: Window) -> Comers:
        """As `Coming.comers`."""
        starts_ns, leaves_ns = visits_of(self.plan.stages)
        leaves_ns[leaves_ns != STILL_OPEN] += window.hold_ns
        return Comers(window.hold_ns + starts_ns, leaves_ns=leaves_ns)

    def add_to(self, run: Run, observed: Observed) -> Run:
        """As `Course.add_to`."""
        run, window = super().add_to(run, observed), observed.window
        if window.hold_ns >= window.drain_ns:
            return run
        due_ns = self.comers(window).starts_ns
        return msgspec.structs.replace(run, stages=stages_of_connections(observed.findings, window, due_ns))
