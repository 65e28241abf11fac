"""Sessions that come and go, at servers that count them: how many there were, and how long they lasted."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.end_to_end.instrument import clock
from tests.end_to_end.servers import serve
from wswarm.experiment.measure import measure
from wswarm.load.plan import Plan, make_plan
from wswarm.load.sessions import Churn, churn_of
from wswarm.load.visits import visits_of
from wswarm.results.population import Population
from wswarm.results.run import Run
from wswarm.units import NS_PER_S

pytestmark = clock
STAGES = ((1.0, 40), (0.5, 40), (0.0, 30), (0.5, 0), (0.0, 20), (0.5, 20))


class Found(NamedTuple):
    """A run, its plan, and what the server says."""

    run: Run
    plan: Plan
    facts: dict[str, Any]

    @property
    def population(self) -> Population:
        """What the run says of the population."""
        assert self.run.population is not None
        return self.run.population

    @property
    def late_s(self) -> float:
        """How late somebody came or left at most, by what the run says of itself and of handshakes."""
        return (self.run.generator.loop_lag.max or 0.0) + (self.run.connections.handshake_time.max or 0.0)


def found(server: str, scenario: str, facts: dict[str, Any] | None = None, **options: Any) -> Found:
    """Measure a server."""
    with serve(server, **facts or {}) as target:
        plan = make_plan(scenario, target.url, seed=7, **options)
        return Found(measure(plan), plan, target.log())


@pytest.fixture(scope="module")
def churned() -> Found:
    """Forty sessions a second, of a second each, to which a publisher sends."""
    options = {"sessions": 40, "stay": 1.0, "duration": 3.0, "warmup": 0.5, "rate": 20}
    return found("relay", "churn", **options)


@pytest.fixture(scope="module")
def crowded() -> Found:
    """As many again as there may be at once."""
    options = {"sessions": 40, "stay": 1.0, "duration": 1.5, "connections": 20, "stay_law": "fixed"}
    return found("relay", "churn", **options)


@pytest.fixture(scope="module")
def staged() -> Found:
    """Connections by stages."""
    return found("idle", "connect", stages=STAGES)


def as_drawn(plan: Plan) -> tuple[float, float]:
    """What the sessions that were drawn say: how many there are over the hold, how long those of the hold last."""
    churn: Churn = churn_of(plan)
    hold_ns, drain_ns = (round(s * NS_PER_S) for s in (plan.warmup, plan.warmup + plan.duration))
    starts_ns, stays_ns = churn.arriving(drain_ns)
    begins_ns = np.concatenate((np.zeros(churn.population, np.int64), starts_ns))
    ends_ns = np.concatenate((churn.initial(), starts_ns + stays_ns))
    there_ns = np.minimum(ends_ns, drain_ns) - np.maximum(begins_ns, hold_ns)
    of_hold = starts_ns >= hold_ns
    return np.maximum(there_ns, 0).sum() / (drain_ns - hold_ns), stays_ns[of_hold].mean() / NS_PER_S


def test_exactly_those_expected_are_there_and_as_many_come_as_the_rate_says(churned: Found) -> None:
    seen = churned.run.connections
    assert churned.population.sessions == seen.opened
    assert churned.population.refused == seen.failed
    if churned.run.validity.verdict != "invalid":  # else the machine kept it from beginning some in time
        assert (churned.population.sessions, churned.population.refused) == (40 + 140, 0)
        assert churned.facts["connections"] == 40 + 140 + 1  # the publisher


def test_the_population_is_the_one_that_was_drawn(churned: Found) -> None:
    mean, _ = as_drawn(churned.plan)
    assert churned.population.expected == 40
    assert churned.population.mean == pytest.approx(mean, rel=0.02, abs=40 * churned.late_s)


def test_a_session_lasts_from_open_as_long_as_was_drawn(churned: Found) -> None:
    _, length_s = as_drawn(churned.plan)
    assert churned.population.lifetime.mean == pytest.approx(length_s, rel=0.02, abs=churned.late_s)
    assert churned.population.lifetime.n == pytest.approx(120, abs=10 + 40 * churned.late_s)


def test_who_leaves_says_goodbye_and_is_no_loss(churned: Found) -> None:
    closes = churned.facts["closes"]
    assert sum(closes.values()) == churned.facts["connections"]
    assert set(closes) <= {"1000", "none"}  # a server that is slow to read misses a goodbye
    assert closes["1000"] > closes.get("none", 0)
    assert churned.run.connections.dropped == 0
    assert churned.run.connections.left > 100


def test_broadcasts_are_owed_to_who_is_there_and_to_nobody_else(churned: Found) -> None:
    messages = churned.run.messages
    assert messages is not None
    assert (messages.offered, messages.sent) == (60, 60)
    there = as_drawn(churned.plan)[0]
    assert (
        messages.received
        == messages.owed
        == pytest.approx(60 * there, rel=0.05, abs=60 * 40 * churned.late_s)
    )
    assert (messages.duplicated, messages.reordered) == (0, 0)


def test_what_a_server_loses_of_short_sessions_is_lost_or_unclear() -> None:
    options = {"sessions": 20, "stay": 1.0, "duration": 2.0, "warmup": 0.0, "rate": 20}
    seen = found("late_relay", "churn", {"after": 0.05, "every": 5}, **options)
    messages = seen.run.messages
    assert messages is not None
    lost, at_edges = messages.lost.silent, 20 + messages.owed * 0.02  # who has just left is still sent to
    assert 0 < messages.unclear < messages.owed
    assert lost <= seen.facts["lost"] <= lost + messages.unclear + at_edges
    assert any("neither owed nor lost" in notice for notice in seen.run.notices)


def test_who_comes_when_there_are_enough_is_not_begun_and_counted(crowded: Found) -> None:
    population = crowded.population
    assert crowded.run.connections.peak <= 20
    assert crowded.facts["connections"] == population.sessions == crowded.run.connections.requested
    assert population.sessions + population.refused == 40 + 60  # those that were to be there before, and came
    assert population.refused > 20 + 20


def test_whom_the_target_refuses_is_refused(churned: Found) -> None:
    refused = found("refusing", "churn", {"refuse_every": 4}, sessions=40, stay=0.5, duration=1.0)
    assert refused.population.refused == refused.facts["refused"]["503"] == 15
    assert refused.population.sessions == 45
    assert refused.run.connections.failures == {"http 503": 15}


def opened(run: Run) -> Iterator[float]:
    """When each connection had opened, s since the hold began."""
    return (one.t - run.phases.hold for one in run.connections.handshakes)


def test_connections_of_stages_come_at_their_moments(staged: Found) -> None:
    due_s = visits_of(STAGES).starts_ns / NS_PER_S
    after_s = np.array(list(opened(staged.run))) - due_s
    assert after_s.min() > 0
    assert np.median(after_s) <= staged.late_s
    assert staged.run.connections.peak == 40


def test_each_stage_has_the_connections_that_were_due_in_it(staged: Found) -> None:
    told = [(one.from_s, one.to_s, one.offered, one.sent, one.received) for one in staged.run.stages]
    assert told == [
        (0.0, 1.0, 40, 40, 40),
        (1.0, 1.5, 0, 0, 0),
        (1.5, 2.0, 0, 0, 0),
        (2.0, 2.5, 20, 20, 20),
    ]
    assert staged.facts["connections"] == staged.run.connections.opened == 60
    assert staged.run.connections.left == 40
