"""The ring: bounded, and nothing is left out of its sums and extremes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.stats.ring import Ring

VALUES = st.lists(st.integers(-1_000, 1_000), min_size=1, max_size=200)


def filled(values: list[int], places: int = 8) -> Ring:
    """Return a ring with a sample a second."""
    ring = Ring(1, places)
    for at, value in enumerate(values):
        ring.add(float(at), [float(value)])
    return ring


@given(VALUES)
def test_it_never_has_more_places_than_it_was_given(values: list[int]) -> None:
    assert len(filled(values).kept().at) <= 8


@given(VALUES)
def test_sums_counts_and_extremes_are_those_of_all_samples(values: list[int]) -> None:
    kept = filled(values).kept()

    assert kept.counts.sum() == len(values)
    assert (kept.mean[:, 0] * kept.counts).sum() == pytest.approx(sum(values))
    assert (kept.least.min(), kept.most.max()) == (min(values), max(values))


@given(VALUES)
def test_places_stay_in_the_order_of_time_and_as_even_as_can_be(values: list[int]) -> None:
    kept = filled(values).kept()

    assert (np.diff(kept.at) > 0).all()
    assert len(set(kept.counts[:-1].tolist())) <= 1


def test_a_few_samples_are_kept_one_by_one() -> None:
    assert filled([3, 1, 2]).kept().mean[:, 0].tolist() == [3, 1, 2]
