"""Which slices say nothing of the server."""

import pytest

from wswarm.stats.compare.spoilt import MS, Conditions, spoilt

SLICE_NS = 800 * MS


@pytest.mark.parametrize(
    "found",
    [
        Conditions(length_ns=SLICE_NS),
        Conditions(length_ns=SLICE_NS, longest_stop_ns=250 * MS, lag_ns=200 * MS, steal=0.3),
        Conditions(length_ns=2000 * MS, longest_stop_ns=400 * MS),
        Conditions(length_ns=SLICE_NS, own_cpu=0.9, server_cpu=0.96),
    ],
    ids=[
        "nothing known",
        "at the limits",
        "a longer stop of a long slice",
        "a server that is full before it",
    ],
)
def test_a_slice_within_the_limits_counts(found: Conditions) -> None:
    assert spoilt(found) == ()


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (Conditions(length_ns=SLICE_NS, deaths=("agent 1 killed by signal 9",)), "agent 1"),
        (Conditions(length_ns=SLICE_NS, longest_stop_ns=251 * MS), "stood still"),
        (Conditions(length_ns=SLICE_NS, lag_ns=201 * MS), "late"),
        (Conditions(length_ns=SLICE_NS, steal=0.31), "host"),
        (Conditions(length_ns=SLICE_NS, own_cpu=0.9, server_cpu=0.7), "generator used 90% of a core"),
        (Conditions(length_ns=SLICE_NS, own_cpu=0.9), "generator used 90% of a core"),
        (Conditions(length_ns=SLICE_NS, least_ns=-1), "below 0"),
    ],
)
def test_a_slice_that_the_generator_or_the_machine_spoilt_says_why(found: Conditions, word: str) -> None:
    (reason,) = spoilt(found)
    assert word in reason
