"""Asks other machines for their clocks."""

import time
from collections.abc import Sequence

import gevent

from wswarm.drive.clock import now_ns
from wswarm.locust.bus import ConductorEnd
from wswarm.locust.clock import better, offset_of
from wswarm.locust.master.roster import Member
from wswarm.locust.messages import Ping, Pong

_PINGS, _MOST_PINGS = 20, 200
_SURE_NS = 1_000_000  # a busy machine is asked more often until it is known so well
_GAP_S = 0.01
_PATIENCE_S = 5.0


class Clocks:
    """Learns how far ahead the clocks of stations on other machines are."""

    def __init__(self, bus: ConductorEnd) -> None:
        self._bus = bus

    def learn(self, members: Sequence[Member]) -> None:
        """Ask each some times, more often if that is not sure enough, and keep the surest answer as its `latest`.

        Waits for one answer of each.
        """
        for member in members:
            member.latest = None
        asked = members
        for number in range(_MOST_PINGS):
            if number >= _PINGS:
                asked = [one for one in members if one.latest is None or one.latest.error_ns > _SURE_NS]
            if not asked:
                break
            for member in asked:
                self._bus.tell(member.worker, Ping(sent_ns=now_ns()))
            gevent.sleep(_GAP_S)
        deadline = time.monotonic() + _PATIENCE_S
        while any(member.latest is None for member in members) and time.monotonic() < deadline:
            gevent.sleep(_GAP_S)

    def note(self, member: Member, pong: Pong) -> None:
        """Take in an answer."""
        member.latest = better(member.latest, offset_of(pong.sent_ns, pong.clock_ns, member.heard_ns))
