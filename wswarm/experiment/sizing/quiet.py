"""Waiting until a server that was started has done what starting takes."""

import time
from collections.abc import Iterable

from wswarm.drive.clock import now_ns
from wswarm.drive.host import spending
from wswarm.units import NS_PER_S

_LOOK_S, _LOOKS, _LONGEST_S = 0.1, 3, 5.0
_QUIET = 0.1  # of a core


def wait_until_quiet(pids: Iterable[int]) -> None:
    """Return when the processes and those that they have started spend hardly anything, after 5 s at the latest."""
    known, quiet, deadline_ns = tuple(pids), 0, now_ns() + round(_LONGEST_S * NS_PER_S)
    before = _spent_ns(known)
    while quiet < _LOOKS and now_ns() < deadline_ns:
        time.sleep(_LOOK_S)
        after = _spent_ns(known)
        quiet = quiet + 1 if after - before <= _QUIET * _LOOK_S * NS_PER_S else 0
        before = after


def _spent_ns(pids: tuple[int, ...]) -> int:
    found = [spending.spent(pid) for pid in pids]
    return sum(ns for one in found if one is not None for ns in one.by_process.values())
