"""Times by the stage of their intended time, and by the second in it: what an agent keeps of a load in stages.

A second is counted from the beginning of its stage, so that none belongs to two; the last of a stage may be shorter.
"""

import numpy as np

from wswarm.stats.findings import Int64s, Window
from wswarm.units import NS_PER_S

SECONDS = 1 << 24  # more than a stage can have: half a year


def stages_of(intended_ns: Int64s, window: Window) -> Int64s:
    """Return the place of the stage to which each of the hold's moments belongs."""
    return np.searchsorted(np.array(window.stage_ends_ns[:-1], np.int64), intended_ns, "right")


def counts_of(intended_ns: Int64s, window: Window) -> Int64s:
    """Return how many of the moments are in each stage; those out of the hold are in none."""
    in_hold = (intended_ns >= window.hold_ns) & (intended_ns < window.drain_ns)
    return np.bincount(stages_of(intended_ns[in_hold], window), minlength=len(window.stage_ends_ns))


def keys_of(intended_ns: Int64s, window: Window) -> Int64s:
    """Return the key of each of the hold's moments: its stage × `SECONDS` + the second in it."""
    stages = stages_of(intended_ns, window)
    begins_ns = np.array([window.hold_ns, *window.stage_ends_ns[:-1]], np.int64)
    return stages * SECONDS + (intended_ns - begins_ns[stages]) // NS_PER_S
