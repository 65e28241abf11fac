"""Searches whose trials are queues: one server that takes 1 ms for each message, at random arrivals."""

import numpy as np
import pytest

from benchmarks.capacity_truth import SERVICE_S, knee, search_queue, times_of


def test_the_queue_waits_as_the_formula_says() -> None:
    chance, load = np.random.default_rng(2), 0.8
    waits = [times_of(load / SERVICE_S, chance)[1].mean() - SERVICE_S for _ in range(60)]
    formula = load * SERVICE_S / (2 * (1 - load))  # of M/D/1, by Pollaczek and Khinchine
    assert np.mean(waits) == pytest.approx(formula, rel=0.05)


def test_its_knee_is_a_little_above_that_of_a_long_time() -> None:
    assert 955 < knee(worlds=40) < 985


def test_a_search_finds_the_knee() -> None:
    chance = np.random.default_rng(3)
    found = [search_queue(chance) for _ in range(5)]
    assert [one.value for one in found] == pytest.approx([970] * 5, rel=0.03)
