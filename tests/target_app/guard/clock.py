"""What is needed of an event loop to wait; the test moves its time."""

from collections.abc import Callable
from typing import Any


class Clock:
    """A loop's clock and its timers."""

    def __init__(self) -> None:
        self._now = 0.0
        self._timers: list[tuple[float, Callable[..., None], tuple[Any, ...]]] = []

    def time(self) -> float:
        return self._now

    def call_later(self, delay: float, call: Callable[..., None], *arguments: Any) -> object:
        self._timers.append((self._now + delay, call, arguments))
        return self._timers[-1]

    @property
    def is_waited_for(self) -> bool:
        return bool(self._timers)

    def advance(self, seconds: float) -> None:
        self._now += seconds
        due = [timer for timer in self._timers if timer[0] <= self._now]
        self._timers = [timer for timer in self._timers if timer[0] > self._now]
        for _, call, arguments in due:
            call(*arguments)
