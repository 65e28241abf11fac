"""The mark that a message carries through any server: who sent it, which one it is, when it was due.

46 ASCII bytes that neither JSON nor HTML nor a URL escapes: `wswarm`, 8 hexadecimal digits that name the run,
then 32 that hold the publisher (8), its sequence number (8) and the intended send time (16, CLOCK_MONOTONIC ns).
"""

from collections import Counter
from collections.abc import Callable

PREFIX_SIZE = 14
MARK_SIZE = 32
MARKER_SIZE = PREFIX_SIZE + MARK_SIZE
ROOM_FOR_TWO = PREFIX_SIZE + MARKER_SIZE  # less holds one marker at most, whatever its digits are


def prefix_for(nonce: int) -> bytes:
    """Return the run's 14-byte marker prefix; `nonce` is any integer, of which 32 bits are used."""
    return b"wswarm%08x" % (nonce & 0xFFFFFFFF)


def write_mark(publisher: int, sequence: int, intended_ns: int) -> bytes:
    """Return the 32-byte mark of one message."""
    return (publisher << 96 | sequence << 64 | intended_ns).to_bytes(16, "big").hex().encode()


def mark_writer(id_of: Callable[[int], int]) -> Callable[[int, int, int], bytes]:
    """Return what writes the mark of one message by row, number and intended time: `write_mark` in one call.

    Args:
        id_of: Returns the publisher's id by its row; it stays the same.
    """
    ids: dict[int, int] = {}

    def write(row: int, sequence: int, intended_ns: int) -> bytes:
        own = ids.get(row)
        if own is None:
            own = ids[row] = id_of(row) << 96
        return (own | sequence << 64 | intended_ns).to_bytes(16, "big").hex().encode()

    return write


def markers_in(payload: bytes, prefix: bytes, copies: int) -> list[bytes]:
    """Return the whole markers in a message that may hold many, in order; their digits are not looked at.

    A prefix that another follows too soon, or the end of the message, begins none. A search goes on right after a
    prefix, so that a damaged mark hides none behind it.

    Args:
        copies: How often each message holds its marker: so many of the same count as one.
    """
    found = [prefix + part[:MARK_SIZE] for part in payload.split(prefix)[1:] if len(part) >= MARK_SIZE]
    return firsts_of(found, copies)


def firsts_of(found: list[bytes], copies: int) -> list[bytes]:
    """Return the markers of one message without the further copies of its template; each `copies` count as one."""
    if copies == 1:
        return found
    seen: Counter[bytes] = Counter()
    firsts: list[bytes] = []
    for marker in found:
        if seen[marker] % copies == 0:
            firsts.append(marker)
        seen[marker] += 1
    return firsts
