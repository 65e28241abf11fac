"""How the dropped clients of one agent came back, in the form in which it travels: some numbers per client."""

from collections.abc import Sequence

import msgspec
import numpy as np

from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Int64s, Packed, Sockets, add_per_second, pack, unpack

TICK_NS = 10_000_000  # attempts are counted by so many ns since the drop was due


class Returns(msgspec.Struct, frozen=True, kw_only=True):
    """The dropped clients of one agent.

    Attributes:
        dropped_ns: Per client when it was dropped, as are the next four.
        ready_ns: When it was ready again first, `STILL_OPEN` for never. `back_ns`: when its first message came.
        attempts: Begun until then, or until the patience was over.
        missed: Broadcasts between its last before and its first after; `UNKNOWN` where there is not both.
        attempts_per_tick: Of all, `TICK_NS` long each, since the drop was due. `handshakes_per_tick`: those that opened.
        refused: Failed attempts by reason.
        queued: Handshakes that took as long as the kernel takes to ask again.
        again: Their connections but the first.
    """

    dropped_ns: Packed = b""
    ready_ns: Packed = b""
    back_ns: Packed = b""
    attempts: Packed = b""
    missed: Packed = b""
    attempts_per_tick: Packed = b""
    handshakes_per_tick: Packed = b""
    refused: dict[str, int] = {}
    queued: int = 0
    again: Sockets = Sockets(requested=0)


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """The dropped clients of all agents; arrays of the same length, a client each, and counts per tick."""

    dropped_ns: Int64s
    ready_ns: Int64s
    back_ns: Int64s
    attempts: Int64s
    missed: Int64s
    attempts_per_tick: Int64s
    handshakes_per_tick: Int64s

    @property
    def away_ns(self) -> Int64s:
        """How long each was away, ascending; those that never came back are left out."""
        is_back = self.back_ns != STILL_OPEN
        return np.sort((self.back_ns - self.dropped_ns)[is_back])


def put_together(parts: Sequence[Returns]) -> Together:
    """Return the clients of all agents."""
    per_client = {
        name: np.concatenate([np.zeros(0, np.int64), *(unpack(getattr(part, name)) for part in parts)])
        for name in ("dropped_ns", "ready_ns", "back_ns", "attempts", "missed")
    }
    per_tick = {}
    for name in ("attempts_per_tick", "handshakes_per_tick"):
        counts: Int64s = np.zeros(0, np.int64)
        for part in parts:
            counts = add_per_second(counts, unpack(getattr(part, name)))
        per_tick[name] = counts
    return Together(**per_client, **per_tick)


