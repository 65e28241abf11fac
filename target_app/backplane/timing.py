"""How long the numbered backplane waits, and for what."""

import random
from dataclasses import dataclass

NO_ANSWER = "nothing in time"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds each.

    Attributes:
        heartbeat: between two heartbeats of an origin: a lost tail is noticed within this.
        quiet: silence on the receiving connection after which the backend is asked for a sign of life.
        dead: silence after which the connection is given up and made anew.
        connect: for making a connection.
        send: for the backend to confirm what was sent.
        subscribe: for the backend to confirm a subscription, reconnecting included.
        answer: for the other origins to tell where their numbers stand after that.
        first_wait: before the second attempt to connect; it doubles with each up to ``longest_wait``, and each
            is drawn from its upper half, so that many processes do not come back at once.
        longest_wait: see ``first_wait``.
    """

    heartbeat: float = 1.0
    quiet: float = 1.5
    dead: float = 3.0
    connect: float = 2.0
    send: float = 2.0
    subscribe: float = 3.0
    answer: float = 0.5
    first_wait: float = 0.05
    longest_wait: float = 2.0

    def wait(self, attempt: int) -> float:
        """Seconds to wait after the attempt of this number, counted from 0."""
        longest = min(self.longest_wait, self.first_wait * 2 ** min(attempt, 16))
        return random.uniform(longest / 2, longest)
