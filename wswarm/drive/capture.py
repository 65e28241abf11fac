"""The hot path inward: one call per received message, everything else in batches.

`Capture.take` is all that runs for a marked message: it reads the clock, finds the marker (all of them, where a
server puts several messages into one) and appends three values. Most messages of a load look alike up to their
marks; those that do are not even read out of their frames, see `Capture.frames`. What they mean is found out by
`Capture.drain` and the tally, thousands at a time; `load.marker` and `stats.ledger` are pure and tested on their own.
"""

from array import array
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from wswarm.drive.clock import now_ns
from wswarm.drive.form import NO_FORM, FrameNotes, TakeFrames, frame_taker
from wswarm.drive.samples import LOOKED_AT, Samples
from wswarm.load.altered import is_altered as is_altered_text
from wswarm.load.marker import MARK_SIZE, MARKER_SIZE, PREFIX_SIZE, ROOM_FOR_TWO, mark_writer, markers_in
from wswarm.load.marks import Marks, read_marks, write_marks
from wswarm.stats.findings import Window
from wswarm.stats.tally import Batch

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Take = Callable[[int, bytes], bool]


SentNs = Callable[[Int64s], Int64s]


class Ids(Protocol):
    """Knows the ids of connections by their rows."""

    def ids(self, rows: Int64s) -> Int64s:
        """Return the id of each of the rows."""

    def id_of(self, row: int) -> int:
        """Return the id of a row."""


class Load(NamedTuple):
    """What is sent in one load.

    Attributes:
        places: Per row its place among all senders, -1 for none; empty if they may change.
        senders: Number of all senders, in all agents.
        rate: Messages per s of all; `None`: sends wait for replies, or `in_hold` says how many there are in the hold.
    """

    window: Window
    connections: Ids
    places: Int64s
    senders: int
    rate: float | None
    in_hold: int | None = None


class Writing(NamedTuple):
    """How marks are written: of row, number and intended time; `many`: of three equally long arrays."""

    many: Callable[[Int64s, Int64s, Int64s], list[bytes]]
    one: Callable[[int, int, int], bytes]


class Capture:
    """Messages taken since the last `drain`.

    Args:
        copies: How often each message holds its marker.
        is_altered: Whether a message holds our text, changed; `None`: as markers are.

    Attributes:
        take: Takes the payload received on a row: true if it was marked. One function for all rows: what a thousand
            connections touch once per broadcast has to be few cache lines.
        frames: Returns what takes the bytes received on a row, if they are one frame of the usual form, and else has
            the connection read them. `None` if messages have no form.
        samples: Of messages that it refused.
    """

    frames: TakeFrames | None

    def __init__(
        self, prefix: bytes, copies: int = 1, is_altered: Callable[[bytes], bool] | None = None
    ) -> None:
        self._prefix, self._copies = prefix, copies
        self._rows: list[int] = []  # appending to a list costs less than to an array, the conversion included
        self._times: list[int] = []
        self._markers: list[bytes] = []
        self._batches: list[tuple[int, int]] = []  # frames with several marks: place of the first, number
        self._unmarked = array("q")
        self.samples = Samples(is_altered or partial(is_altered_text, prefix=prefix))
        self.take = self._taker()
        self._form = NO_FORM
        self.frames, self._renew = frame_taker(
            FrameNotes(self._markers.append, self._times.append, self._rows.append), prefix
        )

    def __len__(self) -> int:
        return len(self._times) + len(self._unmarked)

    def begin(self, load: Load, sent_ns: SentNs) -> Writing:  # noqa: ARG002  # for who looks it up
        """Begin a load; return how its marks are written.

        Args:
            sent_ns: Returns when the messages of these numbers were sent, 0 or less for never.
        """
        ids, id_of = load.connections.ids, load.connections.id_of
        return Writing(
            lambda rows, numbers, intended_ns: write_marks(ids(rows), numbers, intended_ns),
            mark_writer(id_of),
        )

    def note_unmarked(self, payload: bytes) -> None:
        """Note that a message arrived that `take` refused."""
        self._unmarked.append(now_ns())
        self.samples.look(payload)

    def _taker(self) -> Take:
        prefix, size, room_for_two = self._prefix, MARKER_SIZE, ROOM_FOR_TWO
        append_marker, append_row, append_time = self._markers.append, self._rows.append, self._times.append
        clock, take_several = now_ns, self._take_several

        def take(row: int, payload: bytes) -> bool:
            received_ns = clock()
            if len(payload) == size and payload.startswith(
                prefix
            ):  # a bare marker: neither searched nor copied
                append_marker(payload)
            else:
                at = payload.find(prefix)
                room = len(payload) - at
                if at < 0 or room < size:
                    return False
                if room >= room_for_two and payload.find(prefix, at + PREFIX_SIZE) >= 0:
                    return take_several(row, payload, received_ns)
                append_marker(payload[at : at + size])
            append_time(received_ns)
            append_row(row)
            return True

        return take

    def _take_several(self, row: int, payload: bytes, received_ns: int) -> bool:
        return self._take_all(row, markers_in(payload, self._prefix, self._copies), received_ns)

    def _take_all(self, row: int, markers: list[bytes], received_ns: int) -> bool:
        if markers:
            self._batches.append((len(self._markers), len(markers)))
        self._markers += markers
        self._times += [received_ns] * len(markers)
        self._rows += [row] * len(markers)
        return markers != []

    def drain(self) -> Batch:
        """Return what was taken since the last call, in order of arrival, and forget it."""
        received_ns = np.array(self._times, np.int64)
        marks, sound = self._read(b"".join(self._markers), received_ns)
        batch = Batch(np.array(self._rows, np.int64), *marks, received_ns)
        if sound is not None:
            damaged = self._without_sound_mark(sound)
            self._unmarked.extend(received_ns[damaged].tolist())
            for place in damaged[:LOOKED_AT].tolist():
                self.samples.look(self._marker(self._markers[place]))
            batch = batch.where(sound)
        for column in (self._rows, self._times, self._markers, self._batches):
            column.clear()
        self._form = self._renew()
        return batch

    def _marker(self, taken: bytes) -> bytes:
        """Return the marker of what was taken, as such or in a frame of the usual form."""
        head, size = self._form
        return taken if len(taken) != size else taken[len(head) - PREFIX_SIZE : len(head) + MARK_SIZE]

    def _read(self, taken: bytes, _received_ns: Int64s) -> tuple[Marks, Bools | None]:
        """Return what the markers say, taken one after another; and which are sound, `None` for all."""
        (head, size), count = self._form, len(self._markers)
        at, width = PREFIX_SIZE, MARKER_SIZE
        if count and len(taken) == count * size:
            at, width = len(head), size
        elif len(taken) != count * MARKER_SIZE:
            taken = b"".join(map(self._marker, self._markers))
        digits = np.frombuffer(taken, np.uint8).reshape(-1, width)[:, at : at + MARK_SIZE]
        return read_marks(digits.tobytes())

    def _without_sound_mark(self, sound: Bools) -> Int64s:
        """Return the place of the first mark of each frame in which none is sound."""
        first = np.arange(len(sound))
        for place, size in self._batches:
            first[place : place + size] = place
        has_sound = np.bincount(first, sound) > 0
        return np.unique(first[~has_sound[first]])

    def drain_unmarked(self) -> Int64s:
        """Return when messages without a sound marker came since the last call, ascending, and forget it.

        Those whose marker turned out to be damaged are among them once `drain` has looked at it.
        """
        received_ns = np.sort(np.array(self._unmarked, np.int64))
        del self._unmarked[:]
        return received_ns

    def forget(self) -> None:
        """Forget what was taken, and what was not."""
        self.drain()
        self.drain_unmarked()
        self.samples.begin()
