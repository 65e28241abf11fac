"""What else may make a run doubtful, from what is known."""

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.simulate_drift import share_told
from tests.stats.made import ints
from wswarm.stats.belief import Beliefs, doubts
from wswarm.stats.bins import Bins
from wswarm.stats.drift import Drift, drift
from wswarm.stats.findings import Arrivals, Window
from wswarm.units import NS_PER_S

S = NS_PER_S


def of_seconds(medians_s: Sequence[float], hold_s: int) -> tuple[list[Arrivals], Window]:
    """Fifty replies a second around these medians, and the window that they are the hold of."""
    bins, chance = Bins(), np.random.default_rng(3)
    for second, median_s in enumerate(medians_s):
        times = median_s * S * np.exp(chance.normal(0, 0.3, 50))
        bins.record(ints([second] * 50), times.astype(np.int64))
    found = Arrivals(
        owed=0,
        received=0,
        lost_disconnected=0,
        lost_silent=0,
        duplicated=0,
        reordered=0,
        extra=0,
        unmarked=0,
        response=b"",
        service=b"",
        by_second=bins.pack(),
        received_per_second=b"",
        lost_per_second=b"",
    )
    return [found], Window(0, 0, 0, hold_s * S)


@pytest.mark.parametrize("by", [0.5, -0.4])
def test_times_that_change_over_the_hold_are_told_by_how_much(by: float) -> None:
    medians = 0.01 * np.exp(np.linspace(0, np.log(1 + by), 60))
    found = drift(*of_seconds(medians.tolist(), 60))
    assert found is not None
    assert found.change == pytest.approx(by, abs=0.1)
    assert found.low < found.change < found.high


def test_less_than_a_tenth_is_no_drift() -> None:
    medians = 0.01 * np.exp(np.linspace(0, np.log(1.06), 60))
    assert drift(*of_seconds(medians.tolist(), 60)) is None


def test_half_a_minute_at_least_is_needed_to_tell() -> None:
    assert drift(*of_seconds([0.01 * 1.1**second for second in range(29)], 29)) is None


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_a_steady_hold_is_doubted_in_one_of_a_hundred_runs_at_most(correlation: float) -> None:
    for deviation in (0.05, 0.2):
        assert share_told(correlation, deviation, 0.0, 200) <= 0.02


def test_a_rise_by_a_half_is_mostly_seen() -> None:
    assert share_told(0.5, 0.05, 0.5, 50) > 0.7


def test_a_drift_says_how_much_and_what_to_do() -> None:
    (told,) = doubts(Beliefs(drift=Drift(-0.3, -0.4, -0.2)))
    assert "fell by 30% over the hold (95 % interval 20% to 40%)" in told
    assert "--warmup" in told


def test_handshakes_thrown_away_are_a_doubt_where_own_ones_were_tried_again() -> None:
    assert list(doubts(Beliefs(thrown_away=30))) == []
    assert list(doubts(Beliefs(repeated=3))) == []
    (told,) = doubts(Beliefs(thrown_away=30, repeated=3))
    assert "threw away 30 handshakes" in told
    assert "--connect-rate" in told
