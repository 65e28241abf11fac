"""How often a trend is seen that is not there, and how often one that is, as a table in markdown.

`python -m benchmarks.simulate_trends [SERIES [SECONDS]]` prints that of docs/method.md: 20 minutes, a value a second,
each like the one before by φ. It exits with 1 if more than 6 % of the flat ones were said to grow, or 95 % intervals
missed their slope so often.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from wswarm.stats.slope import Floats, slope_of
from wswarm.stats.trends import BLOCKS, in_blocks

LIKE_BEFORE = (0.0, 0.5, 0.9, 0.98)
MOST_ERRORS = 0.06
_SECONDS, _SETTLING = 1_200, 400


class Seen(NamedTuple):
    """Shares of simulated series.

    Attributes:
        grown: Flat ones that seemed to grow. `missed`: whose interval did not hold their slope.
        found: Of those that grew by their own deviation over the run, that seemed to.
    """

    grown: float
    missed: float
    found: float


def series_of(phi: float, count: int, seconds: int = _SECONDS, seed: int = 1) -> Iterator[Floats]:
    """Yield so many flat series of so many values, deviation 1, each value like the one before by φ."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        steps = chance.standard_normal(seconds + _SETTLING) * np.sqrt(1 - phi * phi)
        values, value = np.empty(len(steps)), 0.0
        for place, step in enumerate(steps.tolist()):
            value = phi * value + step
            values[place] = value
        yield values[_SETTLING:]


def simulate(phi: float, count: int, seconds: int = _SECONDS) -> Seen:
    """Return how often what is said of so many series is wrong, and right."""
    at = (np.arange(seconds) + 0.5) / seconds
    grown = missed = found = 0
    for values in series_of(phi, count, seconds):
        flat, steep = (slope_of(*in_blocks(at, own, 0.0, 1.0, BLOCKS)) for own in (values, values + at))
        if flat is None or steep is None:
            raise ValueError("too few blocks")
        grown += flat.least > 0
        missed += not flat.low <= 0 <= flat.high
        found += steep.least > 0
    return Seen(grown / count, missed / count, found / count)


def main(count: int = 4_000, seconds: int = _SECONDS) -> int:
    """Print the table; return 0 if all is within bounds, else 1."""
    print("| φ | flat, said to grow | interval misses | grows by 1 sd, seen |\n| --- | --- | --- | --- |")
    worst = 0.0
    for phi in LIKE_BEFORE:
        seen = simulate(phi, count, seconds)
        worst = max(worst, seen.grown, seen.missed)
        print(f"| {phi:g} | {seen.grown:.3f} | {seen.missed:.3f} | {seen.found:.2f} |")
    return 0 if worst <= MOST_ERRORS else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
