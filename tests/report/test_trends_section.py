"""What the report says of trends."""

import pytest

from tests.report import runs
from wswarm.report import text, trends
from wswarm.report.captions import caption
from wswarm.report.plots import PICTURES
from wswarm.results.run import Run
from wswarm.results.trends import Block, Trend

BLOCKS = [Block(t=float(second), value=100e6 + 1_000 * second) for second in range(30)]
MEMORY = Trend(
    figure="target.memory",
    per_hour=4.81e6,
    low=4.62e6,
    high=5.04e6,
    verdict="growing",
    tested=2,
    blocks=BLOCKS,
)
TIME = Trend(
    figure="response_time",
    per_hour=12e-6,
    low=-8.1e-6,
    high=31.4e-6,
    verdict="inconclusive",
    run_hours=3.2,
    tested=2,
    blocks=BLOCKS,
)


def run(*found: Trend) -> Run:
    """Return a run with these trends."""
    return runs.echo(connections=2, rate=10, duration=1, trends=list(found))


def shown(*found: Trend) -> str:
    """Return the summary, its white space made one."""
    return " ".join(text.summary(run(*found)).split())


def test_a_trend_has_its_verdict_its_slope_and_the_interval() -> None:
    assert "target's memory 4.81 MB/h [4.62 MB, 5.04 MB] growing" in shown(MEMORY)


def test_an_inconclusive_one_says_how_long_a_run_would_tell() -> None:
    assert "response time 12.0 µs/h [-8.10 µs, 31.4 µs] inconclusive, run 3.2 h" in shown(TIME)


@pytest.mark.parametrize(("hours", "told"), [(0.01, "1 min"), (0.5, "30 min"), (1.0, "1 h"), (23.4, "23 h")])
def test_lengths_are_told_in_minutes_or_hours(hours: float, told: str) -> None:
    trend = Trend(figure="x", per_hour=0, low=0, high=0, verdict="inconclusive", run_hours=hours)

    assert trends.verdict(trend) == f"inconclusive, run {told}"


def test_what_sessions_leave_behind_is_told_per_thousand() -> None:
    leak = Trend(
        figure="target.descriptors",
        per_hour=360_000,
        low=1,
        high=2,
        per_1000_sessions=1_000,
        verdict="growing",
    )

    assert "360,000/h [1, 2] growing; 1,000 per 1,000 sessions" in shown(leak)


def test_several_are_told_to_be_judged_together() -> None:
    assert "2 figures judged together" in shown(MEMORY, TIME)


def test_a_hold_too_short_for_a_line_says_so() -> None:
    short = Trend(figure="target.threads", per_hour=None, low=None, high=None, verdict="inconclusive")

    assert "target's threads – inconclusive: too short a hold to tell" in shown(short)


def test_a_run_without_trends_has_neither_section_nor_picture() -> None:
    assert "Trends" not in shown()
    assert PICTURES["trends"](run()) is None


def test_there_is_a_panel_for_each_trend() -> None:
    drawn = PICTURES["trends"](run(MEMORY, TIME))

    assert drawn is not None
    assert len(drawn.axes) == 2


def test_the_picture_is_told_to_those_who_can_t_see_it() -> None:
    assert caption(run(MEMORY, TIME), "trends").alt == (
        "Trends over the hold: target's memory growing, response time inconclusive, run 3.2 h."
    )
