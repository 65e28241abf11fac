"""Accounting for ever takes bounded memory: a small version of `benchmarks.simulate_accounting`."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from benchmarks.simulate_accounting import Simulated, broadcasts, echoes


@pytest.fixture(autouse=True)
def _traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def held() -> int:
    """Return the bytes that Python holds."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def growth(seen: Simulated) -> float:
    """Return the memory at the end of the last quarter over that at the end of the second."""
    return seen.quarters[3].memory / seen.quarters[1].memory


def test_broadcasts_are_forgotten_as_they_are_settled() -> None:
    assert growth(broadcasts(40, subscribers=40, memory=held)) <= 1.1


def test_echoes_are_forgotten_as_they_are_settled() -> None:
    assert growth(echoes(80, connections=50, folds=1, memory=held)) <= 1.1
