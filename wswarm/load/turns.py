"""Whose turn it is when, while senders come and go and the rate changes: nobody starves, nobody's cadence jumps.

Each sender has a *phase* in [0, 1) and is due whenever the *cycle* passes it; the cycle turns at rate / senders. What
changes the rate or the senders bends the cycle from that moment on and moves nobody's phase.
"""

from collections.abc import Iterator
from math import floor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]

_TURNS = 256
_GOLDEN = 0.6180339887498949


class Pace(NamedTuple):
    """How fast the cycle turns from a moment on.

    Attributes:
        at_ns: The moment.
        rate: Turns per s of all senders, here and elsewhere; 0 for none.
        among: How many senders those are.
    """

    at_ns: int
    rate: float
    among: int

    @property
    def per_ns(self) -> float:
        """Cycles per ns."""
        return self.rate / self.among / NS_PER_S if self.among else 0.0


class Dues(NamedTuple):
    """Consecutive turns: `due_ns` ascends, `senders[i]` is who is due then; equally long."""

    due_ns: Int64s
    senders: Int64s


class Turns:
    """The turns of the senders here, which may be some of all that share the rate."""

    def __init__(self) -> None:
        self._phases: dict[int, float] = {}
        self._cycle = 0.0
        self._pace = Pace(0, 0.0, 0)

    @property
    def senders(self) -> Int64s:
        """Who has turns."""
        return np.array(list(self._phases), np.int64)

    def begin(self, pace: Pace, senders: Int64s, places: Int64s, first: int = 0) -> Iterator[Dues]:
        """Begin anew, and yield turns without end: the sender at place p is due p / `among` of a cycle later.

        Args:
            first: The place whose turn is at the pace's moment; those of lower places follow in the next cycle.
        """
        among = max(pace.among, int(places.max(initial=0)) + 1)
        self._phases = dict(zip(senders.tolist(), (places / among).tolist(), strict=True))
        self._cycle, self._pace = first % among / among, pace
        return self._turns(0.0)

    def change(self, pace: Pace, senders: Int64s, ids: Int64s) -> Iterator[Dues]:
        """Let the senders be these from the pace's moment on, and yield their turns; who was there keeps its phase.

        Args:
            ids: Per sender a number that no other has, here or elsewhere. Its golden multiples are spread evenly
                however many there are, so that senders of several processes interleave untold.
        """
        before = self._pace
        cycle = self._cycle + (pace.at_ns - before.at_ns) * before.per_ns
        self._phases = {
            sender: self._phases.get(sender, number * _GOLDEN % 1)
            for sender, number in zip(senders.tolist(), ids.tolist(), strict=True)
        }
        self._cycle, self._pace = cycle - floor(cycle), pace
        return self._turns(before.per_ns / 2)  # what was due half a ns before, rounded, is due now

    def _turns(self, slack: float) -> Iterator[Dues]:
        senders = self.senders
        phases = np.array(list(self._phases.values()), np.float64)
        order = np.argsort(phases, kind="stable")
        return _in_turn(self._pace, self._cycle, slack, senders[order], phases[order])


def _in_turn(
    pace: Pace, cycle: float, slack: float, senders: Int64s, phases: npt.NDArray[np.float64]
) -> Iterator[Dues]:
    """Yield the turns of the senders, ordered by their phases, from the moment on at which the cycle stands there."""
    if not pace.per_ns or not len(senders):
        return
    rounds = max(1, _TURNS // len(senders))
    everybody = np.tile(senders, rounds)
    passed = int(np.searchsorted(phases, cycle - slack))
    first = 0
    while True:
        turns = ((first + np.arange(rounds))[:, np.newaxis] + phases).ravel()[passed:]
        due_ns = pace.at_ns + np.rint(np.maximum(turns - cycle, 0.0) / pace.per_ns).astype(np.int64)
        yield Dues(due_ns, everybody[passed:])
        first, passed = first + rounds, 0
