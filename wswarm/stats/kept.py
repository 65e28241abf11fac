"""Times of single messages of the hold, for somebody who wants each: so many at most, the others are counted."""

from typing import NamedTuple

import numpy as np

from wswarm.stats.findings import Int64s, Packed, pack, unpack

UNKNOWN_NS = 0
_COLUMNS = 5


class Kept(NamedTuple):
    """Messages, int64 columns of one length.

    Attributes:
        rows: Whose, by its place in the account, or its connection's number. `numbers`: of the message.
        sent_ns: `UNKNOWN_NS` while only its publisher's log tells. `received_ns`: `UNKNOWN_NS`: it was lost.
    """

    rows: Int64s
    numbers: Int64s
    intended_ns: Int64s
    sent_ns: Int64s
    received_ns: Int64s

    def where(self, mask: "np.typing.NDArray[np.bool_] | Int64s") -> "Kept":
        """Return those at which `mask` is true, or in these places."""
        return Kept(*(column[mask] for column in self))

    def pack(self) -> Packed:
        """Return them as they travel."""
        return pack(np.concatenate(self))


class Sampled(NamedTuple):
    """Messages of the hold of a whole run.

    Attributes:
        kept: Their times, ns since the first connect; `rows` are their connections' numbers.
        left_out: How many there were beside these.
    """

    kept: Kept
    left_out: int


def unpack_kept(packed: Packed) -> Kept:
    """Return what `Kept.pack` packed."""
    return Kept(*unpack(packed).reshape(_COLUMNS, -1))


def joined(parts: list[Kept]) -> Kept:
    """Return them one after another."""
    if not parts:
        return unpack_kept(b"")
    return Kept(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


class Keeper:
    """Keeps messages until they are taken.

    Args:
        most: How many it takes in all.

    Attributes:
        left_out: How many came beyond.
    """

    def __init__(self, most: int) -> None:
        self._room = most
        self.left_out = 0
        self._parts: list[Kept] = []

    def add(
        self,
        rows: Int64s,
        numbers: Int64s,
        intended_ns: Int64s,
        sent_ns: Int64s | None,
        received_ns: Int64s | None,
    ) -> None:
        """Keep messages, as far as there is room."""
        unknown = np.full(len(rows), UNKNOWN_NS)
        sent_ns = unknown if sent_ns is None else sent_ns
        more = Kept(rows, numbers, intended_ns, sent_ns, unknown if received_ns is None else received_ns)
        count = min(len(rows), self._room)
        self.left_out += len(rows) - count
        self._room -= count
        if count:
            self._parts.append(more.where(np.arange(count)))

    def lose(self, rows: Int64s, number: int, intended_ns: int, sent_ns: int) -> None:
        """Keep one message that these have lost."""
        numbers, intended, sent = (np.full(len(rows), one) for one in (number, intended_ns, sent_ns))
        self.add(rows, numbers, intended, sent, None)

    def take(self) -> Kept:
        """Return what was kept since the last time."""
        parts, self._parts = self._parts, []
        return joined(parts)
