"""Which loads a target is measured at: corners and the centre, and two outermost ones that the fit never sees."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

from wswarm.experiment.sizing.setting import Between, Setting

MOST_USED = 0.75  # of a core, by a worker: beyond that a little more load makes times much longer
_LOW, _MIDDLE, _HIGH = 0.35, 0.55, 0.75  # of the most that it is loaded with
_MACHINE = 0.8  # of all cores, by server and generator together
_AGENT = 0.7  # of a core, by each process that holds connections
_SHARE = 0.5  # of what a publish takes that its deliveries do, where their number was not varied
_LEAST = 0.1  # of it that either takes: a division by nothing is no rate
_FITTED = 0.6  # of the highest number of connections: what is held out lies outside


class Wanted(NamedTuple):
    """A cell before it is measured.

    Attributes:
        share: Of the highest rate that target, generator and machine carry with so many connections.
        held_out: Whether the fit is not to see it.
    """

    workers: int
    connections: int
    rooms: int
    size: int
    share: float
    held_out: bool = False

    @property
    def fanout(self) -> int:
        """Subscribers of each publish."""
        return self.connections // self.rooms


class Work(NamedTuple):
    """What a publish costs, roughly: CPU s of the server's process and of the generator.

    Attributes:
        publish_s: Without its deliveries; `own_publish_s`: the generator's.
        delivery_s: Of each delivery; `own_delivery_s`: the generator's.
        idle: Cores that the server's process uses without any publish; `own_idle`: the generator.
    """

    publish_s: float
    delivery_s: float
    own_publish_s: float
    own_delivery_s: float
    idle: float = 0.0
    own_idle: float = 0.0


def cells_of(setting: Setting) -> list[Wanted]:
    """Return the cells, in no order that matters: 8 with one number of workers, 11 with more."""
    low, high = (round(one) for one in setting.connections)
    most = max(low, round(_FITTED * high)) if high > low else high
    centre = round(sqrt(low * most))
    small, large = (round(one) for one in setting.sizes)
    many = setting.rooms
    few = max(min(2, many), many // 4)  # of one room {room} would be nobody's name
    least, *more = setting.workers
    found = [
        Wanted(least, low, few, small, _LOW),
        Wanted(least, low, many, large, _HIGH),
        Wanted(least, most, many, large, _LOW),
        Wanted(least, most, few, small, _HIGH),
        Wanted(least, centre, many, small, _MIDDLE),
        Wanted(least, centre, few, large, _MIDDLE),
        Wanted(least, low, many, small, 1.0, held_out=True),
        Wanted(more[-1] if more else least, high, few, small, _HIGH, held_out=True),
    ]
    for workers in more:
        found += [
            Wanted(workers, low, many, small, _HIGH),
            Wanted(workers, most, few, small, _MIDDLE),
            Wanted(workers, centre, few, large, _LOW),
        ]
    return list(dict.fromkeys(one._replace(rooms=min(one.rooms, one.connections)) for one in found))


def rate_of(wanted: Wanted, work: Work, cores: float, bounds: Between | None) -> float:
    """Return the rate of a cell, per s.

    Args:
        cores: That server and generator share.
        bounds: That the user has set.
    """
    fanout, workers = wanted.fanout, wanted.workers
    worker_s = work.publish_s + work.delivery_s * fanout / workers
    in_all_s = workers * worker_s + work.own_publish_s + work.own_delivery_s * fanout
    idle = workers * work.idle + work.own_idle
    most = (max(_LEAST * MOST_USED, MOST_USED - work.idle), max(_LEAST * cores, _MACHINE * cores - idle))
    rate = wanted.share * min(most[0] / worker_s, most[1] / in_all_s)
    return rate if bounds is None else min(max(rate, bounds.low), bounds.high)


def agents_of(wanted: Wanted, work: Work, rate: float) -> int:
    """Return how many processes have to hold the connections so that none of them is too busy."""
    return min(wanted.connections, ceil(rate * work.own_delivery_s * wanted.fanout / _AGENT) or 1)


def cost_of(trials: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Return what a publish takes without its deliveries and what each of them takes, CPU s; of neither nothing.

    Args:
        trials: Fan-out and CPU s per publish, with few and with many subscribers.
    """
    (few, few_s), (many, many_s) = trials
    delivery_s = max(0.0, (many_s - few_s) / (many - few)) if many > few else _SHARE * few_s / few
    return max(few_s - delivery_s * few, _LEAST * few_s), max(delivery_s, _LEAST * few_s / few)
