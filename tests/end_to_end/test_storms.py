"""Storms that end early, and restarts of a target that we started."""

import threading
from functools import partial
from typing import Any

import pytest

from tests.end_to_end.instrument import once_in_hold, together
from tests.end_to_end.servers import serve
from wswarm.drive.host.target import ReferenceApp
from wswarm.errors import PlanError
from wswarm.experiment.besides import Besides
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.recovery import Recovery
from wswarm.results.run import Run

pytestmark = pytest.mark.xdist_group("storms")

BRIEF = {
    "connections": 10,
    "rate": 50.0,
    "warmup": 0.1,
    "before": 0.1,
    "after": 0.1,
    "connect_rate": 2_000.0,
    "connect_timeout": 60.0,
}


def interrupted(after_s: float, **options: Any) -> Run:
    """A storm on a relay that is interrupted so long after its hold began."""
    is_asked = threading.Event()
    with serve("relay") as server:
        plan = make_plan("storm", server.url, **{**BRIEF, **options})
        return measure(plan, once_in_hold(is_asked.set, after_s), is_asked.is_set)


def restarted(signal: str) -> Run:
    """A storm in which the reference application is restarted by a signal."""
    with ReferenceApp() as app:
        options = {"how": "restart", "signal": signal, "reconnect": "full:100ms,500ms", "patience": 60.0}
        plan = make_plan("storm", app.url, profile="chat", target_pid=app.pid, **{**BRIEF, **options})
        return measure(plan, besides=Besides(restarts=app))


def dropped(driver: str, how: str) -> tuple[Run, dict[str, Any]]:
    """A storm on a relay, and what that says of it."""
    with serve("relay") as server:
        options = {"how": how, "driver": driver, "reconnect": "fixed:100ms"}
        return measure(make_plan("storm", server.url, **{**BRIEF, **options})), server.log()


@pytest.fixture(scope="module")
def drops() -> dict[tuple[str, str], tuple[Run, dict[str, Any]]]:
    """One of each kind, with either driver."""
    kinds = [("picows", "reset"), ("picows", "silent"), ("websockets", "close"), ("websockets", "silent")]
    return dict(zip(kinds, together(*(partial(dropped, *kind) for kind in kinds)), strict=True))


@pytest.mark.parametrize(
    ("driver", "how", "peak", "closes"),
    [
        ("picows", "reset", 11, {"none": 5, "1000": 11}),
        ("picows", "silent", 16, {"none": 5, "1000": 11}),
        ("websockets", "close", 11, {"1000": 16}),
        ("websockets", "silent", 16, {"none": 5, "1000": 11}),
    ],
)
def test_the_server_sees_the_kind_of_the_drop(
    drops: dict[tuple[str, str], tuple[Run, dict[str, Any]]],
    driver: str,
    how: str,
    peak: int,
    closes: dict[str, int],
) -> None:
    run, facts = drops[driver, how]
    assert (of(run).dropped, of(run).recovered) == (5, 5)
    assert (facts["connections"], facts["peak"], facts["closes"]) == (16, peak, closes)


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """Each mostly waits, so they are side by side."""
    measurements = {
        "before": partial(interrupted, 0.2, before=20.0),
        "away": partial(interrupted, 2.5, reconnect="fixed:30s"),
        "after": partial(interrupted, 3.0, reconnect="immediate", after=20.0),
        "TERM": partial(restarted, "TERM"),
        "KILL": partial(restarted, "KILL"),
    }
    return dict(zip(measurements, together(*measurements.values()), strict=True))


def of(run: Run) -> Recovery:
    assert run.recovery is not None
    return run.recovery


def test_interrupted_before_the_drop_nobody_was_dropped(runs: dict[str, Run]) -> None:
    assert of(runs["before"]).dropped == 0
    assert "the drop was still to come" in runs["before"].notices[0]


def test_interrupted_while_clients_are_away_they_never_came_back(runs: dict[str, Run]) -> None:
    found = of(runs["away"])
    assert (found.dropped, found.never, found.attempts.max) == (5, 5, 0)
    assert "still away" in runs["away"].notices[0]


def test_interrupted_after_the_storm_all_are_back(runs: dict[str, Run]) -> None:
    found = of(runs["after"])
    assert (found.dropped, found.recovered) == (5, 5)
    assert "the time after the storm was" in runs["after"].notices[0]


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_a_restart_drops_all_and_all_come_back(runs: dict[str, Run], signal: str) -> None:
    found = of(runs[signal])
    assert (found.dropped, found.recovered, found.never) == (10, 10, 0)
    assert set(found.refused) <= {"refused", "reset", "no http answer", "timeout"}
    assert (found.bystanders.clients, found.bystanders.is_sparse) == (0, False)


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_a_restart_is_our_doing_and_no_failure_of_the_target(runs: dict[str, Run], signal: str) -> None:
    assert runs[signal].failure is None
    assert runs[signal].connections.dropped == 0


def test_what_a_restarted_target_spent_is_not_known(runs: dict[str, Run]) -> None:
    target = runs["TERM"].target
    assert target is not None
    assert target.cpu_s is None


def test_a_target_of_somebody_else_s_is_not_restarted() -> None:
    plan = make_plan("storm", "ws://127.0.0.1:1", how="restart")
    with pytest.raises(PlanError, match="--how restart: the target is not ours to restart: leave URL out"):
        measure(plan)
