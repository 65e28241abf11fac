"""How long deliveries take: the queues of a server's workers, simulated.

A worker is one queue, first come first served. A publish is received by one worker, goes through the broker's queue
to all others, and is a job in each: what it takes to hear of it, then one delivery after another. An echo is a
publish with one subscriber, who is where it was received. Clients that share a process are read there one after
another: a second queue, behind those of the workers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats.sizing.lindley import Floats, departures
from wswarm.stats.sizing.reading import Reading

Whole = npt.NDArray[np.int64]

_SAMPLES, _FEWEST_SAMPLES = 2, 10_000  # deliveries looked at per job, at least; in all
_UNSETTLED = 0.1  # of the publishes: the queue begins empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """What keeps a worker from its jobs now and then, at random: handshakes, stalls of its loop.

    Attributes:
        rate: Per s and worker. lengths: One of them each, s.
    """

    rate: float
    lengths: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Workers with their publishes.

    Attributes:
        rate: Publishes per s in all.
        shares: Of the connections, one per worker, adding up to 1.
        fanout: Subscribers of a publish. `is_whole`: whether they are all connections, not those of a room.
        receive_s: Service of a publish where it is received; `hear_s`: in each other worker that hears of it.
        deliver_s: Of each delivery.
        broker_s: Service of a publish in the broker; 0 without one.
        read_s: Of each delivery, in a process that reads for clients; 0: each client reads for itself.
        readers: Such processes, among which the connections are spread evenly.
        is_random: Whether publishes come at random instants rather than evenly.
    """

    rate: float
    shares: tuple[float, ...]
    fanout: int
    is_whole: bool
    receive_s: float
    hear_s: float
    deliver_s: float
    broker_s: float = 0.0
    read_s: float = 0.0
    readers: int = 1
    interruptions: tuple[Interruption, ...] = ()
    is_random: bool = True


class Times(NamedTuple):
    """How long deliveries took, s: percentiles of all of them, and the median of each publish's last."""

    p50: float
    p99: float
    last: float


def simulate(line: Line, publishes: int | Floats, rng: np.random.Generator) -> Times:
    """Return what publishes take in the line: so many, or those that come at these instants, ascending."""
    if isinstance(publishes, int):
        came, settled = _arrivals(line, publishes, rng), slice(int(_UNSETTLED * publishes), None)
    else:
        came, settled = publishes, slice(None)
    where = rng.choice(len(line.shares), size=len(came), p=line.shares)
    is_there = np.arange(len(line.shares))[:, np.newaxis] == where
    audience = _audience(line, len(came), is_there, rng)
    services = np.where(is_there, line.receive_s, line.hear_s * (line.fanout > 1))
    whole = services + line.deliver_s * audience
    heard = np.broadcast_to(came, whole.shape)
    if len(line.shares) > 1 and line.fanout > 1:
        heard = _heard(line, came, is_there, whole)
    done = _done(heard, whole, line, rng)
    begins = done - line.deliver_s * audience
    reading = Reading.of(begins, audience, line.deliver_s, line.read_s, line.readers)
    return _times(reading.at(settled), came[settled], rng)


def _arrivals(line: Line, publishes: int, rng: np.random.Generator) -> Floats:
    gaps = rng.exponential(1 / line.rate, publishes) if line.is_random else np.full(publishes, 1 / line.rate)
    return np.cumsum(gaps)


def _audience(line: Line, publishes: int, is_there: npt.NDArray[np.bool_], rng: np.random.Generator) -> Whole:
    """Return how many subscribers of each publish each worker has."""
    shape = (len(line.shares), publishes)
    if line.fanout == 1:
        return is_there.astype(np.int64)
    if line.is_whole:
        ends = np.round(np.cumsum((0.0, *line.shares)) * line.fanout).astype(np.int64)
        return np.broadcast_to(np.diff(ends)[:, np.newaxis], shape)
    if len(line.shares) == 1:
        return np.full(shape, line.fanout, np.int64)
    return rng.multinomial(line.fanout, line.shares, size=publishes).T


def _heard(line: Line, came: Floats, is_there: npt.NDArray[np.bool_], services: Floats) -> Floats:
    """Return when each worker hears of each publish: where it is received at once, elsewhere by way of the broker."""
    waited = departures(np.broadcast_to(came, services.shape), services) - services
    passed_on = (waited * is_there).sum(axis=0) + line.receive_s
    order = np.argsort(passed_on, kind="stable")
    at_broker = passed_on[order]
    out = np.empty_like(passed_on)
    out[order] = departures(at_broker, np.full(len(order), line.broker_s))
    return np.where(is_there, came, out)


def _done(heard: Floats, services: Floats, line: Line, rng: np.random.Generator) -> Floats:
    """Return when each worker is done with each publish, between its interruptions."""
    began, lengths = _interruptions(line, heard.shape[0], float(heard.max()), rng)
    arrivals = np.concatenate((heard, began), axis=1)
    order = np.argsort(arrivals, axis=1, kind="stable")
    every = np.take_along_axis(np.concatenate((services, lengths), axis=1), order, axis=1)
    done = np.empty_like(arrivals)
    np.put_along_axis(done, order, departures(np.take_along_axis(arrivals, order, axis=1), every), axis=1)
    return done[:, : heard.shape[1]]


def _interruptions(line: Line, workers: int, until: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return when they begin and how long they are, a row per worker."""
    began, lengths = [np.empty((workers, 0))], [np.empty((workers, 0))]
    for one in line.interruptions:
        if not one.lengths:
            continue
        number = rng.poisson(one.rate * until)
        began.append(rng.uniform(0.0, until, (workers, number)))
        lengths.append(rng.choice(one.lengths, (workers, number)))
    return np.concatenate(began, axis=1), np.concatenate(lengths, axis=1)


def _times(reading: Reading, came: Floats, rng: np.random.Generator) -> Times:
    audience = reading.audience
    is_any = audience > 0
    each = max(_SAMPLES, -(-_FEWEST_SAMPLES // len(came)))
    parts = (np.arange(each)[:, np.newaxis, np.newaxis] + rng.random((each, *audience.shape))) / each
    places = np.ceil(parts * audience)
    samples = (reading.done(places) - came)[:, is_any]
    weights = np.broadcast_to(audience[is_any], samples.shape)
    last = np.where(is_any, reading.done(audience) - came, -np.inf).max(axis=0)
    p50, p99 = _percentiles(samples.ravel(), weights.ravel(), (0.5, 0.99))
    return Times(p50, p99, float(np.median(last[np.isfinite(last)])))


def _percentiles(values: Floats, weights: Whole, wanted: tuple[float, ...]) -> list[float]:
    if weights.min() == weights.max():  # as many deliveries each: then nothing needs sorting
        found: list[float] = np.quantile(values, wanted).tolist()
        return found
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    places = np.searchsorted(cumulated, np.array(wanted) * cumulated[-1])
    return [float(values[order][place]) for place in places]
