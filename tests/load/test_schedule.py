"""When to send: counts, order and spacing of the intended times."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.load import schedule as module
from wswarm.load.schedule import BLOCK, Schedule
from wswarm.stats.findings import Int64s
from wswarm.units import NS_PER_S

LAW = settings(max_examples=60, deadline=None, derandomize=True)
Arrivals = Literal["constant", "poisson"]
ARRIVALS: tuple[Arrivals, ...] = ("constant", "poisson")


def offsets(schedule: Schedule) -> Int64s:
    """Return all intended times, ns from the load's start."""
    blocks = [block.offsets_ns for block in schedule.blocks()]
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int64)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw a schedule of at most some thousand sends."""
    return Schedule(
        rate=draw(st.floats(0.1, 1000)),
        warmup=draw(st.floats(0, 2)),
        hold=draw(st.floats(0.1, 3)),
        arrivals=draw(st.sampled_from(ARRIVALS)),
        seed=draw(st.integers(0, 2**63 - 1)),
    )


@LAW
@given(schedules())
def test_each_phase_has_exactly_its_rounded_number_of_sends(schedule: Schedule) -> None:
    times_ns = offsets(schedule)
    in_warmup = int(np.count_nonzero(times_ns < schedule.warmup_ns))
    assert in_warmup == round(schedule.rate * schedule.warmup)
    assert len(times_ns) - in_warmup == round(schedule.rate * schedule.hold)


@LAW
@given(schedules())
def test_sends_ascend_and_stay_within_the_load(schedule: Schedule) -> None:
    times_ns = offsets(schedule)
    assert (np.diff(times_ns) >= 0).all()
    assert not len(times_ns) or 0 <= times_ns[0] <= times_ns[-1] < schedule.warmup_ns + schedule.hold_ns


@LAW
@given(schedules())
def test_every_process_computes_the_same_times(schedule: Schedule) -> None:
    again = Schedule(
        rate=schedule.rate,
        warmup=schedule.warmup,
        hold=schedule.hold,
        arrivals=schedule.arrivals,
        seed=schedule.seed,
    )
    assert np.array_equal(offsets(schedule), offsets(again))


@LAW
@given(schedules())
def test_the_first_of_a_block_is_numbered_after_the_last_of_the_one_before(schedule: Schedule) -> None:
    expected = 0
    for block in schedule.blocks():
        assert block.first == expected
        expected += len(block.offsets_ns)
    assert expected == schedule.sends


@pytest.mark.parametrize("arrivals", ARRIVALS)
@pytest.mark.parametrize("sends", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1])
def test_the_border_between_blocks_loses_no_send(sends: int, arrivals: Arrivals) -> None:
    schedule = Schedule(rate=float(sends), warmup=1.0, hold=1.0, arrivals=arrivals, seed=1)
    times_ns = offsets(schedule)
    assert int(np.count_nonzero(times_ns < NS_PER_S)) == sends
    assert len(times_ns) == 2 * sends
    assert (np.diff(times_ns) >= 0).all()


def test_a_block_of_constant_arrivals_is_no_longer_than_its_limit() -> None:
    schedule = Schedule(rate=2.5 * BLOCK, warmup=0.0, hold=1.0)
    assert [len(block.offsets_ns) for block in schedule.blocks()] == [BLOCK, BLOCK, BLOCK // 2]


@pytest.mark.parametrize("rate", [1.0, 3.0, 7.0, 997.0, 70_001.0])
def test_constant_arrivals_are_evenly_spaced(rate: float) -> None:
    times_ns = offsets(Schedule(rate=rate, warmup=0.0, hold=2.0))
    exact = np.arange(len(times_ns)) * (2.0 * NS_PER_S / len(times_ns))
    assert np.abs(times_ns - exact).max() <= 1


def test_the_first_send_of_the_hold_is_due_when_the_hold_begins() -> None:
    schedule = Schedule(rate=10.0, warmup=0.35, hold=1.0)
    times_ns = offsets(schedule)
    assert times_ns[schedule.warmup_sends] == schedule.warmup_ns


@pytest.mark.parametrize("arrivals", ARRIVALS)
def test_without_a_rate_nothing_is_due(arrivals: Arrivals) -> None:
    schedule = Schedule(rate=0.0, warmup=1.0, hold=1.0, arrivals=arrivals)
    assert (schedule.sends, list(schedule.blocks())) == (0, [])


def test_without_a_warm_up_the_hold_begins_at_once() -> None:
    schedule = Schedule(rate=10.0, warmup=0.0, hold=1.0)
    assert schedule.warmup_sends == 0
    assert offsets(schedule)[0] == 0


def test_another_seed_gives_other_random_times() -> None:
    one, other = (
        offsets(Schedule(rate=50, warmup=0, hold=1, arrivals="poisson", seed=seed)) for seed in (1, 2)
    )
    assert not np.array_equal(one, other)


def test_the_seed_does_not_move_constant_arrivals() -> None:
    one, other = (offsets(Schedule(rate=50, warmup=0, hold=1, seed=seed)) for seed in (1, 2))
    assert np.array_equal(one, other)


def distance_from_exponential(gaps: Int64s, mean: float) -> float:
    """Return the Kolmogorov-Smirnov distance between the gaps and an exponential distribution."""
    ordered = np.sort(gaps)
    theory = 1 - np.exp(-ordered / mean)
    ranks = np.arange(len(ordered) + 1) / len(ordered)
    return float(max(np.abs(theory - ranks[:-1]).max(), np.abs(theory - ranks[1:]).max()))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("block", [BLOCK, 500])
def test_poisson_arrivals_have_exponential_gaps(
    seed: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    schedule = Schedule(rate=5000.0, warmup=0.0, hold=4.0, arrivals="poisson", seed=seed)
    gaps = np.diff(offsets(schedule))
    limit = 1.63 / np.sqrt(len(gaps))  # Kolmogorov-Smirnov, 1 %
    assert distance_from_exponential(gaps, NS_PER_S / schedule.rate) < limit


def test_constant_arrivals_would_fail_the_test_of_exponential_gaps() -> None:
    gaps = np.diff(offsets(Schedule(rate=5000.0, warmup=0.0, hold=4.0)))
    assert distance_from_exponential(gaps, NS_PER_S / 5000.0) > 0.3


def test_poisson_arrivals_fall_in_every_part_of_a_phase_by_chance() -> None:
    schedule = Schedule(rate=3.0 * BLOCK, warmup=0.0, hold=1.0, arrivals="poisson", seed=5)
    sizes = [len(block.offsets_ns) for block in schedule.blocks()]
    assert sum(sizes) == 3 * BLOCK
    assert len(set(sizes)) > 1
    assert max(abs(size - BLOCK) for size in sizes) < 5 * np.sqrt(BLOCK)
