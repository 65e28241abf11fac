"""Connections that come and go while the load lasts: told to the agents some time before they come."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.experiment.cohorts import Cohort
from wswarm.experiment.course import Course
from wswarm.experiment.observed import Observed
from wswarm.experiment.paces import GROUP
from wswarm.experiment.session import Session
from wswarm.load.plan import Plan
from wswarm.results.run import Run
from wswarm.stats.findings import Int64s, Packed, Window, pack
from wswarm.units import NS_PER_S

_AHEAD_NS = 20 * NS_PER_S
_STEP_NS = 5 * NS_PER_S  # at least so much is told at once


class Comers(NamedTuple):
    """Who comes, in order: arrays of one length.

    Attributes:
        starts_ns: When each comes. `stays_ns`: how long it stays then, or `leaves_ns`: when it leaves; empty for
            the other.
    """

    starts_ns: Int64s
    stays_ns: Int64s = np.zeros(0, np.int64)
    leaves_ns: Int64s = np.zeros(0, np.int64)


class Coming(Course):
    """A load in which connections come, each to stay for its part.

    Args:
        before: How many are opened before the load.
        most: How many of those who come there may be at once.
    """

    def __init__(self, plan: Plan, before: int, most: int) -> None:
        super().__init__(plan)
        self._ids = np.arange(1, before + 1, dtype=np.int64)
        self._most = most
        self._comers = Comers(np.zeros(0, np.int64))
        self._told = 0
        self._told_until_ns = 0

    @property
    def cohorts(self) -> Sequence[Cohort]:
        """As `Course.cohorts`."""
        return [Cohort("", self._ids, most=self._most)]

    def comers(self, window: Window) -> Comers:
        """Return who comes in the load."""
        raise NotImplementedError

    def add_to(self, run: Run, observed: Observed) -> Run:  # noqa: ARG002  # for those who observe
        """As `Course.add_to`: what the sockets that were there before took is not that of all that came."""
        generator = msgspec.structs.replace(run.generator, rss_per_connection=None)
        target = run.target and msgspec.structs.replace(run.target, rss_per_connection=None)
        return msgspec.structs.replace(run, generator=generator, target=target)

    def begin(self, session: Session, window: Window) -> None:
        """As `Course.begin`."""
        self._comers = self.comers(window)
        self._tell(session, max(now_ns(), window.hold_ns) + _AHEAD_NS)

    def meanwhile(self, session: Session, now_ns: int) -> None:
        """As `Course.meanwhile`."""
        if now_ns + _AHEAD_NS >= self._told_until_ns + _STEP_NS:
            self._tell(session, now_ns + _AHEAD_NS)

    def _tell(self, session: Session, until_ns: int) -> None:
        """Tell the agents of those who come before that moment; they go to them in turn."""
        comers, first = self._comers, self._told
        self._told = int(np.searchsorted(comers.starts_ns, until_ns))
        self._told_until_ns = until_ns
        agents = session.fleet.holders
        for place, agent in enumerate(agents):
            own = np.arange(first + (place - first) % len(agents), self._told, len(agents))
            if len(own):
                ids = self._first_id + own
                stays_ns, leaves_ns = _of(comers.stays_ns, own), _of(comers.leaves_ns, own)
                session.join(agent, GROUP, ids, comers.starts_ns[own], stays_ns=stays_ns, leaves_ns=leaves_ns)

    @property
    def _first_id(self) -> int:
        """The number of the first who comes: those before it have who is there, and the publishers."""
        return max(len(self._ids), self.plan.sockets) + 1


def _of(values_ns: Int64s, own: Int64s) -> Packed:
    return pack(values_ns[own]) if len(values_ns) else b""
