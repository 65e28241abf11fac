"""What a publish costs the broker."""

from collections.abc import Sequence

import numpy as np

from wswarm.results.sizing import BrokerCosts, Cell
from wswarm.stats.sizing.load import Load
from wswarm.stats.sizing.nonnegative import solve

_LEAST_CORES = 0.001  # below, what is read of /proc is mostly rounding


def broker_of(cells: Sequence[Cell]) -> BrokerCosts | None:
    """Return what a publish costs the broker, by itself and for each worker that hears of it; `None`: not known.

    With one number of workers the two can't be told apart: all of it is then put down to the workers, so that more
    of them cost more rather than nothing.
    """
    known = [(cell, cell.broker_cpu) for cell in cells if cell.broker_cpu is not None]
    if not known:
        return None
    measured = np.array([max(cpu, _LEAST_CORES) for _, cpu in known])
    rates = np.array([cell.rate for cell, _ in known])
    workers = np.array([cell.workers for cell, _ in known])
    columns = np.stack((rates, rates * workers), axis=1)
    if len(set(workers.tolist())) == 1:
        columns[:, 0] = 0.0
    per_publish, per_worker = solve(columns / measured[:, np.newaxis], np.ones(len(measured))).tolist()
    return BrokerCosts(per_publish_s=per_publish, per_worker_s=per_worker)


def service_s(broker: BrokerCosts | None, load: Load) -> float:
    """Return how long the broker takes for a publish; 0 where there is none, or none is known."""
    return broker.per_publish_s + broker.per_worker_s * load.workers if broker is not None else 0.0
