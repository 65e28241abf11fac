"""One client that was dropped: a few numbers, and the rows of its connections."""

from collections.abc import Callable
from random import Random

from wswarm.load.reconnect import Client as Policy
from wswarm.load.reconnect import client_of
from wswarm.stats.findings import STILL_OPEN

MOST_CONNECTIONS = 100
"""A client that has opened so many and heard nothing gives up: each is kept account of to the end."""


class DroppedClient:
    """A client that was dropped.

    Attributes:
        first: The row of the connection that was dropped; `rows`: of those that opened after it.
        attempts: Begun until its first message after.
    """

    __slots__ = ("_make", "_policy", "attempts", "dropped_ns", "first", "ready_ns", "rows")

    def __init__(self, first: int, dropped_ns: int, make: Callable[[], Policy]) -> None:
        self.first, self.dropped_ns = first, dropped_ns
        self.ready_ns = int(STILL_OPEN)
        self.rows: list[int] = []
        self.attempts = 0
        self._make = make
        self._policy: Policy | None = None

    @property
    def policy(self) -> Policy:
        """How it waits, the same for all of its drops; made when it is asked for first: its chance takes 2.5 KB."""
        if self._policy is None:
            self._policy = self._make()
        return self._policy

    def note_ready(self, row: int, ready_ns: int) -> None:
        """Take it that a connection of it has opened, and is ready."""
        self.rows.append(row)
        self.ready_ns = min(self.ready_ns, ready_ns)

    def forget_chance(self) -> None:
        """Let go of what it waits by: it is back, and would begin anew."""
        self._policy = None


def policy_maker(policy: str, seed: int, connection_id: int) -> Callable[[], Policy]:
    """Return what makes the policy of a client, the same however many agents share the clients."""
    return lambda: client_of(policy, Random((seed << 32) + connection_id))
