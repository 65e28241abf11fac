"""How the dropped clients of one agent came back, in the form in which it travels: some numbers per client."""

import msgspec

from wswarm.units import NS_PER_S

Packed = bytes

TICK_NS = 10_000_000  # attempts are counted by so many ns since the drop was due

_ASKED_AGAIN_NS = tuple(seconds * NS_PER_S for seconds in (1, 2, 3, 4, 5, 7, 11))
_TIMER_SHARE, _TIMER_NS = 0.02, 150_000_000


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


def was_queued(tcp_ns: int) -> bool:
    """Return whether a TCP connect took as long as until the kernel asked again for one that it had no answer to.

    Source: a SYN is repeated after 1, 2, 3, 4, 5, 7 and 11 s (Linux from 6.5 on, `tcp_syn_linear_timeouts` 4; before,
    after 1, 3 and 7 s), and its timers come up to 2 % late; what is connected within 150 ms of it was.
    """
    return any(
        again_ns <= tcp_ns <= again_ns * (1 + _TIMER_SHARE) + _TIMER_NS for again_ns in _ASKED_AGAIN_NS
    )
