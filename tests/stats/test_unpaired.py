"""The rules of other tools: what they say of the same figures."""

import numpy as np
import pytest
import scipy  # not scipy.stats, which only the worker that needs it imports: it takes seconds
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.interleaved import experiment
from wswarm.stats.compare.slices import Metric
from wswarm.stats.compare.unpaired import RULES, calls_slower, mann_whitney, one_after_the_other, pooled

pytestmark = pytest.mark.xdist_group("scipy")
LAW = settings(max_examples=100, deadline=None, derandomize=True)

P50 = Metric(name="p50", theta=0.05)
CAPACITY = Metric(name="p50", theta=0.05, is_lower_worse=True)
# Whole numbers, so that there are ties.
SAMPLES = st.lists(st.integers(0, 30).map(float), min_size=1, max_size=60)


@LAW
@given(SAMPLES, SAMPLES)
def test_mann_whitney_is_scipy_s(first: list[float], second: list[float]) -> None:
    wanted = scipy.stats.mannwhitneyu(first, second, method="asymptotic")
    above, probability = mann_whitney(first, second)
    assert above * len(first) * len(second) == pytest.approx(wanted.statistic)
    if len({*first, *second}) > 1:
        assert probability == pytest.approx(wanted.pvalue, abs=1e-9)
    else:
        assert probability == 1.0


@pytest.mark.parametrize(
    ("rule", "ratio", "expected"),
    [
        ("mean:10%", 1.09, False),
        ("mean:10%", 1.11, True),
        ("median:5%", 1.04, False),
        ("median:5%", 1.06, True),
        ("mann-whitney", 1.0, False),
        ("mann-whitney", 1.04, True),
        ("mann-whitney", 0.9, False),
    ],
)
def test_a_rule_calls_what_it_is_told_to(rule: str, ratio: float, expected: bool) -> None:
    base = np.random.default_rng(1).normal(1, 0.02, 40)
    assert calls_slower(rule, base.tolist(), (base * ratio).tolist(), P50) is expected
    assert calls_slower(rule, (base * ratio).tolist(), base.tolist(), CAPACITY) is expected


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_calls_what_was_not_measured(rule: str) -> None:
    assert calls_slower(rule, [], [1.0], P50) is False
    assert calls_slower(rule, [1.0], [], P50) is False


def test_one_after_the_other_takes_base_from_the_first_half_and_head_from_the_second() -> None:
    slices = experiment([1.0, 1.0, 2.0, 2.0], level=[1.0, 3.0, 5.0, 7.0])
    base, head = one_after_the_other(slices, P50)
    assert set(base) == {1.0, 3.0}
    assert set(head) == {10.0, 14.0}
    assert len(base) == len(head) == 24
    assert [len(values) for values in pooled(slices, P50)] == [48, 48]
