"""Broadcasts to sessions that come and go: a load whose account is kept for hours."""

from collections.abc import Callable

import numpy as np

from wswarm.load.sessions import Churn
from wswarm.stats.attendance import Attendance
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals, Window
from wswarm.stats.published import Published
from wswarm.stats.tally import Batch
from wswarm.units import NS_PER_S

_PATIENCE_NS = 5 * NS_PER_S
_CHANCE = np.random.default_rng(1)
_DELAY_NS = 1_000_000


class ChurnLoad:
    """Broadcasts to a stationary population, one in ten thousand of which misses one; a fold for each.

    Args:
        ago_ns: How long the run has gone on before the first of them.
    """

    def __init__(
        self, rate: int = 5, sessions: float = 50.0, stay: float = 20.0, hours: float = 4.0, ago_ns: int = 0
    ) -> None:
        self.folds_per_s = rate
        churn = Churn(sessions, stay, "exponential", 1)
        arriving = churn.arriving(round(hours * 3600 * NS_PER_S))
        still_ns = churn.initial()
        self._starts_ns = np.concatenate((np.full(len(still_ns), -_PATIENCE_NS), arriving.starts_ns))
        self._ends_ns = np.concatenate((still_ns, arriving.starts_ns + arriving.stays_ns))
        self._there = np.zeros(0, np.int64)
        self._come = 0
        self.tally = Broadcasts(Window(-ago_ns, 0, 0, STILL_OPEN), [1], _PATIENCE_NS)
        self._attendance = Attendance(self.tally, _PATIENCE_NS)

    def prepare(self, number: int) -> Callable[[], None]:
        """As `Load.prepare`."""
        due_ns = number * NS_PER_S // self.folds_per_s + 1
        come = int(np.searchsorted(self._starts_ns, due_ns))
        new = np.arange(self._come, come)
        before, self._come = np.concatenate((self._there, new)), come
        is_there = self._ends_ns[before] > due_ns
        self._there = before[is_there]
        changed = np.concatenate((new, before[~is_there]))
        left_ns = np.where(self._ends_ns[changed] <= due_ns, self._ends_ns[changed], STILL_OPEN)
        times_ns = np.stack((self._starts_ns[changed], np.full(len(changed), STILL_OPEN), left_ns))
        got = self._there[_CHANCE.random(len(self._there)) > 1e-4]
        published = Published(*(np.array([value]) for value in (number, due_ns, due_ns + 1_000)))
        same = np.ones(len(got), np.int64)
        batch = Batch(got, same, number * same, due_ns * same, due_ns * same + _DELAY_NS)

        def fold() -> None:
            self._attendance.join(np.zeros(len(new), np.int64))
            if len(changed):
                self._attendance.see(changed.tolist(), times_ns)
            self._attendance.part(due_ns)
            self.tally.publish(published)
            self.tally.record(batch._replace(rows=self._attendance.places(batch.rows)))
            self.tally.settle_some(due_ns)
            self.tally.take_settled()  # which is then on its way to the front end

        return fold

    def end(self) -> Arrivals:
        """As `Load.end`."""
        while self.tally.settle_some(0, is_over=True):
            pass
        return self.tally.findings()
