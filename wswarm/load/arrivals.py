"""Random instants at which messages are due: Poisson processes."""

from collections.abc import Iterator

import numpy as np

from wswarm.load.turns import Int64s

BLOCK = 65_536


def given_in_all(length_ns: int, count: int, seed: tuple[int, ...]) -> Iterator[Int64s]:
    """Yield `count` instants in [0, length_ns), ascending, some 65,536 at a time.

    Source: given their number, the arrivals of a Poisson process are independent and uniform over the interval, and
    their numbers in equal parts of it are multinomial (Kingman, Poisson Processes, 2.4).
    """
    chance = np.random.default_rng(seed)
    parts = -(-count // BLOCK)
    sizes: list[int] = chance.multinomial(count, [1 / parts] * parts).tolist() if parts else []
    for part, size in enumerate(sizes):
        low, high = part * length_ns // parts, (part + 1) * length_ns // parts
        yield np.sort(chance.integers(low, high, size, dtype=np.int64))


def without_end(mean_ns: float, chance: "np.random.Generator", at_once: int) -> Iterator[Int64s]:
    """Yield instants from 0 on, `mean_ns` apart on the average, so many at a time."""
    last_ns = 0.0
    while True:
        due_ns = last_ns + np.cumsum(chance.exponential(mean_ns, at_once))
        last_ns = float(due_ns[-1])
        yield due_ns.astype(np.int64)
