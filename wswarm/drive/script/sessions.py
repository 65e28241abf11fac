"""The sessions of one agent: begun, counted, cut off at the end."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Ended
from wswarm.drive.drivers.frames import TEXT, WHOLE
from wswarm.drive.form import Reading, Receive
from wswarm.drive.script.deadlines import Deadlines
from wswarm.drive.script.file import Session
from wswarm.drive.script.reasons import Reasons
from wswarm.drive.script.relaying import Relaying
from wswarm.drive.script.sleeps import Sleeps
from wswarm.drive.script.socket import ScriptSocket
from wswarm.drive.script.steps import Steps
from wswarm.drive.takers import Takers
from wswarm.load.script import Script
from wswarm.stats.findings import STILL_OPEN
from wswarm.stats.per_second import PerSecond
from wswarm.stats.scripted import Scripted
from wswarm.units import NS_PER_S

_SMALL = 128


class Sessions:
    """All sessions of one agent, each a task of its own.

    Args:
        script: Which it is. `session`: its function.
        reasons: Why sessions fail. `relaying`: what they publish.

    Attributes:
        hold_ns: The hold's beginning, as far as it is known. `end_ns`: its end.
        sends: When messages were sent, since the last fold.
        sent: How many, as far as folded; `per_second`: in each second.
        refused: Arrivals that found as many sessions as there may be.
    """

    def __init__(self, script: Script, session: Session, reasons: Reasons, relaying: Relaying) -> None:
        self.relaying = relaying
        self.steps, self.deadlines, self.sleeps = Steps(), Deadlines(), Sleeps()
        self.hold_ns = self.end_ns = STILL_OPEN
        self.sends: list[int] = []
        self.per_second = PerSecond()
        self.sent = self.refused = 0
        self._script, self._session, self._reasons = script, session, reasons
        self._sockets: dict[int, ScriptSocket] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._started = self._finished = self._failed = self._overflowed = 0
        self._cut = set[int]()
        self._is_over = False

    @property
    def present(self) -> int:
        """How many have a connection that opens or is open, and have not ended."""
        return len(self._sockets)

    def is_present(self, row: int) -> bool:
        """Return whether the session of a row has not ended."""
        task = self._tasks.get(row)
        return row in self._sockets and (task is None or not task.done())

    def hearers(self, row: int, connection_id: int, data: Mapping[str, str], *, is_alone: bool) -> Takers:
        """Return what takes the messages of a connection that is about to open.

        Args:
            data: Its row of the data. `is_alone`: whether nobody else has to hear them.
        """
        socket = self._sockets[row] = ScriptSocket(self, row, connection_id, data)
        return _hearing(socket, is_alone=is_alone)

    def begin(self, row: int, connection: Any, on_end: Callable[[bool], None]) -> None:
        """Begin the session of a connection that has opened.

        Args:
            on_end: Called when the session is over, with whether it has finished.
        """
        socket = self._sockets[row]
        socket.begin(connection)
        task = asyncio.get_running_loop().create_task(self._live(row, socket, on_end))
        self._tasks[row] = task
        task.add_done_callback(lambda _: self._forget(row))

    def drop(self, row: int) -> None:
        """Forget a connection that did not open."""
        del self._sockets[row]

    def note_ended(self, row: int, ended: Ended) -> None:
        """Take in that a connection is lost."""
        self._sockets[row].note_ended(ended)

    def note_writable(self, row: int) -> None:
        """Take in that a connection has room again."""
        if row in self._sockets:
            self._sockets[row].note_writable()

    @property
    def failures(self) -> dict[str, int]:
        """Failed sessions by reason."""
        return dict(self._reasons.counts)

    def cut(self, row: int) -> "asyncio.Task[None] | None":
        """Cut off the session of a row, and return it; `None`: there is none."""
        task = self._tasks.get(row)
        if task is not None:
            self._cut.add(row)
            task.cancel()
        return task

    def stop(self) -> None:
        """Cut off what has not ended by itself: that is neither finished nor failed, but steps may be."""
        if not self._is_over:
            for socket in self._sockets.values():
                socket.cut(self.end_ns)
        self._is_over = True
        for task in self._tasks.values():
            task.cancel()
        self.deadlines.close()

    def fold(self) -> None:
        """Add what was done since the last time to the figures."""
        origin_ns = self._script.origin_ns
        self.steps.fold(origin_ns, self.hold_ns)
        if self.sends:
            self.sent += len(self.sends)
            moments_ns = np.array(self.sends, np.int64)
            self.sends.clear()  # the list itself is known to who extends it
            self.per_second.add(np.maximum(moments_ns - origin_ns, 0) // NS_PER_S)

    def found(self) -> Scripted:
        """Return how they fared, as far as folded."""
        return Scripted(
            started=self._started,
            finished=self._finished,
            failed=self._failed,
            refused=self.refused,
            failures=self.failures,
            steps=self.steps.found(),
            sent=self.sent,
            answered=self.steps.answered,
            overflowed=self._overflowed,
            unanswered=self.steps.unanswered,
        )

    async def _live(self, row: int, socket: ScriptSocket, on_end: Callable[[bool], None]) -> None:
        self._started += 1
        is_finished = False
        try:
            await self._session(socket)
            is_finished = not self._is_cut(row)
        except asyncio.CancelledError as error:
            self._fail(row, error, socket)  # unless it was cut off: the script's own doing
        except BaseException as error:  # whatever a script raises, `sys.exit` too, ends its session alone
            self._fail(row, error, socket)
        finally:
            self._finished += is_finished
            self._overflowed += socket.end()
            if not self._is_cut(row):
                on_end(is_finished)

    def _is_cut(self, row: int) -> bool:
        return self._is_over or row in self._cut

    def _fail(self, row: int, error: BaseException, socket: ScriptSocket) -> None:
        if not self._is_cut(row):
            self._failed += 1
            self._reasons.note(error, socket.data)

    def _forget(self, row: int) -> None:
        del self._tasks[row], self._sockets[row]
        self._cut.discard(row)


def _hearing(socket: ScriptSocket, *, is_alone: bool) -> Takers:
    """Return what hands a connection's messages to its session, with whether they are text."""
    kind = TEXT
    hear, clock = socket.hear, now_ns

    def note_kind(opcode: int) -> None:
        nonlocal kind
        kind = opcode

    def take(_row: int, payload: bytes) -> bool:
        hear(payload, clock(), is_text=kind == TEXT)
        return is_alone

    def frames(_row: int, reading: Reading) -> Receive:
        def receive(data: bytes) -> None:
            received_ns = clock()
            if (
                reading.unread is None
                and 1 < len(data) < _SMALL
                and data[1] == len(data) - 2
                and data[0] in WHOLE
            ):
                hear(data[2:], received_ns, is_text=data[0] == WHOLE[0])
            else:
                reading.read(data)

        return receive

    return Takers(take, frames if is_alone else None, note_kind)
