"""What a policy does against a token bucket, simulated: twenty lines that the instrument is held to."""

import heapq
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from wswarm.load.reconnect import client_of

NS_PER_S = 1_000_000_000


class Simulated(NamedTuple):
    """When each client is let in, s since the drop, ascending; and how many attempts each makes."""

    let_in_s: list[float]
    attempts: list[int]


class Bucket(NamedTuple):
    """What lets in `rate` a second, from `burst` tokens at most."""

    rate: float
    burst: float


def simulate(policy: str, chances: Sequence[Random], bucket: Bucket, answer_s: float) -> Simulated:
    """Clients that are dropped at once, and a server that lets them in from a bucket, or refuses.

    Args:
        chances: Each client's own. answer_s: How long an attempt takes.
    """
    waits = [client_of(policy, chance)() for chance in chances]
    due = [(next(wait), number) for number, wait in enumerate(waits)]
    heapq.heapify(due)
    tokens, counted_ns = bucket.burst, 0
    attempts, let_in_s = [0] * len(chances), list[float]()
    while due:
        now, number = heapq.heappop(due)
        tokens = min(bucket.burst, tokens + (now - counted_ns) * bucket.rate / NS_PER_S)
        counted_ns = now
        attempts[number] += 1
        if tokens >= 1:
            tokens -= 1
            let_in_s.append(now / NS_PER_S + answer_s)
        elif (wait_ns := next(waits[number], None)) is not None:
            heapq.heappush(due, (now + round(answer_s * NS_PER_S) + wait_ns, number))
    return Simulated(let_in_s, attempts)
