"""Random instants: their number, their order, and how they are distributed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.load import arrivals as module
from wswarm.load.arrivals import BLOCK, given_in_all, without_end
from wswarm.stats.findings import Int64s
from wswarm.units import NS_PER_S

LAW = settings(max_examples=60, deadline=None, derandomize=True)


def given_ns(length_ns: int, count: int, seed: int = 0) -> Int64s:
    """Return that many instants."""
    return np.concatenate([np.zeros(0, np.int64), *given_in_all(length_ns, count, (seed,))])


@LAW
@given(st.integers(1, 3 * NS_PER_S), st.integers(0, 3_000), st.integers(0, 2**63 - 1))
def test_there_are_exactly_so_many_they_ascend_and_every_process_knows_the_same(
    length_ns: int, count: int, seed: int
) -> None:
    times_ns = given_ns(length_ns, count, seed)
    assert len(times_ns) == count
    assert (np.diff(times_ns) >= 0).all()
    assert not count or 0 <= times_ns[0] <= times_ns[-1] < length_ns
    assert np.array_equal(times_ns, given_ns(length_ns, count, seed))


@pytest.mark.parametrize("count", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1])
def test_the_border_between_blocks_loses_none(count: int) -> None:
    times_ns = given_ns(NS_PER_S, count)
    assert len(times_ns) == count
    assert (np.diff(times_ns) >= 0).all()


def test_another_seed_gives_other_times() -> None:
    assert not np.array_equal(given_ns(NS_PER_S, 50, 1), given_ns(NS_PER_S, 50, 2))


def distance_from_exponential(gaps: Int64s, mean: float) -> float:
    """Return the Kolmogorov-Smirnov distance between the gaps and an exponential distribution."""
    ordered = np.sort(gaps)
    theory = 1 - np.exp(-ordered / mean)
    ranks = np.arange(len(ordered) + 1) / len(ordered)
    return float(max(np.abs(theory - ranks[:-1]).max(), np.abs(theory - ranks[1:]).max()))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("block", [BLOCK, 500])
def test_their_gaps_are_exponential(seed: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    gaps = np.diff(given_ns(4 * NS_PER_S, 20_000, seed))
    assert distance_from_exponential(gaps, NS_PER_S / 5_000) < 1.63 / np.sqrt(len(gaps))  # 1 %


def test_evenly_spaced_instants_would_fail_that() -> None:
    gaps = np.diff(np.arange(20_000) * (NS_PER_S // 5_000))
    assert distance_from_exponential(gaps, NS_PER_S / 5_000) > 0.3


def test_they_fall_in_every_part_by_chance() -> None:
    sizes = [len(block) for block in given_in_all(NS_PER_S, 3 * BLOCK, (5,))]
    assert sum(sizes) == 3 * BLOCK
    assert len(set(sizes)) > 1
    assert max(abs(size - BLOCK) for size in sizes) < 5 * np.sqrt(BLOCK)


def test_without_an_end_they_come_as_often_on_the_average_and_go_on_where_the_last_block_ended() -> None:
    blocks = without_end(NS_PER_S / 5_000, np.random.default_rng(1), 500)
    times_ns = np.concatenate([next(blocks) for _ in range(40)])
    gaps = np.diff(times_ns)
    assert gaps.min() >= 0
    assert distance_from_exponential(gaps, NS_PER_S / 5_000) < 1.63 / np.sqrt(len(gaps))
