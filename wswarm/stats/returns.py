"""How the dropped clients of one agent came back, in the form in which it travels: some numbers per client."""

import msgspec

Packed = bytes

TICK_NS = 10_000_000  # attempts are counted by so many ns since the drop was due


class Returns(msgspec.Struct, frozen=True, kw_only=True):
    """The dropped clients of one agent; moments are `STILL_OPEN` for never.

    Attributes:
        dropped_ns: Per client when it was dropped, as are the next four.
        ready_ns: When it was ready again first. `back_ns`: when its first message came.
        attempts: Begun until then, or until the patience was over.
        missed: Broadcasts between its last before and its first after; `UNKNOWN` where there is not both.
        attempts_per_tick: Of all, `TICK_NS` long each, since the drop was due. `handshakes_per_tick`: those that
            opened.
        refused: Failed attempts by reason.
        queued: Handshakes that took as long as the kernel takes to ask again.
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
