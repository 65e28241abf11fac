"""Which message is due when, of paces whose ends are known: exactly, and the same for whoever is told of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wswarm.load.pace import Pace
from wswarm.load.schedule import dues_of, instants_of
from wswarm.load.turns import Int64s
from wswarm.units import NS_PER_S

S = NS_PER_S
LAW = settings(max_examples=60, deadline=None, derandomize=True)
STAGES = st.lists(st.tuples(st.integers(0, 3 * S), st.integers(0, 2_000)), min_size=1, max_size=5)


def staged(stages: list[tuple[int, float]], **settings: object) -> Pace:
    """Return the pace of these stages, from 5 s on."""
    until_ns = 5 * S + sum(length_ns for length_ns, _ in stages)
    given: dict[str, object] = {"senders": 3, "at_ns": 5 * S, "until_ns": until_ns, **settings}
    return Pace(group=0, rate=None, stages=stages, **given)  # type: ignore[arg-type]


def times_of(pace: Pace) -> Int64s:
    """Return when its messages are due."""
    return np.concatenate([np.zeros(0, np.int64), *instants_of(pace)])


def test_message_k_of_a_ramp_is_due_when_so_many_have_come_by_its_rate() -> None:
    times_ns = times_of(staged([(30 * S, 1_000), (10 * S, 0)]))
    up, down = np.arange(15_000), np.arange(5_000)
    expected_s = np.concatenate([np.sqrt(up * 2 * 30 / 1_000), 40 - np.sqrt((5_000 - down) * 2 * 10 / 1_000)])
    assert len(times_ns) == 20_000
    assert np.abs(times_ns - expected_s * S).max() < 100


def test_each_stage_has_as_many_as_the_area_under_it() -> None:
    stages = [(2 * S, 100), (3 * S, 100), (0, 900), (S // 2, 900), (0, 100), (2 * S, 100), (S, 0), (S, 0)]
    ends_ns = np.cumsum([length for length, _ in stages])
    counts = np.bincount(np.searchsorted(ends_ns, times_of(staged(stages)), "right"), minlength=len(stages))
    assert counts.tolist() == [100, 300, 0, 450, 0, 200, 50, 0]


@LAW
@given(STAGES, st.sampled_from(["constant", "poisson"]), st.integers(0, 1 << 40))
def test_the_total_is_exact_and_in_time_also_at_random(
    stages: list[tuple[int, float]], arrivals: str, seed: int
) -> None:
    pace = staged(stages, arrivals=arrivals, seed=seed)
    times_ns = times_of(pace)
    assert len(times_ns) == pace.count
    assert (np.diff(times_ns) >= 0).all()
    assert not len(times_ns) or (times_ns[0] >= 0 and times_ns[-1] < pace.length_ns)


@LAW
@given(STAGES, st.sampled_from(["constant", "poisson"]), st.integers(1, 7), st.integers(0, 6))
def test_agents_that_know_the_pace_share_its_messages_in_turn(
    stages: list[tuple[int, float]], arrivals: str, senders: int, first_turn: int
) -> None:
    pace = staged(stages, arrivals=arrivals, senders=senders, first_turn=first_turn)
    found: list[tuple[int, int]] = []
    for places in (np.arange(0, senders, 2), np.arange(1, senders, 2)):
        for due_ns, rows in dues_of(pace, places, places) if len(places) else ():
            found += zip(due_ns.tolist(), rows.tolist(), strict=True)
    turns = (first_turn + np.arange(pace.count or 0)) % senders
    assert sorted(found) == sorted(zip((5 * S + times_of(pace)).tolist(), turns.tolist(), strict=True))


def test_random_messages_fall_into_stages_in_proportion_to_their_areas() -> None:
    stages = [(S, 4_000), (S, 4_000), (2 * S, 0)]
    times_ns = times_of(staged(stages, arrivals="poisson", seed=7))
    counts = np.bincount(times_ns // S, minlength=4)
    assert counts == pytest.approx([2_000, 4_000, 3_000, 1_000], abs=200)  # 4 standard deviations and more
