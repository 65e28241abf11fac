"""Which sends are looked at one by one: so few that their gaps tell whether random arrivals were random."""

from random import Random

import msgspec
import numpy as np

from wswarm.load.pace import Pace
from wswarm.units import NS_PER_S

GAPS = 1_000  # more would find what does no harm
LONGEST_NS = 60 * NS_PER_S  # so that the gaps stay short beside what disturbs them


class Sampling(msgspec.Struct, frozen=True):
    """Of the sends intended from one moment to another, ns, each is looked at with the same chance."""

    from_ns: int
    until_ns: int
    chance: float


def sampling_of(pace: Pace) -> Sampling | None:
    """Return which sends of the pace are looked at, the same in all agents; `None` if its arrivals are not random.

    What is left of a Poisson process when each event is kept by chance is one (Kingman, Poisson Processes, 5.1); of
    a long hold a minute is looked at, by chance which.
    """
    if pace.arrivals != "poisson" or not pace.count:
        return None
    length_ns = min(pace.length_ns, LONGEST_NS)
    after_ns = round(Random(pace.seed).random() * (pace.length_ns - length_ns))
    expected = pace.count * length_ns / pace.length_ns
    if pace.stages:
        first, last = pace.course.until(np.array([after_ns, after_ns + length_ns]))
        expected = float(last - first)
    from_ns = pace.at_ns + after_ns
    return Sampling(from_ns, from_ns + length_ns, min(1.0, GAPS / max(expected, 1.0)))
