"""Sockets that have been reset, told at once, whether they are read or not."""

import asyncio
import select
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakKeyDictionary, ref

_OF_LOOPS: "WeakKeyDictionary[asyncio.AbstractEventLoop, Resets]" = WeakKeyDictionary()


class Resets:
    """Tells of sockets that have been reset: an epoll of our own, which asks for nothing, is told of that alone."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)  # or the loop, which has this by the table, would never go
        self._tell: dict[int, Callable[[], None]] = {}
        self._epoll = select.epoll()
        loop.add_reader(self._epoll.fileno(), self._look)

    def watch(self, number: int, tell: Callable[[], None]) -> None:
        """Look at the socket with that file number, too, and call that once when it is reset."""
        self._tell[number] = tell
        self._epoll.register(number, select.EPOLLET)  # errors are told anyway

    def forget(self, number: int) -> None:
        """Look at that one no more."""
        if self._tell.pop(number, None) is not None:
            with suppress(OSError):  # it has been closed
                self._epoll.unregister(number)

    def close(self) -> None:
        """Look at none."""
        loop = self._loop()
        if loop is not None:
            loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _look(self) -> None:
        for number, _ in self._epoll.poll(0):
            tell = self._tell.get(number)
            if tell is not None:
                tell()


def resets_unseen_by(loop: asyncio.AbstractEventLoop) -> Resets | None:
    """Return what tells of resets that a loop's own readers miss, `None` where they don't.

    uvloop stops polling a socket in error after it has called its reader once: that reads what came before the
    reset, and the reset itself is never seen.
    """
    if not hasattr(select, "epoll") or not type(loop).__module__.startswith("uvloop"):
        return None
    if loop not in _OF_LOOPS:
        _OF_LOOPS[loop] = Resets(loop)
    return _OF_LOOPS[loop]
