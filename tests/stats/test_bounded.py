"""Accounting for ever takes bounded memory: small versions of `benchmarks.simulate_accounting`, told in bytes."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from benchmarks.churn_load import ChurnLoad
from benchmarks.simulate_accounting import MOST_GROWTH, BroadcastLoad, EchoLoad, Load, simulate
from wswarm.units import NS_PER_S

DAY_NS = 24 * 3600 * NS_PER_S
Making = Callable[..., Load]
LOADS = pytest.mark.parametrize(
    "make",
    [
        pytest.param(partial(BroadcastLoad, rate=1, subscribers=40), id="broadcasts"),
        pytest.param(partial(ChurnLoad, rate=1, sessions=4.0, stay=10.0, hours=0.2), id="churn"),
        pytest.param(partial(EchoLoad, rate=1_000, connections=50, folds_per_s=1), id="echoes"),
    ],
)


@pytest.fixture(autouse=True)
def _traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def held() -> int:
    """Return the bytes that Python holds."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def peak(load: Load, number: int) -> int:
    """Return how many bytes more a fold held at most than there were before."""
    fold = load.prepare(number)
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    fold()
    return tracemalloc.get_traced_memory()[1] - before


def accounted(load: Load, seconds: int) -> Load:
    """Return a load of so many seconds, accounted for."""
    for number in range(seconds * load.folds_per_s):
        load.prepare(number)()
    return load


@LOADS
def test_what_is_settled_is_forgotten(make: Making) -> None:
    assert simulate(make, 320, held).growth.memory <= MOST_GROWTH


@LOADS
def test_a_fold_takes_as_much_after_a_day_as_at_the_beginning(make: Making) -> None:
    peaks = [[peak(load, number) for number in range(64)] for load in (make(), make(ago_ns=DAY_NS))]
    young, old = (sum(of_load[8:]) for of_load in peaks)  # the first make room
    assert old <= MOST_GROWTH * young


@LOADS
def test_what_is_told_at_the_end_does_not_grow_with_the_run(make: Making) -> None:
    short, long = (accounted(make(), seconds).end() for seconds in (40, 160))
    assert len(long.by_second) <= MOST_GROWTH * len(short.by_second)
    assert len(long.broadcasts.rows) <= 1_000
