"""Slow readers: who they are, when they are slow, and which plans could never show it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.errors import PlanError
from wswarm.load.slow import HEALTHY, SLOW, SWALLOWED, Readers, blocks_of, check_readers, cohorts_of, slow_ids
from wswarm.units import parse_size

LAW = settings(max_examples=100, deadline=None, derandomize=True)
FINE = Readers(
    connections=500, share=0.02, read=0, pairs=6, duration=60, rate=20, size=65_536, swallows=SWALLOWED
)


def refusal(**changed: float) -> str:
    """Return what is said of readers that can't be."""
    with pytest.raises(PlanError) as refused:
        check_readers(FINE._replace(**changed))
    return str(refused.value)


def test_two_in_a_hundred_of_500_are_every_fiftieth_and_have_healthy_ones_on_both_sides() -> None:
    assert slow_ids(500, 10) == [26, 76, 126, 176, 226, 276, 326, 376, 426, 476]


@LAW
@given(st.integers(2, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n - 1))))
def test_everybody_is_in_one_cohort_and_the_slow_ones_are_spread(of: tuple[int, int]) -> None:
    connections, slow = of
    cohorts = cohorts_of(connections, slow)
    assert sorted(one for ids in cohorts.values() for one in ids) == list(range(1, connections + 1))
    assert len(cohorts[SLOW]) == slow
    apart = {later - one for one, later in zip(cohorts[SLOW], cohorts[SLOW][1:], strict=False)}
    assert not apart or max(apart) - min(apart) <= 1
    assert all(one - 1 in cohorts[SLOW] for one in cohorts["behind"])
    assert all(one + 1 in cohorts[SLOW] for one in cohorts["before"])
    assert not any({one - 1, one + 1} & set(cohorts[SLOW]) for one in cohorts["others"])
    assert sum(len(cohorts[name]) for name in HEALTHY) == connections - slow


def test_blocks_alternate_so_that_a_drift_cancels_out() -> None:
    assert blocks_of(3) == [False, True, True, False, False, True]


def test_the_kernels_swallow_before_a_target_feels_anything() -> None:
    readers = FINE._replace(read=100_000)
    assert readers.pressed_s == pytest.approx(SWALLOWED / (20 * (65_536 + 4) - 100_000))


def test_readers_that_a_target_notices_are_fine() -> None:
    check_readers(FINE)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"share": 0.0}, "--slow 0%"),
        ({"share": 1.0}, "--slow 100%"),
        ({"share": 0.02, "connections": 10}, "--slow 2% of -c 10 is nobody: use --slow 10%, or -c 50"),
        ({"share": 0.9, "connections": 2}, "leaves nobody healthy"),
        ({"pairs": 0}, "--pairs 0"),
        ({"read": -1.0}, "--read -1"),
        ({"swallows": -1}, "--swallows -1"),
        ({"duration": 0.2, "swallows": 0, "pairs": 6}, "--duration 0.2s for --pairs 6"),
    ],
)
def test_what_can_not_be_is_named(changed: dict[str, float], words: str) -> None:
    assert words in refusal(**changed)


@pytest.mark.parametrize(
    "changed", [{"size": 46}, {"size": 4_096}, {"size": 4_096, "read": 20_000.0}, {"rate": 2.0}]
)
def test_a_target_that_could_never_notice_is_refused_with_mends_that_work(changed: dict[str, float]) -> None:
    told = refusal(**changed)
    assert "back-pressure" in told
    readers = FINE._replace(**changed)
    size, longer = re.search(r"--size (\d+KiB),", told), re.search(r"-d (\d+)s", told)
    assert size is not None
    assert longer is not None
    check_readers(readers._replace(size=parse_size(size[1])))
    check_readers(readers._replace(duration=float(longer[1])))
    check_readers(readers._replace(swallows=0))


@pytest.mark.parametrize("size", [46, 65_536])
def test_readers_who_keep_up_are_no_slow_ones(size: int) -> None:
    readers = FINE._replace(size=size, read=2_000_000.0)
    told = refusal(size=size, read=2_000_000.0)
    assert "--read 2000000/s" in told
    assert "back-pressure" in told
    mended, bigger = re.search(r"--read (\d+)/s, or", told), re.search(r"--size (\d+KiB)", told)
    assert bigger is not None
    check_readers(readers._replace(size=parse_size(bigger[1])))
    if mended is not None:
        check_readers(readers._replace(read=float(mended[1])))
