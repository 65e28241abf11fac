"""Searches for the load at which half of the trials pass."""

from math import exp, log

import pytest

from benchmarks.simulate_search import WORLDS, simulate
from wswarm.stats.search import FIRST_TRIALS, TRIALS, Bracket, Round, answer_of, centre_of


def test_a_bracket_doubles_until_a_trial_fails_and_begins_at_what_was_delivered_then() -> None:
    bracket = Bracket(100.0)
    for passed in (True, True, False):
        bracket.note(passed, None if passed else 310.0)
    assert (bracket.is_closed, bracket.carried, bracket.failed, bracket.hint) == (True, 200, 400, 310)


@pytest.mark.parametrize(("delivered", "hint"), [(150.0, 200.0), (900.0, 400.0), (None, 80_000**0.5)])
def test_a_hint_lies_within_the_bracket(delivered: float | None, hint: float) -> None:
    bracket = Bracket(200.0)
    bracket.note(passed=True)
    bracket.note(passed=False, delivered=delivered)
    assert bracket.hint == pytest.approx(hint)


def test_a_bracket_whose_first_trial_fails_goes_down_until_one_passes() -> None:
    bracket = Bracket(100.0, step=1.5)
    bracket.note(passed=False)
    bracket.note(passed=False)
    assert not bracket.is_closed
    bracket.note(passed=True)
    assert (bracket.carried, bracket.failed) == (pytest.approx(100 / 1.5**2), pytest.approx(100 / 1.5))


def test_a_round_tries_its_median_first_and_then_beside_it_in_turn() -> None:
    one = Round(1000.0, is_first=False)
    loads = []
    while not one.is_over:
        loads.append(one.load)
        one.note(one.load, passed=one.load < 1000)
    assert len(loads) == TRIALS
    assert loads[0] == pytest.approx(1000, rel=0.01)
    assert len(set(loads)) == TRIALS


def test_the_first_round_has_more_trials_as_it_knows_least() -> None:
    one = Round(1000.0, is_first=True)
    while not one.is_over:
        one.note(one.load, passed=True)
    assert one.trials == FIRST_TRIALS == TRIALS + 2


def test_a_round_of_a_server_without_noise_comes_to_its_capacity() -> None:
    one = Round(1100.0, is_first=True)
    while not one.is_over:
        one.note(one.load, passed=one.load < 1000)
    assert one.answer == pytest.approx(1000, rel=0.03)


def test_trials_that_contradict_each_other_widen_the_spread() -> None:
    agreeing, contradicting = (Round(1000.0, is_first=True) for _ in range(2))
    for load, passed in ((950, True), (1050, False), (960, True), (1040, False)):
        agreeing.note(load, passed)
        contradicting.note(load, not passed)
    assert contradicting.spread > 1.5 * agreeing.spread


def test_a_posterior_adds_up_to_one() -> None:
    one = Round(1000.0, is_first=False)
    one.note(1000.0, passed=True)
    loads, chances = one.posterior
    assert chances.sum() == pytest.approx(1)
    assert exp((log(loads[0]) + log(loads[-1])) / 2) == pytest.approx(1000)


def test_a_later_round_begins_where_those_before_ended() -> None:
    assert centre_of([], 500.0) == 500
    assert centre_of([400.0, 900.0], 500.0) == pytest.approx(600)


def test_an_interval_is_over_rounds_and_never_narrower_than_one_percent() -> None:
    assert answer_of([1000.0])[1:] == (None, None)
    same = answer_of([1000.0] * 4)
    assert (same.low, same.high) == (pytest.approx(1000 * exp(-0.01)), pytest.approx(1000 * exp(0.01)))
    # ln of the values is ±0.1: t = 12.706 at one degree of freedom, and the mean's deviation 0.1
    wide = answer_of([1000 * exp(-0.1), 1000 * exp(0.1)])
    assert wide.value == pytest.approx(1000)
    assert log(wide.high or 0) - log(1000) == pytest.approx(1.2706, rel=1e-3)


@pytest.mark.parametrize(
    ("world", "error", "half_width", "covers"),
    [("quiet", 0.01, 0.03, 0.90), ("usual", 0.025, 0.08, 0.85), ("noisy", 0.045, 0.125, 0.80)],
)
def test_a_search_in_a_noisy_world_errs_as_little_as_it_says(
    world: str, error: float, half_width: float, covers: float
) -> None:
    found = simulate(WORLDS[world], worlds=80)
    assert found["error p50"] < error
    assert found["half-width"] < half_width
    assert found["covers"] >= covers
    assert found["trials"] < 34


def test_a_bracket_goes_on_at_what_was_counted() -> None:
    bracket = Bracket(1000.0, step=1.5)
    bracket.note(passed=False, delivered=7.0, is_counted=True)
    assert bracket.load == 7
    bracket.note(passed=True)
    assert (bracket.is_closed, bracket.hint) == (True, 7)
