"""What begins one after another, each at its moment."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.commands import LEAD_NS
from wswarm.drive.timers import Timer, make_timer, seconds_to

_ENOUGH_S = 1.0  # for handshakes and conversations when a ramp is ended early

Work = Callable[[], Coroutine[Any, Any, None]]


class Ramp:
    """What several begin one after another: whose moment is the earliest comes first, also when all are late."""

    def __init__(self) -> None:
        self._next: dict[object, int] = {}
        self._moved = asyncio.Event()
        self._room: asyncio.Semaphore | None = None
        self._under_way: set[asyncio.Task[Any]] = set()

    def room(self, at_once: int) -> asyncio.Semaphore | None:
        """Return where those who are under way need a place each, the same for all; `None`: there is no limit."""
        if at_once and self._room is None:
            self._room = asyncio.Semaphore(at_once)
        return self._room if at_once else None

    def is_next(self, who: object, start_ns: int) -> None:
        """Take it that what somebody begins next has that moment, 0 for none."""
        self._next[who] = start_ns
        self._move()

    async def turn(self, who: object) -> None:
        """Wait until nobody has anything to begin that comes before."""
        while min(self._next.values()) < self._next[who]:
            await self._moved.wait()

    def is_done(self, who: object) -> None:
        """Take it that somebody has nothing more to begin."""
        self._next.pop(who, None)
        self._move()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Have what this task does meanwhile given up if the ramp ends early: the task is cancelled."""
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            yield
        finally:
            self._under_way.discard(task)

    def end_soon(self) -> None:
        """Give up in a moment what is under way then."""
        asyncio.get_running_loop().call_later(_ENOUGH_S, self._give_up)

    def _give_up(self) -> None:
        for task in self._under_way:
            task.cancel()

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()


async def run_at(
    works: Iterable[tuple[int, Work]], is_enough: asyncio.Event, at_once: int = 0, ramp: Ramp | None = None
) -> None:
    """Begin each at its moment, 0 for now; return when all that were begun are done.

    Args:
        is_enough: Once it is set, nothing is begun that has a moment.
        at_once: So many are under way at once at most, the next ones wait; 0: any number.
        ramp: Together with what else they begin; `None`: alone.
    """
    ramp, who = ramp or Ramp(), object()
    room = ramp.room(at_once)
    under_way: set[asyncio.Task[None]] = set()
    alarm = _Alarm(is_enough)
    try:
        for start_ns, work in works:
            ramp.is_next(who, start_ns)
            await alarm.until(start_ns)
            await ramp.turn(who)
            if room is not None:
                await room.acquire()
            if start_ns and is_enough.is_set():
                if room is not None:
                    room.release()
                break
            task = asyncio.create_task(work())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            if room is not None:
                task.add_done_callback(lambda _: room.release())
    finally:
        ramp.is_done(who)
        alarm.close()
    while under_way:
        await asyncio.wait(under_way)


def when_over(end_ns: int, work: Callable[[], object]) -> None:
    """Do it at an end that is near, as one that was just told is; at once if it is past, or far off."""
    if 0 < end_ns - now_ns() <= LEAD_NS:
        asyncio.get_running_loop().call_later(seconds_to(end_ns), work)
    else:
        work()


class _Alarm:
    """Waits for moments, one after another, or until it is enough."""

    def __init__(self, is_enough: asyncio.Event) -> None:
        self._is_enough = is_enough
        self._over: asyncio.Future[None] | None = None
        self._timer: Timer | None = None
        self._watch: asyncio.Task[Any] | None = None

    async def until(self, start_ns: int) -> None:
        """Return at a moment, 0 for now, or when it is enough."""
        if start_ns <= now_ns():
            if start_ns:
                await asyncio.sleep(0)  # late: those that are under way come first, or it gets ever later
            return
        if self._is_enough.is_set():
            return
        loop = asyncio.get_running_loop()
        if self._timer is None:
            self._timer = make_timer(loop, self._ring)
            self._watch = loop.create_task(self._is_enough.wait())
            self._watch.add_done_callback(self._ring)
        self._over = loop.create_future()
        self._timer.arm(start_ns)
        await self._over

    def close(self) -> None:
        """Wait for nothing more."""
        if self._timer is not None:
            self._timer.close()
        if self._watch is not None:
            self._watch.cancel()

    def _ring(self, _: object = None) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)
