"""What connections do besides the load: pings of ours, answers that a protocol wants, what is said now and then."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from wswarm.drive.drivers.connection import Connection
from wswarm.drive.pings import Pinger
from wswarm.drive.rounds import Rounds
from wswarm.drive.row import Row
from wswarm.load.fill import Values
from wswarm.load.speech import Regular, Speech
from wswarm.load.template import Opening
from wswarm.stats.findings import Pings


class Attended(NamedTuple):
    """How to speak on one connection."""

    speech: Speech
    values: Values


class Attendant:
    """Pings, answers what has to be answered, says what has to be said now and then, and hears a no.

    Args:
        rows: The connections.
        ping_s: Between two pings of ours on one connection, s; `None`: none.
        unmarked: Gets messages that are none of a protocol.
        note_refused: Called with what the target refuses while connections are open, in its words.

    Attributes:
        protocol: Messages that belonged to a protocol.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        ping_s: float | None,
        unmarked: Callable[[bytes], None],
        note_refused: Callable[[str], None],
    ) -> None:
        self._rows, self._unmarked, self._note_refused = rows, unmarked, note_refused
        self._pinger = Pinger(ping_s, self._ping) if ping_s is not None else None
        self._attended: dict[int, Attended] = {}
        self._rounds: dict[Regular, Rounds] = {}
        self._refusals: dict[int, str] = {}
        self.protocol = 0

    def add(self, row: int, speech: Speech, values: Values) -> None:
        """Attend to a row from now on."""
        if self._pinger is not None:
            self._pinger.add(row)
        if speech.is_attentive:
            self._attended[row] = Attended(speech, values)
        for regular in speech.timers:
            if regular not in self._rounds:
                self._rounds[regular] = Rounds(regular.every_s, partial(self._say, regular.message))
            self._rounds[regular].add(row)

    def remove(self, row: int) -> str | None:
        """Attend to a row no more; return what was refused on it last, `None` for nothing."""
        if self._pinger is not None:
            self._pinger.remove(row)
        for rounds in self._rounds.values():
            rounds.remove(row)
        self._attended.pop(row, None)
        return self._refusals.pop(row, None)

    def stop(self) -> None:
        """Attend to nobody any more."""
        if self._pinger is not None:
            self._pinger.stop()
        for rounds in self._rounds.values():
            rounds.stop()

    def pong_of(self, row: int) -> Callable[[bytes], None]:
        """Return what gets the pongs of a row."""
        return _ignore if self._pinger is None else partial(self._pinger.note_pong, row)

    def unmarked_of(self, row: int, speech: Speech) -> Callable[[bytes], None]:
        """Return what gets the frames of a row that hold no mark."""
        return partial(self.hear, row) if speech.is_attentive else self._unmarked

    def pings(self) -> Pings | None:
        """Return what became of our pings, `None` without."""
        return self._pinger.figures() if self._pinger is not None else None

    def hear(self, row: int, frame: bytes) -> None:
        """Take in what came on a row and is none of the load."""
        attended = self._attended.get(row)
        if attended is not None:
            for message in attended.speech.split(frame):
                self._hear_one(row, attended, message)

    def _hear_one(self, row: int, attended: Attended, message: bytes) -> None:
        speech, values = attended
        refusal = speech.refusal_in(message)
        if refusal is not None:
            self._refusals[row] = refusal
            self._note_refused(refusal)
        answers = speech.answers_to(message, values)
        for answer in answers:
            self._send(answer, row)
        if refusal is not None or answers or any(is_chatter(message) for is_chatter in speech.chatter):
            self.protocol += 1
        else:
            self._unmarked(message)

    def _say(self, message: Opening, row: int) -> None:
        attended = self._attended.get(row)
        if attended is not None:
            self._send(attended.speech.said(message, attended.values), row)

    def _send(self, message: Opening, row: int) -> None:
        connection = self._open(row)
        if connection is not None:
            connection.say(message.payload, is_binary=message.is_binary)

    def _ping(self, row: int, payload: bytes) -> bool:
        connection = self._open(row)
        if connection is None or not connection.is_writable:
            return False
        connection.ping(payload)
        return True

    def _open(self, row: int) -> Connection | None:
        connection = self._rows[row].connection
        return connection if connection is not None and connection.is_open else None


def _ignore(_: bytes) -> None:
    """Do nothing with a pong that nobody asked for."""
