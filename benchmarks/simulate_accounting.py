"""What accounting for hours of load takes, fed as fast as it goes: memory, CPU time of a fold and of the end.

`python -m benchmarks.simulate_accounting [HOURS]` prints it for 20 broadcasts/s to 1,000 subscribers and for 2,000
echoes/s, quarter by quarter, and then the longest callback for 1,000 broadcasts to 50,000 subscribers.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from time import process_time

import numpy as np
import psutil

from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Window
from wswarm.stats.flights import Flights
from wswarm.stats.published import Published
from wswarm.stats.tally import Batch
from wswarm.units import NS_PER_S

WINDOW = Window(0, 0, 0, STILL_OPEN)
PATIENCE_NS = 5 * NS_PER_S
_CHANCE = np.random.default_rng(1)


Memory = Callable[[], int]


def resident() -> int:
    """Return the resident bytes of this process."""
    return int(psutil.Process().memory_info().rss)


@dataclass
class Quarter:
    """A quarter of a simulation: bytes held at its end, and how long each fold took."""

    memory: int = 0
    folds_s: list[float] = field(default_factory=list)

    @property
    def fold_s(self) -> float:
        """The median."""
        return median(self.folds_s)


@dataclass
class Simulated:
    """A simulation's quarters, and how long the end took."""

    quarters: list[Quarter]
    end_s: float


def broadcasts(
    seconds: int, rate: int = 20, subscribers: int = 1_000, memory: Memory = resident
) -> Simulated:
    """Account for broadcasts, of which one subscriber in ten thousand misses one."""
    tally = Broadcasts(WINDOW, [1], PATIENCE_NS)
    tally.see(np.full(subscribers, -PATIENCE_NS), *[np.full(subscribers, STILL_OPEN)] * 2)
    rows, gap_ns = np.arange(subscribers), NS_PER_S // rate

    def fold(number: int) -> None:
        due_ns = number * gap_ns + 1
        tally.publish(Published(*(np.array([value]) for value in (number, due_ns, due_ns + 1_000))))
        got = rows[_CHANCE.random(subscribers) > 1e-4]
        tally.record(_batch(got, 1, number, due_ns, 200_000 + 1_000 * rows[: len(got)]))
        tally.settle_some(due_ns)
        tally.take_settled()  # which is then on its way to the front end

    def end() -> None:
        while tally.settle_some(0, is_over=True):
            pass
        tally.findings()

    return _simulated(range(seconds * rate), fold, end, memory)


def echoes(
    seconds: int, rate: int = 2_000, connections: int = 1_000, folds: int = 10, memory: Memory = resident
) -> Simulated:
    """Account for echoes, of which one in a hundred thousand is lost; so many folds per second."""
    tally = Flights(WINDOW, connections, PATIENCE_NS)
    tally.join(1 + np.arange(connections))
    size = rate // folds
    still_open = np.full(connections, STILL_OPEN)

    def fold(number: int) -> None:
        numbers = number * size + np.arange(size)
        due_ns, rows = numbers * (NS_PER_S // rate) + 1, numbers % connections
        tally.expect(due_ns, rows)
        tally.note_sent(numbers, due_ns + 1_000)
        got = _CHANCE.random(size) > 1e-5
        delay_ns = 200_000 + _CHANCE.integers(0, 10**6, size)
        tally.record(Batch(rows, 1 + rows, numbers, due_ns, due_ns + delay_ns).where(got))
        tally.retire(int(due_ns[-1]))

    def end() -> None:
        tally.settle(still_open, still_open)
        tally.findings()

    return _simulated(range(seconds * folds), fold, end, memory)


def longest_callback_s(subscribers: int = 50_000, count: int = 1_000, deliveries: int = 8_192) -> float:
    """Return the longest that anything took: so many deliveries a fold, as an agent folds when it has much to do."""
    tally = Broadcasts(WINDOW, [1], PATIENCE_NS)
    tally.see(np.full(subscribers, -PATIENCE_NS), *[np.full(subscribers, STILL_OPEN)] * 2)
    rows, longest = np.arange(subscribers), 0.0
    for number in range(count):
        due_ns = number * NS_PER_S + 1
        got = rows[_CHANCE.random(subscribers) > 1e-4]
        published = Published(*(np.array([value]) for value in (number, due_ns, due_ns + 1_000)))
        parts = [got[low : low + deliveries] for low in range(0, len(got), deliveries)]
        steps: list[Callable[[], object]] = [lambda log=published: tally.publish(log)]  # type: ignore[misc]
        steps += [
            _recording(tally, _batch(part, 1, number, due_ns, 200_000 + 1_000 * part)) for part in parts
        ]
        steps += [lambda now=due_ns: tally.settle_some(now)] * 3  # type: ignore[misc]
        for step in steps:
            began_s = process_time()
            step()
            longest = max(longest, process_time() - began_s)
        tally.take_settled()
    is_left = True
    while is_left:
        began_s = process_time()
        is_left = tally.settle_some(0, is_over=True)
        longest = max(longest, process_time() - began_s)
    return longest


def _recording(tally: Broadcasts, batch: Batch) -> Callable[[], object]:
    return lambda: tally.record(batch)


def _batch(rows: np.ndarray, publisher: int, number: int, due_ns: int, delay_ns: np.ndarray) -> Batch:
    same = np.ones(len(rows), np.int64)
    return Batch(rows, publisher * same, number * same, due_ns * same, due_ns + delay_ns)


def _simulated(
    steps: range, fold: Callable[[int], None], end: Callable[[], None], memory: Memory
) -> Simulated:
    quarters = []
    for part in _quarters(steps):
        quarter = Quarter()
        for step in part:
            began_s = process_time()
            fold(step)
            quarter.folds_s.append(process_time() - began_s)
        quarter.memory = memory()
        quarter.folds_s = [quarter.fold_s]  # a list of all would count as memory
        quarters.append(quarter)
    began_s = process_time()
    end()
    return Simulated(quarters, process_time() - began_s)


def _quarters(steps: range) -> Iterator[range]:
    size = len(steps) // 4
    for place in range(4):
        yield steps[place * size : (place + 1) * size]


def _tell(name: str, seen: Simulated) -> None:
    print(name)
    for place, quarter in enumerate(seen.quarters):
        print(f"  quarter {place + 1}: {quarter.memory / 1e6:.1f} MB, a fold {quarter.fold_s * 1e6:.0f} µs")
    second, last = seen.quarters[1], seen.quarters[3]
    ratios = last.memory / second.memory, last.fold_s / second.fold_s
    print("  the last against the second: memory {:.3f}, fold {:.3f}".format(*ratios))
    print(f"  the end: {seen.end_s * 1000:.1f} ms")


if __name__ == "__main__":
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    _tell("20 broadcasts/s to 1,000 subscribers", broadcasts(round(hours * 3600)))
    _tell("2,000 echoes/s", echoes(round(hours * 3600)))
    print(f"1,000 broadcasts to 50,000 subscribers: no callback over {longest_callback_s() * 1000:.1f} ms")
