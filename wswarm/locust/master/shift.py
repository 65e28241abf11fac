"""Moments on one clock as moments on another."""

from collections.abc import Mapping

import msgspec
import numpy as np

from wswarm.stats.findings import STILL_OPEN, Findings, Packed, Sends, Sockets, Window, pack, unpack
from wswarm.stats.published import shifted

_OF_A_WINDOW = ("origin_ns", "start_ns", "hold_ns", "drain_ns", "end_ns")
_MOMENTS = ("started_ns", "opened_ns", "ready_ns", "closed_ns", "failed_ns", "left_ns", "spoke_ns")


def window(one: Window, by_ns: int) -> Window:
    """Return the window `by_ns` later; what is `STILL_OPEN` stays so. A load under Locust has no stages."""
    moved = {name: _later(getattr(one, name), by_ns) for name in _OF_A_WINDOW}
    return msgspec.structs.replace(one, **moved)


def logs(of_groups: Mapping[str, Packed], by_ns: int) -> dict[str, Packed]:
    """Return logs of what was published `by_ns` later."""
    return {name: shifted(log, by_ns) for name, log in of_groups.items()}


def findings(one: Findings, by_ns: int) -> Findings:
    """Return the findings `by_ns` later."""
    if not by_ns:
        return one
    sockets = {name: _moments(getattr(one.sockets, name), by_ns) for name in _MOMENTS}
    moved: Sockets = msgspec.structs.replace(one.sockets, **sockets)
    sends: Sends | None = one.sends
    if sends is not None:
        sends = msgspec.structs.replace(sends, log=shifted(sends.log, by_ns))
    return msgspec.structs.replace(one, sockets=moved, sends=sends)  # what scripts publish is of one clock


def _later(moment_ns: int, by_ns: int) -> int:
    return moment_ns if moment_ns == STILL_OPEN else moment_ns + by_ns


def _moments(packed: Packed, by_ns: int) -> Packed:
    moments_ns = unpack(packed)
    return pack(np.where(moments_ns == STILL_OPEN, moments_ns, moments_ns + by_ns))
