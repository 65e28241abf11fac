"""A server under a load: how busy its workers are, and the line that its publishes wait in."""

from typing import NamedTuple

import numpy as np

from wswarm.results.sizing import BrokerCosts, Costs, Delay, Mechanism
from wswarm.stats.sizing import broker, costs
from wswarm.stats.sizing.lindley import Floats
from wswarm.stats.sizing.load import Load
from wswarm.stats.sizing.queue import Interruption, Line, Times, simulate

JOBS = 10_000  # publishes times workers
_FEWEST, _LEAST = 1_000, 100  # publishes, the latter where much else comes between them
_MOST_BESIDES = 1_000_000  # interruptions
_LIGHT = 0.01  # of a worker: rarer publishes meet each other as seldom as never
_FULLEST = 0.95  # of a core: how far the machine's stretch may fill a worker


class Server(NamedTuple):
    """What is known of a server: its costs, and how its messages travel."""

    costs: Costs
    broker: BrokerCosts | None
    delay: Delay
    mechanism: Mechanism


def even(workers: int) -> tuple[float, ...]:
    """Return the shares of workers that have as many connections each."""
    return (1 / workers,) * workers


def utilisations(known: Costs, load: Load, shares: tuple[float, ...]) -> list[float]:
    """Return of each worker how much of a core it uses.

    Args:
        shares: Of the connections, one per worker. Publishes are received where connections are.
    """
    used = costs.cores(known, load)
    alike = load.workers * known.per_worker + _heard(load) * load.workers * known.per_worker_publish_s
    return [alike / load.workers + (used - alike) * share for share in shares]


def times(
    server: Server, load: Load, shares: tuple[float, ...], rng: np.random.Generator, jobs: int | Floats = JOBS
) -> Times:
    """Return how long deliveries of the load take in simulated queues, and what is left over beside them, s.

    Args:
        shares: Of the connections, one per worker.
        jobs: Publishes times workers; or the instants at which publishes come, s, ascending.
    """
    line = _line(server, load, shares)
    found = simulate(line, _publishes(line, load, jobs) if isinstance(jobs, int) else jobs, rng)
    delay = server.delay
    return Times(
        found.p50 + (delay.p50 or 0.0), found.p99 + (delay.p99 or 0.0), found.last + (delay.last or 0.0)
    )


def _publishes(line: Line, load: Load, jobs: int) -> int:
    besides = load.workers * sum(one.rate for one in line.interruptions) / line.rate
    most = max(_LEAST, int(_MOST_BESIDES / max(besides, 1.0)))
    return min(max(_FEWEST, jobs // load.workers), most)


def _line(server: Server, load: Load, shares: tuple[float, ...]) -> Line:
    known, busy = server.costs, utilisations(server.costs, load, shares)
    mean = sum(busy) / len(busy)
    background = (
        known.per_idle_connection * load.connections + known.per_worker * load.workers
    ) / load.workers
    slower = 1 / (1 - min(background, _FULLEST))
    factor = slower * max(1.0, min(server.delay.stretch, _FULLEST / max(*busy, 1e-9)))
    stalls = Interruption(rate=server.delay.stalls_per_s or 0.0, lengths=server.delay.stalls)
    handshake = Interruption(
        rate=load.handshakes / load.workers, lengths=((known.per_handshake_s or 0.0) * factor,)
    )
    deliver_s = costs.delivery_s(known, load, mean) * factor
    longest_s = known.per_publish_s * factor + deliver_s * load.fanout * max(shares)
    return Line(
        rate=max(load.rate, _LIGHT / max(longest_s, 1e-9)),
        shares=shares,
        fanout=load.fanout,
        is_whole=load.fanout >= load.connections,
        receive_s=known.per_publish_s * factor,
        hear_s=known.per_worker_publish_s * factor,
        deliver_s=deliver_s,
        broker_s=broker.service_s(server.broker, load) if load.workers > 1 else 0.0,
        read_s=server.delay.read_s if load.readers else 0.0,
        readers=max(1, load.readers),
        interruptions=(stalls, handshake),
        is_random=server.mechanism.arrivals == "poisson",
    )


def _heard(load: Load) -> float:
    """Return how many publishes each worker hears of per s, beside those that it receives, on the average."""
    return load.rate * (load.workers - 1) / load.workers if load.fanout > 1 else 0.0
