"""What accounting for hours of load takes, fed as fast as it goes: memory, CPU time of a fold and of the end.

`python -m benchmarks.simulate_accounting [HOURS]` prints it for 20 broadcasts/s to 1,000 subscribers, for 2,000
echoes/s, and for 5 broadcasts/s to subscribers who come and go, quarter by quarter, and then the longest callback for
1,000 broadcasts to 50,000 subscribers. It exits with 1 if anything grew by more than a tenth from the second quarter
to the last, or took longer than it may.

A fold is timed beside that of a young account, which is given the same in turns with it: what the machine does to one
it does to the other. What grows is their ratio.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from statistics import median
from time import process_time
from typing import NamedTuple, Protocol

import numpy as np
import psutil

from benchmarks.churn_load import ChurnLoad
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals, Int64s, Window
from wswarm.stats.flights import Flights
from wswarm.stats.published import Published
from wswarm.stats.tally import Batch
from wswarm.units import NS_PER_S

MOST_GROWTH = 1.1
MOST_END_S = 0.1
MOST_CALLBACK_S = 0.02
PATIENCE_NS = 5 * NS_PER_S
_STRETCH, _BESIDE = 4_096, 512  # of so many folds the last so many have a young account beside them
_CHANCE = np.random.default_rng(1)

Memory = Callable[[], int]


def resident() -> int:
    """Return the resident bytes of this process."""
    return int(psutil.Process().memory_info().rss)


class Load(Protocol):
    """A load, and the account that is kept of it."""

    folds_per_s: int

    def prepare(self, number: int) -> Callable[[], None]:
        """Make what comes between one fold and the next; return that fold."""

    def end(self) -> Arrivals:
        """Settle all that is left, and return what was found."""


class BroadcastLoad:
    """Broadcasts, of which one subscriber in ten thousand misses one; a fold for each.

    Args:
        ago_ns: How long the run has gone on before the first of them.
    """

    def __init__(self, rate: int = 20, subscribers: int = 1_000, ago_ns: int = 0) -> None:
        self.folds_per_s = rate
        self.tally = Broadcasts(_window(ago_ns), [1], PATIENCE_NS)
        self.tally.see(np.full(subscribers, -PATIENCE_NS), *[np.full(subscribers, STILL_OPEN)] * 2)
        self._rows = np.arange(subscribers)

    def prepare(self, number: int) -> Callable[[], None]:
        """As `Load.prepare`."""
        due_ns = number * NS_PER_S // self.folds_per_s + 1
        published = _published(number, due_ns)
        got = self._rows[_CHANCE.random(len(self._rows)) > 1e-4]
        batch = _batch(got, number, due_ns, _delays_ns(len(got)))

        def fold() -> None:
            self.tally.publish(published)
            self.tally.record(batch)
            self.tally.settle_some(due_ns)
            self.tally.take_settled()  # which is then on its way to the front end

        return fold

    def end(self) -> Arrivals:
        """As `Load.end`."""
        while self.tally.settle_some(0, is_over=True):
            pass
        return self.tally.findings()


class EchoLoad:
    """Echoes, of which one in a hundred thousand is lost.

    Args:
        ago_ns: As of `BroadcastLoad`.
    """

    def __init__(
        self, rate: int = 2_000, connections: int = 1_000, folds_per_s: int = 10, ago_ns: int = 0
    ) -> None:
        self.folds_per_s = folds_per_s
        self.tally = Flights(_window(ago_ns), connections, PATIENCE_NS)
        self.tally.join(1 + np.arange(connections))
        self._size, self._rate, self._connections = rate // folds_per_s, rate, connections

    def prepare(self, number: int) -> Callable[[], None]:
        """As `Load.prepare`."""
        numbers = number * self._size + np.arange(self._size)
        due_ns, rows = numbers * (NS_PER_S // self._rate) + 1, numbers % self._connections
        got = _CHANCE.random(self._size) > 1e-5
        batch = Batch(rows, 1 + rows, numbers, due_ns, due_ns + _delays_ns(self._size)).where(got)

        def fold() -> None:
            self.tally.expect(due_ns, rows)
            self.tally.note_sent(numbers, due_ns + 1_000)
            self.tally.record(batch)
            self.tally.retire(int(due_ns[-1]))
            self.tally.take_settled()  # which is then on its way to the front end

        return fold

    def end(self) -> Arrivals:
        """As `Load.end`."""
        still_open = np.full(self._connections, STILL_OPEN)
        self.tally.settle(still_open, still_open)
        return self.tally.findings()


@dataclass
class Quarter:
    """A quarter of a simulation.

    Attributes:
        memory: Bytes held at its end.
        folds_s: The median fold of each stretch. `ratios`: the same over that of a young account.
    """

    memory: int = 0
    folds_s: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)


class Growth(NamedTuple):
    """The last quarter over the second."""

    memory: float
    fold: float


@dataclass
class Simulated:
    """A simulation's quarters, and how long the end took."""

    quarters: list[Quarter]
    end_s: float

    @property
    def growth(self) -> Growth:
        """How much more the last quarter took than the second."""
        second, last = self.quarters[1], self.quarters[3]
        return Growth(last.memory / second.memory, median(last.ratios) / median(second.ratios))


def simulate(make: Callable[[], Load], seconds: int, memory: Memory = resident) -> Simulated:
    """Account for so many seconds of a load."""
    load = make()
    quarters, count = [], seconds * load.folds_per_s // 4
    for first in range(0, 4 * count, count):
        quarter = Quarter()
        for stretch in _stretches(first, first + count):
            _account(load, make, stretch, quarter)
        quarter.memory = memory()
        quarters.append(quarter)
    began_s = process_time()
    load.end()
    return Simulated(quarters, process_time() - began_s)


def _account(load: Load, make: Callable[[], Load], stretch: range, quarter: Quarter) -> None:
    """Account for a stretch, at the end of it beside a young account."""
    alone, beside = stretch[:-_BESIDE], stretch[-_BESIDE:]
    for number in alone:
        load.prepare(number)()
    young, own_s, young_s = make(), [], []
    for place, number in enumerate(beside):
        own_s.append(_took_s(load.prepare(number)))
        young_s.append(_took_s(young.prepare(place)))
    quarter.folds_s.append(median(own_s))
    quarter.ratios.append(median(own_s) / median(young_s))


def _stretches(first: int, end: int) -> Iterator[range]:
    parts = max(1, (end - first) // _STRETCH)
    bounds = [first + (end - first) * part // parts for part in range(parts + 1)]
    return (range(*pair) for pair in pairwise(bounds))


def longest_callback_s(subscribers: int = 50_000, count: int = 1_000, deliveries: int = 8_192) -> float:
    """Return the longest that anything took: so many deliveries a fold, as an agent folds when it has much to do."""
    tally = Broadcasts(_window(), [1], PATIENCE_NS)
    tally.see(np.full(subscribers, -PATIENCE_NS), *[np.full(subscribers, STILL_OPEN)] * 2)
    rows, longest = np.arange(subscribers), 0.0
    for number in range(count):
        due_ns = number * NS_PER_S + 1
        got = rows[_CHANCE.random(subscribers) > 1e-4]
        parts = [got[low : low + deliveries] for low in range(0, len(got), deliveries)]
        steps: list[Callable[[], object]] = [partial(tally.publish, _published(number, due_ns))]
        steps += [
            partial(tally.record, _batch(part, number, due_ns, 200_000 + 1_000 * part)) for part in parts
        ]
        steps += [partial(tally.settle_some, due_ns)] * 3
        steps.append(partial(tally.findings, is_over=False))  # as at a checkpoint
        longest = max(longest, *map(_took_s, steps))
        tally.take_settled()
    is_left = True
    while is_left:
        began_s = process_time()
        is_left = tally.settle_some(0, is_over=True)
        longest = max(longest, process_time() - began_s)
    return max(longest, _took_s(tally.findings))


def _took_s(step: Callable[[], object]) -> float:
    began_s = process_time()
    step()
    return process_time() - began_s


def _window(ago_ns: int = 0) -> Window:
    return Window(-ago_ns, 0, 0, STILL_OPEN)


def _published(number: int, due_ns: int) -> Published:
    return Published(*(np.array([value]) for value in (number, due_ns, due_ns + 1_000)))


def _batch(rows: Int64s, number: int, due_ns: int, delay_ns: Int64s) -> Batch:
    same = np.ones(len(rows), np.int64)
    return Batch(rows, same, number * same, due_ns * same, due_ns + delay_ns)


def _delays_ns(count: int) -> Int64s:
    """Return so many delays with a median of 1 ms: one in a thousand takes 5 ms or more."""
    return _CHANCE.lognormal(np.log(1e6), 0.5, count).astype(np.int64)


def _tell(name: str, seen: Simulated) -> bool:
    """Print what was seen; return whether all is within its bounds."""
    print(name)
    for place, quarter in enumerate(seen.quarters):
        fold = f"{median(quarter.folds_s) * 1e6:.0f} µs, {median(quarter.ratios):.3f} of a young account's"
        print(f"  quarter {place + 1}: {quarter.memory / 1e6:.1f} MB, a fold {fold}")
    growth = seen.growth
    print(f"  the last over the second: memory {growth.memory:.3f}, fold {growth.fold:.3f} (≤ {MOST_GROWTH})")
    print(f"  the end: {seen.end_s * 1000:.1f} ms (≤ {MOST_END_S * 1000:.0f})")
    return max(growth) <= MOST_GROWTH and seen.end_s <= MOST_END_S


def main(hours: float) -> int:
    """Print all; return 0 if all is within its bounds, else 1."""
    seconds = round(hours * 3600)
    are_kept = [
        _tell("20 broadcasts/s to 1,000 subscribers", simulate(BroadcastLoad, seconds)),
        _tell("2,000 echoes/s", simulate(EchoLoad, seconds)),
        _tell(
            "5 broadcasts/s to 1,000 subscribers, of whom 50 a second come and go",
            simulate(partial(ChurnLoad, hours=hours), seconds),
        ),
    ]
    longest_s = longest_callback_s()
    print("1,000 broadcasts to 50,000 subscribers")
    print(f"  the longest callback: {longest_s * 1000:.1f} ms (≤ {MOST_CALLBACK_S * 1000:.0f})")
    return 0 if all(are_kept) and longest_s <= MOST_CALLBACK_S else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0))
