"""How fast connections read: all that comes, so many bytes per second, or nothing."""

import asyncio
import select
from collections.abc import Iterable
from functools import partial

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.resets import Resets
from wswarm.drive.drivers.tap import Tap
from wswarm.units import NS_PER_S

_TICK_S = 0.02
_MOST_S = 2.0  # worth of bytes that may be read at once when there was nothing to read before, as in tcpkali


class Throttle:
    """Holds back what comes in on some connections.

    A connection that is not read is not polled either, so its reset would be seen when it is read again: `Resets`
    tell of it at once.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._taps: dict[int, Tap] = {}
        self._left: dict[int, float] = {}
        self._rate = 0.0
        self._read_ns = 0
        self._tick: asyncio.TimerHandle | None = None
        self._resets = Resets(self._loop) if hasattr(select, "epoll") else None

    def shut(self, taps: Iterable[Tap], rate: float) -> None:
        """Let at most so many bytes per s through each of these from now on."""
        self.open()
        self._rate, self._read_ns = rate, now_ns()
        for tap in taps:
            tap.shut()
            self._taps[tap.number], self._left[tap.number] = tap, 0.0
            if self._resets is not None:
                self._resets.watch(tap.number, partial(self._finish, tap.number))
        if rate > 0:
            self._tick = self._loop.call_later(_TICK_S, self._let)

    def open(self) -> None:
        """Let everything through."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        for number in list(self._taps):
            self._let_go(number)

    def close(self) -> None:
        """Let everything through for ever."""
        self.open()
        if self._resets is not None:
            self._resets.close()
            self._resets = None

    def _let(self) -> None:
        """Read what is due since the last time."""
        now = now_ns()
        more = self._rate * (now - self._read_ns) / NS_PER_S
        self._read_ns = now
        most = max(self._rate * _MOST_S, 1.0)
        for number, tap in list(self._taps.items()):
            left = min(self._left[number] + more, most)
            self._left[number] = left - (tap.let(int(left)) if left >= 1 else 0)
        self._tick = self._loop.call_later(_TICK_S, self._let)

    def _finish(self, number: int) -> None:
        """Take in that a connection has been reset."""
        tap = self._forget(number)
        if tap is not None:
            tap.finish()

    def _let_go(self, number: int) -> None:
        tap = self._forget(number)
        if tap is not None:
            tap.open()

    def _forget(self, number: int) -> Tap | None:
        tap = self._taps.pop(number, None)
        if tap is not None and self._resets is not None:
            self._resets.forget(number)
        return tap
