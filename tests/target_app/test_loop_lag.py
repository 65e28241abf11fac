import asyncio
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_app.loop_lag import LagReading, LoopLag


def test_before_the_first_sample_the_lag_is_unknown_not_zero() -> None:
    assert LoopLag(0.1, 60).reading() == LagReading(None, None, None, 0, 60)


def test_a_reading_is_in_seconds() -> None:
    lag = LoopLag(0.1, 60)
    lag.add(3_000_000)
    lag.add(1_000_000)
    assert lag.reading() == LagReading(last_s=0.001, max_s=0.003, mean_s=0.002, samples=2, window_s=60)


def test_a_timer_that_fires_early_counts_as_no_lag() -> None:
    lag = LoopLag(0.1, 60)
    lag.add(-500)
    assert lag.reading().max_s == 0


@given(st.lists(st.integers(0, 10**10), min_size=1), st.integers(1, 20))
def test_only_the_window_counts(samples_ns: list[int], size: int) -> None:
    lag = LoopLag(1, size)
    for sample_ns in samples_ns:
        lag.add(sample_ns)
    recent, reading = samples_ns[-size:], lag.reading()
    assert (reading.samples, reading.last_s) == (len(recent), recent[-1] / 1e9)
    assert reading.max_s == max(recent) / 1e9
    assert reading.mean_s == pytest.approx(sum(recent) / len(recent) / 1e9)


def test_a_blocked_loop_shows_as_lag() -> None:
    lag = LoopLag(0.001, 1)

    async def block() -> None:
        sampling = asyncio.create_task(lag.measure())
        await asyncio.sleep(0)
        time.sleep(0.05)
        while not lag.reading().samples:
            await asyncio.sleep(0)
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling

    asyncio.run(block())
    assert (lag.reading().max_s or 0) >= 0.049
