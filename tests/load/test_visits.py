"""Connections by stages: there are as many as the line says, at any moment."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.errors import PlanError
from wswarm.load.piecewise import Piecewise
from wswarm.load.stages import check_connections, most_of
from wswarm.load.visits import visits_of
from wswarm.stats.findings import STILL_OPEN
from wswarm.units import NS_PER_S

LAW = settings(max_examples=80, deadline=None, derandomize=True)
STAGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), min_size=1, max_size=6)


@LAW
@given(STAGES)
def test_at_any_moment_there_are_as_many_as_the_line_says_rounded(stages: list[tuple[int, int]]) -> None:
    starts_ns, leaves_ns = visits_of(stages)
    level = Piecewise([(length * NS_PER_S, value) for length, value in stages])
    moments_ns = np.linspace(1, max(1, level.length_ns - 1), 100).astype(np.int64)
    there = (starts_ns <= moments_ns[:, np.newaxis]) & (leaves_ns > moments_ns[:, np.newaxis])
    assert (np.abs(there.sum(axis=1) - level.values(moments_ns)) <= 0.5 + 1e-6).all()


@LAW
@given(STAGES)
def test_they_come_in_order_and_leave_after_they_came(stages: list[tuple[int, int]]) -> None:
    starts_ns, leaves_ns = visits_of(stages)
    assert (np.diff(starts_ns) >= 0).all()
    assert (leaves_ns >= starts_ns).all()
    assert np.count_nonzero(leaves_ns == STILL_OPEN) == stages[-1][1]


def test_who_came_last_leaves_first() -> None:
    starts_ns, leaves_ns = visits_of([(4, 2), (4, 0)])
    assert (starts_ns / NS_PER_S).tolist() == [1, 3]
    assert (leaves_ns / NS_PER_S).tolist() == [7, 5]


def test_who_comes_again_is_another_connection() -> None:
    assert len(visits_of([(1, 3), (1, 0), (1, 3)]).starts_ns) == 6
    assert most_of([(1, 3), (1, 0), (1, 3)]) == 3


@pytest.mark.parametrize(
    ("stages", "named"),
    [([(1, 2.5)], "2.5"), ([(3, 0)], "no stage"), ([(1, 600_000), (1, 0), (1, 600_000)], "1,200,000")],
)
def test_stages_that_are_no_connections_are_refused(stages: list[tuple[float, float]], named: str) -> None:
    with pytest.raises(PlanError, match=named):
        check_connections(stages)
