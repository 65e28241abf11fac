"""Connections that come and go while a load lasts, each for its part."""

from array import array
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import repeat
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.departures import Departures
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.past import GONE
from wswarm.drive.ramp import Work, run_at
from wswarm.load.fill import Values
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Effort, Findings, Int64s, pack, unpack
from wswarm.units import NS_PER_S

_LET_GO_AFTER_NS = 150 * NS_PER_S  # by then whoever looks now and then has seen that they left


class Visit(NamedTuple):
    """When somebody is to come; how long it is to stay once it is ready, or `UNKNOWN`; when it is to leave."""

    due_ns: int
    stay_ns: int
    leave_ns: int


class PassingGroup(Group):
    """As `Group`; who comes in the load stays for its time, or until its moment.

    Who comes when there are as many as there may be is not begun, and counted.
    """

    def make_ready(self) -> None:
        """As `Group.make_ready`."""
        self._departures = Departures(self._depart)
        self._gone = deque[tuple[int, int]]()
        self._due_ns, self._stays_ns = array("q"), array("q")  # by row
        self._awaited = self._opening = self._refused = 0

    async def join(self, join: wire.Join) -> None:
        """Open more connections: those who are there before the load, or those who come in it."""
        if join.stays_ns or join.leaves_ns:
            self._awaited += len(join.ids)
            await run_at(self._arrivals(join), self.swarm.is_enough)
            if self.swarm.is_enough.is_set():  # the others will not come
                self._awaited = 0
        else:
            await super().join(join)

    def obey(self, command: wire.OfGroup) -> None:
        """Do what the command says."""
        if isinstance(command, wire.Depart):
            leaves_ns = unpack(command.leaves_ns) + self._quickest_ns()
            for row, at_ns in zip(unpack(command.rows).tolist(), leaves_ns.tolist(), strict=True):
                self._departures.add(row, at_ns)
        else:
            super().obey(command)

    def _quickest_ns(self) -> int:
        """Return how long it takes at least until who comes is ready: before that nobody new can be there."""
        opened = [(row.ready_ns, row.timing) for row in self.swarm.rows if row.timing is not None]
        return min((ready_ns - timing.started_ns for ready_ns, timing in opened), default=0)

    def is_owed(self) -> bool:
        """Return whether somebody is to come or comes, or a broadcast is owed."""
        return self._awaited > 0 or self._opening > 0 or super().is_owed()

    def findings(self, effort: Effort, *, is_over: bool = True) -> Findings:
        """Return all that was found."""
        found = super().findings(effort, is_over=is_over)
        due_ns, stays_ns = (self._by_row(column) for column in (self._due_ns, self._stays_ns))
        if is_over:  # so far of every row, as their other times are told
            opened, _ = self.swarm.past.opened(self.swarm.rows)
            due_ns, stays_ns = due_ns[opened], stays_ns[opened]
        sockets = msgspec.structs.replace(
            found.sockets, due_ns=pack(due_ns), stays_ns=pack(stays_ns), refused=self._refused
        )
        return msgspec.structs.replace(found, sockets=sockets)

    def _by_row(self, column: "array[int]") -> Int64s:
        values: Int64s = np.full(len(self.swarm.rows), UNKNOWN, np.int64)
        values[: len(column)] = column
        return values

    def _arrivals(self, join: wire.Join) -> Iterator[tuple[int, Work]]:
        """Yield those who come, each at its moment."""
        starts_ns, count = unpack(join.starts_ns).tolist(), len(join.ids)
        stays_ns = unpack(join.stays_ns).tolist() if join.stays_ns else [UNKNOWN] * count
        leaves_ns = unpack(join.leaves_ns).tolist() if join.leaves_ns else [STILL_OPEN] * count
        columns = zip(starts_ns, join.ids, stays_ns, leaves_ns, join.data or repeat(()), strict=False)
        for start_ns, connection_id, stay_ns, leave_ns, values in columns:
            own = dict(zip(join.columns, values, strict=True))
            yield start_ns, partial(self._arrive, connection_id, own, Visit(start_ns, stay_ns, leave_ns))

    async def _arrive(self, connection_id: int, values: Values, visit: Visit) -> None:
        """Open a connection that is to leave at its moment, or after its time, unless there are enough."""
        assert self.order.most is not None
        self._awaited -= 1
        if self.swarm.open + self._opening >= self.order.most:
            self._refused += 1
            return
        row = self.swarm.add(connection_id, values)
        for column, value in ((self._due_ns, visit.due_ns), (self._stays_ns, visit.stay_ns)):
            column.extend([UNKNOWN] * (row - len(column)) + [value])
        if visit.leave_ns != STILL_OPEN:
            self._departures.add(row, visit.leave_ns)
        self._opening += 1
        try:
            failure = await self.swarm.open_one(row)
        finally:
            self._opening -= 1
        if failure is not None:
            self._gone.append((now_ns(), row))
        elif visit.stay_ns != UNKNOWN:
            self._departures.add(row, self.swarm.rows[row].ready_ns + visit.stay_ns)

    def _depart(self, number: int) -> None:
        """Have a connection leave, and let go of those that left long ago but for what is kept of them for ever."""
        self.leave(number)
        swarm, now = self.swarm, now_ns()
        self._gone.append((now, number))
        if self.account is None:
            swarm.changed.clear()  # whom a load to come finds it looks at anyway
        while self._gone[0][0] < now - _LET_GO_AFTER_NS:
            _, gone = self._gone.popleft()
            if gone not in swarm.changed:
                swarm.past.add(gone, swarm.rows[gone])
                swarm.rows[gone] = GONE
                swarm.values.pop(gone, None)
