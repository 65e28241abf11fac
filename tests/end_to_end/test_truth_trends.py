"""Trends of servers that age by a known amount, hours pressed into seconds."""

from typing import NamedTuple

import pytest

from tests.end_to_end.instrument import clock, highest, together
from tests.end_to_end.servers import serve
from wswarm.experiment import watch
from wswarm.experiment.measure import measure
from wswarm.load import hours
from wswarm.load.plan import make_plan
from wswarm.results.run import Run
from wswarm.results.trends import Trend

pytestmark = clock
HOLD_S, DELAY_S, GROWTH = 16.0, 0.2, 0.03
S_PER_HOUR = 3_600
SESSIONS = 100
PER_HOUR = SESSIONS * S_PER_HOUR


class Aged(NamedTuple):
    """Runs against a server whose replies take longer and longer, and one that forgets no session."""

    slowing: Run
    leaking: Run


@pytest.fixture(scope="module")
def aged() -> Aged:
    """Both, side by side."""

    def slowing() -> Run:
        with serve("slowing", delay=DELAY_S, growth=GROWTH) as server:
            plan = make_plan(
                "echo", server.url, rate=100, duration=HOLD_S, warmup=0.2, trends=True, target_pid=server.pid
            )
            return measure(plan)

    def leaking() -> Run:
        load = {"sessions": SESSIONS, "stay": 0.2, "duration": HOLD_S, "warmup": 0.5}
        with serve("leaking", size=1_000) as server:
            return measure(make_plan("churn", server.url, trends=True, target_pid=server.pid, seed=1, **load))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hours, "LEAST_S", 1.0)
        patch.setattr(watch, "_GAP_NS", 100_000_000)
        return Aged(*together(slowing, leaking))


def trend(run: Run, figure: str) -> Trend:
    """What the run says of a figure."""
    (found,) = (one for one in run.trends if one.figure == figure)
    return found


def test_response_times_grow_as_the_server_s_do(aged: Aged) -> None:
    found, run = trend(aged.slowing, "response_time"), aged.slowing
    lags = [lag for lag in (run.send_lag, run.generator.loop_lag) if lag is not None]
    late_per_hour = max(map(highest, lags)) / HOLD_S * S_PER_HOUR

    assert found.per_hour == pytest.approx(DELAY_S * GROWTH * S_PER_HOUR, rel=0.05, abs=late_per_hour)
    assert found.verdict != "flat"


def test_a_server_that_only_gets_slower_holds_no_more_than_before(aged: Aged) -> None:
    descriptors = trend(aged.slowing, "target.descriptors")

    assert (descriptors.per_hour, descriptors.verdict) == (0, "flat")


@pytest.mark.parametrize(("figure", "each"), [("target.memory", 1_000_000), ("target.descriptors", 1_000)])
def test_what_each_session_leaves_behind_is_told_per_thousand(aged: Aged, figure: str, each: float) -> None:
    found = trend(aged.leaking, figure)

    assert found.per_1000_sessions == pytest.approx(each, rel=0.05, abs=unsure(found) / PER_HOUR * 1_000)
    assert (found.per_hour or 0) > 0


def test_what_leaks_per_session_leaks_per_hour_as_there_are_sessions(aged: Aged) -> None:
    found = trend(aged.leaking, "target.memory")

    assert found.per_hour == pytest.approx(1_000 * PER_HOUR, rel=0.1, abs=unsure(found))


def unsure(found: Trend) -> float:
    """Half of the interval that the run gives: where neighbours keep sessions waiting, how many are open wanders."""
    assert found.low is not None
    assert found.high is not None
    return (found.high - found.low) / 2
