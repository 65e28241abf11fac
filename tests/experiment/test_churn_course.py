"""What a run says of sessions that came and went."""

import msgspec
import numpy as np
import pytest

from tests.experiment.test_assemble import OPENED_NS, observed
from tests.stats.made import WINDOW, S, effort, sockets
from wswarm.experiment.assemble import assemble
from wswarm.experiment.scenarios.churn import ChurnCourse
from wswarm.experiment.trended import trends_of
from wswarm.load.plan import make_plan
from wswarm.results.run import Run
from wswarm.stats.findings import Findings, Window
from wswarm.stats.trends import Samples


def run_of(*findings: Findings) -> Run:
    """The run of these agents: two sessions a second for a second each, and broadcasts."""
    plan = make_plan("churn", "ws://h", sessions=2, stay=1, rate=1, connections=1)
    course = ChurnCourse(plan)
    return assemble(plan, observed(*findings, window=WINDOW), course.add_to)


def found(*, is_publisher: bool = False, refused: int = 0) -> Findings:
    """What an agent with one socket found."""
    made = msgspec.structs.replace(sockets([OPENED_NS]), refused=refused)
    return Findings(sockets=made, effort=effort(), is_publisher=is_publisher)


def test_sessions_are_the_connections_and_the_publisher_is_none() -> None:
    run = run_of(found(), found(is_publisher=True))
    assert run.population is not None
    assert run.population.sessions == run.connections.opened == run.connections.requested == 1


def test_who_found_as_many_as_there_may_be_is_told_of() -> None:
    run = run_of(found(refused=3), found(is_publisher=True))
    assert run.population is not None
    assert run.population.refused == 4  # one of the two that were to be there before the load is among them
    assert any(
        "4 of 5 sessions were not begun: as many as there may be at once, 1" in one for one in run.notices
    )


def test_while_only_the_publisher_has_told_nothing_is_known_of_sessions() -> None:
    run = run_of(found(is_publisher=True))
    assert run.population is None


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ({"was_connecting": True}, "nothing measured: interrupted while connecting; let the ramp end"),
        ({"was_cut": True}, "nothing measured: the run was ended before its hold began"),
    ],
)
def test_without_a_hold_nothing_is_known_of_how_many_there_were(when: dict[str, bool], reason: str) -> None:
    course = ChurnCourse(make_plan("churn", "ws://h", sessions=2, stay=1))
    run = assemble(course.plan, observed(found(), window=WINDOW, **when), course.add_to)
    assert run.validity.verdict == "invalid"
    assert run.validity.reasons[0].startswith(reason)


def test_what_is_known_has_no_figure_of_the_sockets_that_were_there_before() -> None:
    run = run_of(found())
    assert run.generator.rss_per_connection is None
    assert run.plan["stay"] == 1.0
    assert msgspec.json.encode(run)


@pytest.mark.parametrize(
    ("scenario", "hold_s", "is_known", "figures"),
    [
        ("churn", 300, True, ["target.memory"]),
        ("churn", 299, True, []),
        ("churn", 300, False, []),
        ("connect", 300, True, []),
        ("connect", 600, True, ["target.memory"]),
    ],
)
def test_five_minutes_of_sessions_say_what_a_known_target_keeps_of_them(
    scenario: str, hold_s: int, is_known: bool, figures: list[str]
) -> None:
    at = np.arange(0.0, hold_s) if is_known else np.zeros(0)
    sampled = {"target.memory": Samples(at, 1e6 + 1e3 * at)}
    window = Window(0, 0, 0, hold_s * S)
    plan = make_plan(scenario, "ws://h", duration=float(hold_s))
    told = trends_of(plan, observed(found(), window=window, sampled=sampled))
    assert [one.figure for one in told] == figures
