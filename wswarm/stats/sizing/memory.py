"""What connections take in memory, resident and in the kernel."""

from collections.abc import Sequence

import numpy as np

from wswarm.results.sizing import Cell, MemoryCosts
from wswarm.stats.sizing.load import Load
from wswarm.stats.sizing.nonnegative import Floats


def memory_of(cells: Sequence[Cell]) -> MemoryCosts:
    """Return what cells took: a worker before anybody connected, and a connection by the growth since."""
    base = float(np.mean([cell.idle_memory / cell.workers for cell in cells]))
    counted = np.array([cell.connections for cell in cells], np.float64)
    grown = np.array([max(cell.memory - cell.idle_memory, 0) for cell in cells], np.float64)
    known = [(cell.connections, cell.kernel_memory) for cell in cells if cell.kernel_memory is not None]
    kernel = _slope(*np.array(known, np.float64).T) if known else None
    return MemoryCosts(base=base, per_connection=_slope(counted, grown), kernel_per_connection=kernel)


def total(memory: MemoryCosts, load: Load) -> float:
    """Return the bytes that the load takes, the kernel's among them where they are known."""
    each = memory.per_connection + (memory.kernel_per_connection or 0.0)
    return memory.base * load.workers + each * load.connections


def _slope(counted: Floats, grown: Floats) -> float:
    return float(counted @ grown / (counted @ counted))
