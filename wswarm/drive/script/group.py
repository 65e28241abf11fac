"""Connections that live a script: a group whose messages are its sessions' own."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import repeat
from typing import Any

import msgspec

from wswarm.drive.drivers.connection import Ended
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.ramp import run_at
from wswarm.drive.script.file import Session, load_session
from wswarm.drive.script.reasons import Reasons
from wswarm.drive.script.relaying import Relaying
from wswarm.drive.script.sessions import Sessions
from wswarm.drive.script.watchdog import Watchdog
from wswarm.drive.sender import patience_ns
from wswarm.drive.takers import Takers
from wswarm.errors import PlanError
from wswarm.load.fill import Values
from wswarm.load.script import Script
from wswarm.stats.findings import (
    STILL_OPEN,
    UNKNOWN,
    Arrivals,
    Effort,
    Findings,
    Packed,
    Sends,
    Window,
    pack,
    unpack,
)

_GOODBYE_S = 0.2


class ScriptGroup(Group):
    """Connections that live a script; takes the same as a `Group`."""

    def make_ready(self) -> None:
        """As `Group.make_ready`."""
        order = self.order
        assert order.script is not None
        self._script: Script = order.script
        self._watchdog = Watchdog(self._script.path)
        reasons = Reasons(msgspec.structs.asdict(order.manner), order.values.values())
        self.relaying = Relaying(self._begin.prefix, self._script, patience_ns(order.patience_s))
        self._session = _loaded(self._script, self._say)
        self.sessions = Sessions(self._script, self._session or _nothing, reasons, self.relaying)
        self.swarm.takers_of = self._hearers
        speech = self._ways.of(order.manner, order.role, order.addresses).speech
        self._is_alone = not speech.is_attentive  # else a protocol's own messages are answered besides
        self.swarm.on_writable = self.sessions.note_writable
        self.swarm.on_ended = self._note_ended
        self.on_decided = self._begin_session
        self._awaited = 0  # arrivals whose moment has not come
        self._watchdog.start(asyncio.get_running_loop())

    async def join(self, join: wire.Join) -> None:
        """Open more connections, each with its session; of those that arrive, as many as there may be at once."""
        if self._session is None:  # the front end has been told why
            return
        if self._script.most is None:
            await super().join(join)
            return
        if not join.ids:  # asked for to hear that it is ready for those that arrive
            self._say(wire.Opened(self._number, b""))
            return
        self._awaited += len(join.ids)
        arrivals = zip(unpack(join.starts_ns).tolist(), join.ids, join.data or repeat(()), strict=False)
        await run_at(
            (
                (start_ns, partial(self._arrive, number, dict(zip(join.columns, values, strict=True))))
                for start_ns, number, values in arrivals
            ),
            self.swarm.is_enough,
        )
        self._awaited = 0  # the others will not come: it is enough

    def load(self, window: Window) -> None:
        """Take in when the hold begins and ends."""
        super().load(window)
        self._keep_to(window)

    def cut(self, window: Window) -> None:
        """Keep to this window."""
        super().cut(window)
        self._keep_to(window)

    def _keep_to(self, window: Window) -> None:
        self.sessions.hold_ns, self.sessions.end_ns = window.hold_ns, window.drain_ns
        self.relaying.window = window

    def fold(self) -> None:
        """Add what was done since the last time to the figures."""
        super().fold()
        self.sessions.fold()
        self.relaying.fold()

    def is_owed(self) -> bool:
        """Return whether a session lasts or is to begin, or a broadcast is owed."""
        return self._awaited > 0 or self.sessions.present > 0 or self.relaying.is_owed()

    def publish(self, log: Packed) -> None:
        """Take in what sessions have published, here or elsewhere."""
        self.relaying.publish(log)

    def news(self) -> Packed:
        """Return what was published since the last time."""
        return self.relaying.news()

    def findings(self, effort: Effort, *, is_over: bool = True) -> Findings:
        """Return all that was found; what still lasts is cut off."""
        self.sessions.stop()
        self.sessions.fold()
        steps = self.sessions.steps
        return msgspec.structs.replace(
            super().findings(effort, is_over=is_over),
            sends=Sends(offered=0, sent=0, lag=b"", per_second=pack(self.sessions.per_second.counts)),
            arrivals=_arrivals(steps.all_times.pack(), steps.by_second.pack(), pack(steps.per_second.counts)),
            relayed=self.relaying.findings(),
            scripted=msgspec.structs.replace(self.sessions.found(), blocks=self._watchdog.blocks()),
        )

    def state(self) -> wire.GroupState:
        """Return how the group stands."""
        sessions, steps = self.sessions, self.sessions.steps
        return msgspec.structs.replace(
            super().state(),
            sent=sessions.sent,
            received=steps.all_times.n,
            counts=self.relaying.counts(),
            times=steps.all_times.pack(),
            steps=steps.found() if self.order.is_followed else {},
            sessions=sessions.failures,
        )

    def leave(self, row: int) -> None:
        """Close a connection before the end; its session is cut off, and may say goodbye."""
        task = self.sessions.cut(row)
        if task is None:
            super().leave(row)
        else:
            asyncio.get_running_loop().create_task(self._leave_after(task, row)).add_done_callback(_forgotten)

    async def _leave_after(self, task: "asyncio.Task[None]", row: int) -> None:
        await asyncio.wait([task], timeout=_GOODBYE_S)
        self.relaying.note_left(row)
        super().leave(row)

    def _hearers(self, row: int) -> Takers:
        data, number = self.swarm.values_of(row), self.swarm.id_of(row)
        return self.sessions.hearers(row, number, data, is_alone=self._is_alone)

    async def _arrive(self, connection_id: int, values: Values) -> None:
        """Open a connection and begin its session, unless there are as many as there may be."""
        assert self._script.most is not None
        self._awaited -= 1
        if self.sessions.present >= self._script.most:
            self.sessions.refused += 1
            return
        row = self.swarm.add(connection_id, values)
        self._begin_session(row, await self.swarm.open_one(row))

    def _begin_session(self, number: int, failure: str | None) -> None:
        if self.order.is_followed:
            self._telling.decided(number, failure)
        row = self.swarm.rows[number]
        if failure is not None or row.left_ns != STILL_OPEN:
            self.sessions.drop(number)
            return
        self.sessions.begin(number, row.connection, partial(self._end_session, number))

    def _end_session(self, number: int, is_finished: bool) -> None:
        """Let go of a connection whose session is over, if it was its own; one that the peer has closed is no loss.

        Whoever says goodbye may be the peer: a session that has come to its end has lost nothing by that.
        """
        if is_finished and self.swarm.rows[number].closed_ns != STILL_OPEN:
            self._take_as_left(number)
        elif self._script.most is not None:
            self.relaying.note_left(number)
            self.swarm.leave(number)

    def _note_ended(self, number: int, ended: Ended) -> None:
        self.relaying.note_lost(number)
        if self.order.is_followed:
            self._telling.ended(number, ended)
        if self.sessions.is_present(number):
            self.sessions.note_ended(number, ended)
        elif not self.relaying.has_subscribed(number):  # nobody has any more use for it
            self._take_as_left(number)

    def _take_as_left(self, number: int) -> None:
        row = self.swarm.rows[number]
        row.left_ns, row.closed_ns, row.ending = row.closed_ns, STILL_OPEN, UNKNOWN
        self.relaying.note_parted(number)


def _loaded(script: Script, say: Callable[[wire.Report], None]) -> Session | None:
    try:
        return load_session(script.path, script.session, script.search)
    except PlanError as error:
        say(wire.Unfit(str(error)))
        return None


def _forgotten(_: "asyncio.Task[None]") -> None:
    """Nobody waits for a connection to be left."""


async def _nothing(_: Any) -> None:
    """Do nothing: the front end is told that the script can't be run."""


def _arrivals(times: bytes, by_second: bytes, per_second: bytes) -> Arrivals:
    """Return answers as what was received: nothing is owed by a schedule."""
    return Arrivals(
        owed=0,
        received=0,
        lost_disconnected=0,
        lost_silent=0,
        duplicated=0,
        reordered=0,
        extra=0,
        unmarked=0,
        response=times,
        service=b"",
        by_second=by_second,
        received_per_second=per_second,
        lost_per_second=b"",
    )
