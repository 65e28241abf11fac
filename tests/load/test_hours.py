"""Trends take some time."""

import pytest

from wswarm.errors import PlanError
from wswarm.load.plan import make_plan

URL = "ws://127.0.0.1:1/"


@pytest.mark.parametrize("duration", [None, 10.0, 59.9])
def test_trends_of_less_than_a_minute_are_refused_with_the_mend(duration: float | None) -> None:
    with pytest.raises(PlanError, match=r"--trends .* 60 s .*--duration 60s"):
        make_plan("echo", URL, trends=True, duration=duration)


def test_stages_that_are_too_short_are_to_last_longer() -> None:
    with pytest.raises(PlanError, match=r"--trends .* not one of 30 s: let --stages last 60 s or more"):
        make_plan("echo", URL, trends=True, stages=((30.0, 100.0),))


def test_trends_of_a_minute_are_fine() -> None:
    assert make_plan("echo", URL, trends=True, duration=60).trends
