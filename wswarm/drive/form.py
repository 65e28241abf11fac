"""The form of most messages of a load: frames that have it are taken without being read.

Messages of one sender differ in their marks alone: one comparison of all before the mark tells that bytes are a whole
small message, with its marker at a known place.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.frames import WHOLE
from wswarm.load.marker import MARKER_SIZE, PREFIX_SIZE, ROOM_FOR_TWO


class Form(NamedTuple):
    """So many bytes, of which the first ones, up to the mark, are the same."""

    head: bytes
    size: int


NO_FORM = Form(b"", -1)


class Reading(Protocol):
    """A connection whose bytes are read as frames."""

    @property
    def unread(self) -> object | None:
        """What has come of a frame or a message that is not whole yet, `None` if nothing."""

    def read(self, data: bytes) -> None:
        """Take whatever has come."""


class Waiting(Protocol):
    """Who waits for marked messages: gets the row and what holds the mark."""

    @property
    def on_marked(self) -> Callable[[int, bytes], None]:
        """What gets it."""


Receive = Callable[[bytes], None]
Frames = Callable[[int, Reading], Receive]
TakeFrames = Callable[[int, Reading, Waiting | None], Receive]


class FrameNotes(NamedTuple):
    """Where to note a frame of the usual form, when it came, and the row."""

    marker: Callable[[bytes], None]
    time: Callable[[int], None]
    row: Callable[[int], None]


def form_of(data: bytes, prefix: bytes) -> Form | None:
    """Return the form of a small frame; `None` if it is none, or may hold more than one marker."""
    at = data.find(prefix)
    if not 0 <= at < MARKER_SIZE <= len(data) - at < ROOM_FOR_TWO:
        return None
    is_whole = at >= 2 and data[0] in WHOLE and data[1] == len(data) - 2
    return Form(data[: at + PREFIX_SIZE], len(data)) if is_whole else None


def frame_taker(notes: FrameNotes, prefix: bytes) -> tuple[TakeFrames, Callable[[], Form]]:
    """Return what returns what takes a row's bytes, and tells somebody of each message if there is somebody to tell.

    All in one function: a call costs as much as all that it does. The second value makes the form of the last bytes
    that had another the usual form, if they can have one, and returns it.
    """
    note_marker, note_time, note_row = notes
    clock = now_ns
    (head, size), other = NO_FORM, b""

    def frames(row: int, reading: Reading, waiting: Waiting | None) -> Receive:
        def receive(data: bytes) -> None:
            nonlocal other
            received_ns = clock()
            if len(data) == size and data.startswith(head) and reading.unread is None:
                note_marker(data)
                note_time(received_ns)
                note_row(row)
                if waiting is not None:
                    waiting.on_marked(row, data)
            else:
                other = data
                reading.read(data)

        return receive

    def renew() -> Form:
        nonlocal head, size, other
        head, size = form_of(other, prefix) or (head, size)
        other = b""
        return Form(head, size)

    return frames, renew
