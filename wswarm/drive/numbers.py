"""Messages whose marks are whole numbers: when each was due is looked up, for its mark does not say it."""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from wswarm.drive.capture import Capture, Load, Take, Writing
from wswarm.drive.clock import now_ns
from wswarm.load.marks import Marks
from wswarm.load.number import NUMBER, finder, is_altered_number, nonce_for, numbers_in, write_index
from wswarm.load.numbers import read_indexes, write_indexes
from wswarm.load.template import MARKER

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
        self._register: Register | None = None

    def begin(self, load: Load, sent_times: Callable[[], Int64s]) -> Writing:
        """Begin a load; return how its marks are written."""
        self._register = Register(load, sent_times)
        return Writing(self._register.write_many, self._register.write_one)

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
    """The messages of one load, by number: send g is number `sequence` = g div senders of the sender g mod senders.

    Of another agent's messages it knows less: those of the schedule may have been sent, those that wait for replies
    as many as round trips of 10 µs allow.
    """

    def __init__(self, load: Load, sent_times: Callable[[], Int64s]) -> None:
        self._load, self._sent_times = load, sent_times
        self._salt = load.window.start_ns
        self._rows = len(load.places)
        self._row_at: Int64s = np.full(max(load.senders, 1), -1, np.int64)
        mine = np.flatnonzero(load.places >= 0)
        self._row_at[load.places[mine]] = mine
        self._intended_ns: Int64s = np.zeros(self._rows, np.int64)

    def write_many(self, publisher: Int64s, sequence: Int64s, intended_ns: Int64s) -> list[bytes]:
        """Return the marks of messages of this agent, and remember when they are due."""
        cells = sequence * self._rows + self._row_at[publisher]
        self._grow(int(cells.max(initial=-1)) + 1)
        self._intended_ns[cells] = intended_ns
        return write_indexes(sequence * self._load.senders + publisher, self._salt)

    def write_one(self, publisher: int, sequence: int, intended_ns: int) -> bytes:
        """Return the mark of one message of this agent, and remember when it is due."""
        cell = sequence * self._rows + int(self._row_at[publisher])
        self._grow(cell + 1)
        self._intended_ns[cell] = intended_ns
        return write_index(sequence * self._load.senders + publisher, self._salt)

    def look_up(self, numbers: bytes, received_ns: Int64s) -> tuple[Marks, Bools | None]:
        """Return what the numbers name, 16 digits each; and which name a message sent by then, `None` for all."""
        index = read_indexes(numbers, self._salt)
        sequence, publisher = np.divmod(index, len(self._row_at))
        row = self._row_at[publisher]
        cells = sequence * self._rows + row
        intended_ns, is_known = self._of_others(index, sequence, received_ns)
        is_mine = row >= 0
        sent_ns = self._sent_times()
        is_there = is_mine & (cells < min(len(sent_ns), len(self._intended_ns)))
        intended_ns[is_there] = self._intended_ns[cells[is_there]]
        is_known[is_mine] = False
        is_known[is_there] = (sent_ns[cells[is_there]] > 0) & (
            sent_ns[cells[is_there]] <= received_ns[is_there]
        )
        return Marks(publisher, sequence, intended_ns), None if is_known.all() else is_known

    def _of_others(self, index: Int64s, sequence: Int64s, received_ns: Int64s) -> tuple[Int64s, Bools]:
        """Return a moment in the phase to which another agent's messages belong, and which may have been sent."""
        window, schedule = self._load.window, self._load.schedule
        if schedule is None:
            return received_ns.copy(), sequence * _LEAST_ROUND_TRIP_NS <= received_ns - window.start_ns
        is_hold = index >= schedule.warmup_sends
        return np.where(is_hold, window.hold_ns, window.hold_ns - 1), index < schedule.sends

    def _grow(self, cells: int) -> None:
        missing = cells - len(self._intended_ns)
        if missing > 0:
            more = np.zeros(max(missing, len(self._intended_ns)), np.int64)
            self._intended_ns = np.concatenate((self._intended_ns, more))
