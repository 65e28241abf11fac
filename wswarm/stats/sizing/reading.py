"""Who reads deliveries: clients each by itself, or a process for many of them, one delivery after another.

A worker's part of a publish comes as a batch, a delivery each `deliver_s`, of which every process that reads for
clients gets its share. Of a batch that begins while the one before is being read, the i-th is read when both those
before it are and it has come, so that ends of batches follow Lindley's recursion as jobs do.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from wswarm.stats.sizing.lindley import Floats, departures

Counts = npt.NDArray[np.int64] | Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """When deliveries are read; a row per worker, a column per publish.

    Attributes:
        begins: When a worker begins with the deliveries of a publish. `audience`: how many those are.
        free: When a process that reads for clients is done with all before.
        deliver_s: Between deliveries, as one such process gets them. `read_s`: that it takes for each.
        readers: Such processes.
    """

    begins: Floats
    audience: npt.NDArray[np.int64]
    free: Floats
    deliver_s: float
    read_s: float
    readers: int

    @classmethod
    def of(
        cls, begins: Floats, audience: npt.NDArray[np.int64], deliver_s: float, read_s: float, readers: int
    ) -> Self:
        """Return the reading of batches; `deliver_s` is that of the worker, other arguments as the attributes."""
        found = cls(
            begins=begins,
            audience=audience,
            free=np.full(begins.shape, -np.inf),
            deliver_s=deliver_s * readers,
            read_s=read_s,
            readers=readers,
        )
        return found if read_s == 0 else replace(found, free=found._free())

    def at(self, columns: slice) -> Self:
        """Return the reading of some of the publishes."""
        return replace(
            self,
            begins=self.begins[:, columns],
            audience=self.audience[:, columns],
            free=self.free[:, columns],
        )

    def done(self, places: Counts) -> Floats:
        """Return when deliveries are read that have these places, from 1 on, in their worker's part of a publish."""
        own = places / self.readers
        return np.maximum(self.free, self._ready(own)) + own * self.read_s

    def _ready(self, own: Floats) -> Floats:
        """Return when the last of so many deliveries could be read but for them, had nothing come before."""
        first = self.begins + self.deliver_s
        slack_s = max(
            0.0, self.deliver_s - self.read_s
        )  # for which a process that is faster waits, each time
        return first + slack_s * (own - 1)

    def _free(self) -> Floats:
        parts = self.audience / self.readers
        order = np.argsort(self.begins, axis=None, kind="stable")
        ready, work = self._ready(parts).ravel()[order], (parts * self.read_s).ravel()[order]
        ends = departures(ready, work)
        free = np.empty_like(ends)
        free[order] = np.concatenate(([-np.inf], ends[:-1]))
        return free.reshape(self.begins.shape)
