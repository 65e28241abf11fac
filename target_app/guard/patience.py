"""How long clients are waited for that owe something, and how many are let go of at a time."""

import asyncio
from itertools import islice
from typing import Protocol

# Who is late at the same time is let go of by so many, each some ms: each costs about 30 µs, in which nobody else is
# served. 10,000 take a second and a third of a core.
MOST_AT_ONCE = 20
EVERY_S = 0.002


class Debtor(Protocol):
    """Who owes something."""

    def lose_patience(self) -> None:
        """It did not come in time."""


class Patience:
    """One deadline for many clients: whoever has owed the longest is late first, so one timer is enough for all.

    Timers of their own fire together for all that came together: 10,000 of them held the event loop for 50 ms.
    """

    __slots__ = ("_due", "_timer")

    def __init__(self) -> None:
        self._due: dict[Debtor, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def expect(self, debtor: Debtor, seconds: float, loop: asyncio.AbstractEventLoop) -> None:
        """Wait so many seconds, the same for all, for a client that is not waited for yet."""
        self._due.setdefault(debtor, loop.time() + seconds)
        if self._timer is None:
            self._timer = loop.call_later(seconds, self._look, loop)

    def forgive(self, debtor: Debtor) -> None:
        """A client owes nothing any more."""
        self._due.pop(debtor, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        late = [debtor for debtor, due in islice(self._due.items(), MOST_AT_ONCE) if due <= now]
        for debtor in late:
            del self._due[debtor]
        self._timer = None
        if self._due:
            next_due = next(iter(self._due.values()))
            self._timer = loop.call_later(max(EVERY_S, next_due - now), self._look, loop)
        for debtor in late:
            debtor.lose_patience()
