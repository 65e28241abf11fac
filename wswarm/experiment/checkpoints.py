"""What a long run has found so far, told now and then: for when it is never heard of again."""

from collections.abc import Callable, Sequence

import msgspec

from wswarm.drive.clock import now_ns
from wswarm.experiment.session import Session
from wswarm.load.hours import LONG_S
from wswarm.load.plan import Plan
from wswarm.results.run import Run, Validity
from wswarm.stats.findings import Findings, Window
from wswarm.units import NS_PER_S

EVERY_S = 50.0  # from one to the next, so that with what it takes they are less than a minute apart
_FIRST_S = 5.0
_WITHOUT = ("script", "replay")  # what sessions found is known when they have ended
_REASON = "the run was cut short: what it would have found later is not known; run it again to have it whole"

Keep = Callable[[Run], None]
Assemble = Callable[[Sequence[Findings], Window, str], Run]


class Checkpoints:
    """Asks the agents now and then what they have found, and has it kept.

    Args:
        keep: Keeps a run for good.
        assemble: Puts together what was found in a window that ends now, with what it is not.
    """

    def __init__(
        self, session: Session, keep: Keep, assemble: Assemble, every_s: float | None = None
    ) -> None:
        self._session, self._keep, self._assemble = session, keep, assemble
        self._every_ns = round((EVERY_S if every_s is None else every_s) * NS_PER_S)
        self._next_ns = 0
        self._number = 0
        session.keep_published()

    def step(self, window: Window, hold_s: float) -> None:
        """Do what is due; called several times a second while the load is held.

        Args:
            hold_s: How long the hold is to last.
        """
        now = now_ns()
        if self._next_ns == 0:
            self._next_ns = window.hold_ns + min(round(_FIRST_S * NS_PER_S), self._every_ns)
        if self._number and self._session.have_looked(self._number):
            self._number = -self._number
            self._keep(self._cut_short(window, hold_s))
        elif self._number <= 0 and now >= self._next_ns:
            self._number = 1 - self._number
            self._next_ns = now + self._every_ns
            self._session.look(self._number)

    def _cut_short(self, window: Window, hold_s: float) -> Run:
        now = min(now_ns(), window.drain_ns)
        held_s = (now - window.hold_ns) / NS_PER_S
        told = f"cut short: this ends {held_s:.0f} s into a hold of {hold_s:.0f} s, and what came later is missing"
        so_far = msgspec.structs.replace(window, drain_ns=now, end_ns=now)
        run = self._assemble(self._session.findings_so_far(), so_far, told)
        verdict = "suspect" if run.validity.verdict == "valid" else run.validity.verdict
        reasons = [_REASON, *run.validity.reasons]
        return msgspec.structs.replace(run, validity=Validity(verdict=verdict, reasons=reasons))


def are_kept(plan: Plan) -> bool:
    """Return whether a plan's run is so long, or so wished, that checkpoints are kept of it."""
    return plan.scenario not in _WITHOUT and (plan.trends or plan.duration >= LONG_S)
