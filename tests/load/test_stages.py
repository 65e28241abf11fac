"""Stages: what they say of a load, and which can't be."""

from typing import Any

import pytest

from wswarm.errors import PlanError
from wswarm.load.plan import make_plan
from wswarm.load.stages import first_value, length_of, mean_rate, rows_of
from wswarm.units import parse_count, parse_rate, parse_stages

URL = "ws://127.0.0.1:8000/ws"


def refusal(scenario: str = "echo", **options: Any) -> str:
    """Return what the refused plan's error says."""
    with pytest.raises(PlanError) as refused:
        make_plan(scenario, URL, **options)
    return str(refused.value)


def test_stages_are_read_as_times_and_what_is_reached_by_then() -> None:
    assert parse_stages("30s:1k/s, 1m30s:30/m,0s:0/s", parse_rate) == ((30, 1_000), (90, 0.5), (0, 0))
    assert parse_stages("30s:10k,10s:0", parse_count) == ((30, 10_000), (10, 0))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("30s", "stage '30s' of '30s' says nothing to reach: write 30s:1k/s"),
        ("30s:", "stage '30s:' of '30s:' says nothing to reach: write 30s:1k/s"),
        ("10s:1/s,30s", "stage '30s' of '10s:1/s,30s' says nothing to reach: write 30s:1k/s"),
        (":100/s", "stage ':100/s' of ':100/s' has no time: write 30s:100/s"),
        ("100/s", "stage '100/s' of '100/s' has no time: write 30s:100/s"),
        ("10s:1/s,", "stage '' of '10s:1/s,' has no time: write 30s:1k/s"),
        ("", "stage '' of '' has no time: write 30s:1k/s"),
        ("-5s:100/s", "'-5s' is not a duration: write 250ms, 10s or 1m30s"),
        ("5s:-100/s", "'-100/s' is not a rate: write 500/s, 2k/s or 30/m"),
    ],
)
def test_a_stage_that_cannot_be_is_told_with_what_to_write(text: str, says: str) -> None:
    assert refusal(stages=text) == f"--stages {says}"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"stages": [(-5, 100)]}, "the time -5 of stage (-5, 100) must be a number from 0 on"),
        ({"stages": [(5, float("nan"))]}, "the value nan of stage (5, nan) must be a number from 0 on"),
        ({"stages": 30}, "30 is no list of stages: give pairs of s and what is reached by then"),
        ({"stages": [30]}, "30 is no stage: give pairs of s and what is reached by then"),
        ({"stages": [(30,)]}, "(30,) is no stage"),
        ({"stages": [(0, 100)]}, "0s:100 lasts no time: add a stage that does, such as 30s:100"),
        ({"stages": [(30, 0)]}, "30s:0 gives no message: raise a rate, or make a stage longer"),
        ({"stages": [(0.01, 1)] * 1_001}, "1,001 are more than 1,000: use fewer, longer ones"),
        ({"stages": "30s:9/s", "duration": 10.0}, "the sum of the stages, 30s; leave out --duration"),
        ({"stages": "30s:9/s", "rate": 50.0}, "leave out --rate, or begin with stage 0s:50/s"),
        ({"stages": "30s:9/s", "closed": True}, "leave out one of them"),
        ({"stages": "500h:9m/s"}, "messages, more than the 4,294,967,296 that a mark can number"),
    ],
)
def test_a_plan_whose_stages_cannot_be_is_refused_with_a_mend(options: dict[str, Any], says: str) -> None:
    assert says in refusal(**options)


@pytest.mark.parametrize("scenario", ["script", "replay"])
def test_stages_belong_to_loads_of_ours(scenario: str) -> None:
    own = {"script": {"script": "s.py"}, "replay": {"recording": "r.har"}}[scenario]
    assert f"leave it out of {scenario}" in refusal(scenario, stages=[(1, 1)], **own)


def test_the_hold_is_their_sum_and_the_rate_theirs() -> None:
    plan = make_plan("echo", URL, stages="1.5s:100/s,500ms:0/s")
    assert (plan.stages, plan.duration, plan.rate) == (((1.5, 100.0), (0.5, 0.0)), 2.0, None)


def test_pairs_and_a_text_make_the_same_plan() -> None:
    assert make_plan("fanout", URL, stages=[(30, 1_000), [10, 0]]) == make_plan(
        "fanout", URL, stages="30s:1k/s,10s:0/s"
    )


def test_there_is_a_warm_up_only_where_the_hold_begins_with_a_rate() -> None:
    assert make_plan("echo", URL, stages="10s:100/s").warmup == 0
    assert make_plan("echo", URL, stages="0s:100/s,10s:100/s").warmup == 1
    assert make_plan("echo", URL, stages="10s:100/s", warmup=3.0).warmup == 3


def test_a_stage_of_no_length_jumps_and_has_no_row() -> None:
    stages = [(0, 100.0), (2, 100.0), (0, 500.0), (1, 500.0)]
    assert rows_of(stages) == [(0, 2_000_000_000), (2_000_000_000, 3_000_000_000)]
    assert (first_value(stages), length_of(stages)) == (100, 3)


def test_the_mean_rate_is_that_of_the_time_it_lasted() -> None:
    assert mean_rate([(2, 100), (2, 0)], 4) == 50
    assert mean_rate([(2, 100), (2, 0)], 1) == 25


def test_the_mend_of_stages_that_last_no_time_is_one_that_sends() -> None:
    with pytest.raises(PlanError, match="add a stage that does, such as 30s:1000"):
        make_plan("echo", "ws://h", stages="0s:0/s")
