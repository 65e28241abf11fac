"""Watches, from a thread of its own, whether a script keeps the loop from all else, and tells where."""

import asyncio
import faulthandler
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import process_time_ns
from types import FrameType

from wswarm.drive.clock import now_ns
from wswarm.drive.script.place import place_of
from wswarm.stats.scripted import Block
from wswarm.units import NS_PER_S

_TICK_S = 0.02
_BLOCKED_NS = 100_000_000
_ON_TIME_NS = 50_000_000
_TOLD_EACH_NS = NS_PER_S
_ARMED_EACH_NS = NS_PER_S
_LOCKED_S = (
    3.0  # a call that holds the interpreter's lock lets no thread of ours look: then the runtime itself does
)
KEPT = 32  # different lines


class Watchdog:
    """Watches the loop of the thread that makes it.

    A loop that has not ticked for 100 ms is blocked, if this thread went on meanwhile or the process was busy; else
    the machine was. The line is the innermost one of the script, or of what lies beside it.

    Args:
        path: The script's file.
        errors: Descriptor of the file in which the front end looks for the last words of a process that hangs.
    """

    def __init__(self, path: str, errors: int = 2) -> None:
        self._folder = Path(path).resolve().parent
        self._errors = errors
        self._watched = threading.get_ident()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticked_ns, self._cpu_ns = now_ns(), process_time_ns()
        self._place: str | None = None  # of the block that lasts
        self._blocks: dict[str, Block] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="wswarm watchdog", daemon=True)
        self._thread.start()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tick from now on."""
        self._loop = loop
        self._tick()

    def stop(self) -> None:
        """Watch no more."""
        self._is_over.set()
        self._thread.join()
        faulthandler.cancel_dump_traceback_later()

    def blocks(self) -> dict[str, Block]:
        """Return where the script blocked the loop, and for how long."""
        return dict(self._blocks)

    def _tick(self) -> None:
        now = now_ns()
        if self._place is not None:
            self._end_block(self._place, now - self._ticked_ns)
        self._ticked_ns, self._cpu_ns = now, process_time_ns()
        if self._loop is not None and not self._is_over.is_set():
            self._loop.call_later(_TICK_S, self._tick)

    def _end_block(self, place: str, lasted_ns: int) -> None:
        self._place = None
        before = self._blocks.get(place)
        if before is not None:
            lasted_ns = max(lasted_ns, before.longest_ns)
        elif len(self._blocks) >= KEPT:
            return
        self._blocks[place] = Block(count=before.count + 1 if before else 1, longest_ns=lasted_ns)

    def _watch(self) -> None:
        looked_ns, told_ns, armed_ns = now_ns(), 0, 0
        while not self._is_over.wait(_TICK_S):
            now = now_ns()
            is_on_time, looked_ns = now - looked_ns < _ON_TIME_NS, now
            if now - armed_ns > _ARMED_EACH_NS:
                armed_ns = now
                faulthandler.dump_traceback_later(_LOCKED_S, file=self._errors)
            blocked_ns = now - self._ticked_ns
            if blocked_ns < _BLOCKED_NS:
                continue
            is_busy = process_time_ns() - self._cpu_ns > blocked_ns // 2
            if self._place is None and (is_on_time or is_busy):
                self._place = self._look()
            if self._place is not None and now - told_ns > _TOLD_EACH_NS:
                told_ns = now
                words = f"{BLOCKED} {blocked_ns / NS_PER_S:.1f} s at {self._place}\n"
                os.write(self._errors, words.encode())

    def _look(self) -> str | None:
        """Return where in the script the watched thread is; `None`: not in it."""
        frame = sys._current_frames().get(self._watched)
        return next((place_of(one) for one in _outward(frame) if self._is_ours(one)), None)

    def _is_ours(self, frame: FrameType) -> bool:
        path = Path(frame.f_code.co_filename)
        return path.resolve().parent == self._folder


BLOCKED = "blocked for"


def _outward(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
