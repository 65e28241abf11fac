"""Messages whose marks are whole numbers: when each was due is looked up, for its mark does not say it."""

from functools import partial

import numpy as np
import numpy.typing as npt

from wswarm.drive.capture import Capture, Load, SentNs, Take, Writing
from wswarm.drive.clock import now_ns
from wswarm.drive.schedule import Schedule
from wswarm.load.marks import Marks
from wswarm.load.number import NUMBER, finder, is_altered_number, nonce_for, numbers_in, write_index
from wswarm.load.numbers import read_indexes, write_indexes
from wswarm.load.template import MARKER
from wswarm.units import NS_PER_S

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_LEAST_ROUND_TRIP_NS = 10_000


def capture_for(template: bytes, prefix: bytes) -> Capture:
    """Return what takes the replies to messages of that template."""
    copies = template.count(NUMBER)
    return NumberCapture(prefix, copies) if copies else Capture(prefix, template.count(MARKER))


class NumberCapture(Capture):
    """Messages with numbers of the run; those that name none that was sent are sorted out by `drain`."""

    def __init__(self, prefix: bytes, copies: int = 1) -> None:
        self._nonce = nonce_for(prefix)
        super().__init__(prefix, copies, partial(is_altered_number, nonce=self._nonce))
        self.frames = None
        self._register: Register | Schedule | None = None

    def follow(self, schedule: Schedule) -> None:
        """Look up there what marks say from now on."""
        self._register = schedule

    def begin(self, load: Load, sent_ns: SentNs) -> Writing:
        """Begin a load; return how its marks are written."""
        self._register = register = Register(load, sent_ns)
        return Writing(register.write_many, register.write_one)

    def _taker(self) -> Take:
        nonce, numbers, copies = self._nonce, finder(self._nonce), self._copies

        def take(row: int, payload: bytes) -> bool:
            received_ns = now_ns()
            if payload.find(nonce) < 0:
                return False
            return self._take_all(row, numbers_in(payload, numbers, copies), received_ns)

        return take

    def _read(self, markers: bytes, received_ns: Int64s) -> tuple[Marks, Bools | None]:
        if self._register is None:
            nothing = np.zeros(len(received_ns), np.int64)
            return Marks(nothing, nothing, nothing), np.zeros(len(received_ns), np.bool_)
        return self._register.look_up(markers, received_ns)


class Register:
    """The messages of one load: send g is message g div senders of the sender at place g mod senders, from 0.

    Of another agent's messages it knows less: those of the schedule may have been sent, those that wait for replies
    as many as round trips of 10 µs allow.
    """

    def __init__(self, load: Load, sent_ns: SentNs) -> None:
        self._load, self._sent_ns = load, sent_ns
        self._salt = load.window.start_ns
        self._rows = len(load.places)
        self._row_at: Int64s = np.full(max(load.senders, 1), -1, np.int64)
        mine = np.flatnonzero(load.places >= 0)
        self._row_at[load.places[mine]] = mine
        self._written: Int64s = np.zeros(self._rows, np.int64)
        self._messages: Int64s = np.zeros((2, self._rows), np.int64)

    def write_many(self, rows: Int64s, numbers: Int64s, intended_ns: Int64s) -> list[bytes]:
        """Return the marks of messages of this agent, and remember when they are due."""
        order = np.argsort(rows, kind="stable")
        nth: Int64s = np.empty_like(rows)
        nth[order] = np.arange(len(rows)) - np.searchsorted(rows[order], rows[order])
        sequences = self._written[rows] + nth
        np.add.at(self._written, rows, 1)
        cells = sequences * self._rows + rows
        self._grow(int(cells.max(initial=-1)) + 1)
        self._messages[:, cells] = numbers, intended_ns
        return write_indexes(sequences * self._load.senders + self._load.places[rows], self._salt)

    def write_one(self, row: int, number: int, intended_ns: int) -> bytes:
        """Return the mark of one message of this agent, and remember when it is due."""
        sequence = int(self._written[row])
        self._written[row] += 1
        cell = sequence * self._rows + row
        self._grow(cell + 1)
        self._messages[:, cell] = number, intended_ns
        return write_index(sequence * self._load.senders + int(self._load.places[row]), self._salt)

    def look_up(self, marks: bytes, received_ns: Int64s) -> tuple[Marks, Bools | None]:
        """Return what the marks name, 16 digits each; and which name a message sent by then, `None` for all.

        Another agent's messages are of nobody: the connection 0.
        """
        index = read_indexes(marks, self._salt)
        sequence, place = np.divmod(index, len(self._row_at))
        row = self._row_at[place]
        cells = sequence * self._rows + row
        intended_ns, is_known = self._of_others(index, sequence, received_ns)
        ids, numbers = np.zeros(len(index), np.int64), np.zeros(len(index), np.int64)
        is_mine = row >= 0
        is_known[is_mine] = False
        written = np.flatnonzero(is_mine)
        written = written[sequence[written] < self._written[row[written]]]
        numbers[written], intended_ns[written] = self._messages[:, cells[written]]
        ids[written] = self._load.connections.ids(row[written])
        sent_ns = self._sent_ns(numbers[written])
        is_known[written] = (sent_ns > 0) & (sent_ns <= received_ns[written])
        return Marks(ids, numbers, intended_ns), None if is_known.all() else is_known

    def _of_others(self, index: Int64s, sequence: Int64s, received_ns: Int64s) -> tuple[Int64s, Bools]:
        """Return a moment in the phase to which another agent's messages belong, and which may have been sent."""
        window, rate, in_hold = self._load.window, self._load.rate, self._load.in_hold
        if rate is None and in_hold is None:
            return received_ns.copy(), sequence * _LEAST_ROUND_TRIP_NS <= received_ns - window.start_ns
        warmup, hold = (
            round((rate or 0.0) * length_ns / NS_PER_S)
            for length_ns in (window.hold_ns - window.start_ns, window.drain_ns - window.hold_ns)
        )
        sends = warmup + (hold if in_hold is None else in_hold)
        return np.where(index >= warmup, window.hold_ns, window.hold_ns - 1), index < sends

    def _grow(self, cells: int) -> None:
        missing = cells - self._messages.shape[1]
        if missing > 0:
            self._messages = np.pad(self._messages, ((0, 0), (0, max(missing, self._messages.shape[1]))))
