"""The instrument's own hot paths, a thousand messages a round."""

import asyncio

import numpy as np
import pytest

from wswarm.drive.capture import Capture
from wswarm.drive.clock import now_ns
from wswarm.drive.pacer import Pacer
from wswarm.load.arrivals import given_in_all
from wswarm.load.marker import prefix_for
from wswarm.load.marks import read_marks, write_marks
from wswarm.load.turns import Pace, Turns
from wswarm.stats.bins import Bins
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Window
from wswarm.stats.histogram import Histogram
from wswarm.stats.ledger import Ledger, Order
from wswarm.stats.published import Published
from wswarm.units import NS_PER_S

N = 1000
PREFIX = prefix_for(1)
NUMBERS = np.arange(N, dtype=np.int64)
ZEROS = np.zeros(N, np.int64)
TIMES_NS = np.random.default_rng(1).lognormal(13, 1, N).astype(np.int64)

pytestmark = pytest.mark.benchmark(group="hot paths, 1,000 messages")


def test_taking_messages(benchmark):
    capture = Capture(PREFIX)
    message = PREFIX + b"0" * 32

    def take_all():
        for row in range(N):
            capture.take(row, message)
        capture.forget()

    benchmark(take_all)


def test_tallying_a_broadcast(benchmark):
    capture = Capture(PREFIX)
    tally = Broadcasts(Window(0, 0, 0, 1 << 62), [9], NS_PER_S)
    tally.see(ZEROS, *[np.full(N, STILL_OPEN)] * 2)
    numbers = iter(range(1 << 20))

    def taken():
        number = np.array([next(numbers)])
        (mark,) = write_marks(np.array([9]), number, np.array([1]))
        tally.publish(Published(number, np.array([1]), np.array([2])))
        for row in range(N):
            capture.take(row, PREFIX + mark)
        return (), {}

    def account():
        tally.record(capture.drain())
        tally.settle_some(0)

    benchmark.pedantic(account, setup=taken, rounds=200)


def test_writing_marks(benchmark):
    benchmark(write_marks, ZEROS, NUMBERS, TIMES_NS)


def test_reading_marks(benchmark):
    benchmark(read_marks, b"".join(write_marks(ZEROS, NUMBERS, TIMES_NS)))


def test_entering_in_the_ledger(benchmark):
    number = iter(range(1 << 40))

    def arrivals():
        return (next(number) * N + NUMBERS,), {}

    benchmark.pedantic(Ledger().enter, setup=arrivals, rounds=500)


def test_finding_what_was_overtaken(benchmark):
    order, number = Order(), iter(range(1 << 40))
    order.add_pairs(N)

    def arrivals():
        return (NUMBERS, np.full(N, next(number))), {}

    benchmark.pedantic(order.before, setup=arrivals, rounds=500)


def test_recording_in_the_histogram(benchmark):
    benchmark(Histogram().record, TIMES_NS)


def test_recording_in_bins(benchmark):
    benchmark(Bins().record, ZEROS, TIMES_NS)


@pytest.mark.parametrize("pacing", ["exact", "batched"])
def test_pacing(benchmark, pacing):
    """Waking up and arming the timer anew; nothing is due for a minute, so the loop need not run."""
    due_ns = iter(range(now_ns() + 60 * NS_PER_S, 1 << 62, NS_PER_S))
    with asyncio.Runner() as runner:
        pacer = Pacer(runner.get_loop(), lambda: next(due_ns))
        pacer.adapt(pacing, 1.0)

        def wake_all():
            for _ in range(N):
                pacer.wake()

        benchmark(wake_all)
        pacer.stop()


def test_taking_turns(benchmark):
    pace = Pace(0, 1_000.0, 1)
    benchmark(
        lambda: [next(turns) for turns in [Turns().begin(pace, NUMBERS[:1], ZEROS[:1])] for _ in range(4)]
    )


def test_random_instants(benchmark):
    assert sum(map(len, benchmark(lambda: list(given_in_all(NS_PER_S, N, (1,)))))) == N
