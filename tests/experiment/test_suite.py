"""The plans of the whole profile."""

import pytest

from wswarm.errors import PlanError
from wswarm.experiment.objectives import foreseen, not_held
from wswarm.experiment.suite import SCENARIOS, suite_plans

BASE = "ws://127.0.0.1:8000"


def profiles(wanted: str | None) -> list[str | None]:
    """Return the profile of each scenario's plan."""
    return [plan.profile for plan in suite_plans(BASE, SCENARIOS, profile=wanted)]


def test_the_whole_profile_is_connect_echo_and_fanout() -> None:
    assert [plan.scenario for plan in suite_plans(BASE, SCENARIOS)] == ["connect", "echo", "fanout"]


def test_scenarios_keep_their_order_whatever_order_they_are_asked_in() -> None:
    assert [plan.scenario for plan in suite_plans(BASE, ("fanout", "connect"))] == ["connect", "fanout"]


def test_each_scenario_has_its_own_defaults() -> None:
    plans = suite_plans(BASE, SCENARIOS)
    assert [(plan.connections, plan.rate) for plan in plans] == [(100, None), (10, 100.0), (100, 5.0)]


def test_an_option_goes_to_every_scenario() -> None:
    plans = suite_plans(BASE, SCENARIOS, duration=3.0, connections=7)
    assert {(plan.duration, plan.connections) for plan in plans} == {(3.0, 7)}


def test_a_probe_is_asked_for_where_there_is_something_to_compare() -> None:
    assert [plan.probe for plan in suite_plans(BASE, SCENARIOS, probe="on")] == ["auto", "on", "on"]


@pytest.mark.parametrize(
    ("wanted", "fitting"),
    [
        (None, [None, None, None]),
        ("chat", ["chat", "echo", "chat"]),
        ("echo", ["echo", "echo", "chat"]),
        ("items", ["items", "items", "chat"]),
    ],
)
def test_each_scenario_takes_the_profile_that_fits_it(wanted: str | None, fitting: list[str | None]) -> None:
    assert profiles(wanted) == fitting


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(PlanError, match="no profile 'chatt'"):
        profiles("chatt")


@pytest.mark.parametrize(("scenarios", "named"), [(("connect", "soak"), "'soak'"), ((), "''"), (("",), "''")])
def test_a_scenario_that_is_none_is_refused_with_the_ones_there_are(
    scenarios: tuple[str, ...], named: str
) -> None:
    with pytest.raises(PlanError) as refusal:
        suite_plans(BASE, scenarios)
    assert f"no scenario {named}: choose among connect, echo, fanout" in str(refusal.value)


def test_a_value_that_cannot_be_is_refused_before_anything_is_measured() -> None:
    with pytest.raises(PlanError, match="--duration 0"):
        suite_plans(BASE, SCENARIOS, duration=0.0)


def test_the_caller_s_options_stay_as_they_were() -> None:
    options = {"profile": "chat", "duration": 3.0}
    suite_plans(BASE, SCENARIOS, **options)
    assert options == {"profile": "chat", "duration": 3.0}


def test_an_objective_is_held_against_the_scenarios_that_have_its_figure() -> None:
    plans = suite_plans(BASE, SCENARIOS, slo=("lost==0", "p99<1s", "fanout.completion_time.p99<1s"))
    assert [plan.slo for plan in plans] == [
        (),
        ("lost==0", "p99<1s"),
        ("lost==0", "p99<1s", "fanout.completion_time.p99<1s"),
    ]
    assert not_held(plans, ("lost==0", "p99<1s")) == [
        "--slo 'p99<1s' is not held against connect: p99 needs 381 handshakes, and this plan has 100"
    ]


def test_a_scenario_whose_sample_will_carry_the_percentile_is_held_to_it() -> None:
    assert [plan.slo for plan in suite_plans(BASE, SCENARIOS, slo=("p99<1s",), connections=381)] == [
        ("p99<1s",)
    ] * 3


def test_an_objective_that_no_sample_will_carry_is_held_against_all_that_have_the_figure() -> None:
    plans = suite_plans(BASE, SCENARIOS, slo=("p99.99<1s",), duration=1.0)
    assert [plan.slo for plan in plans] == [("p99.99<1s",)] * 3
    assert [len(foreseen(plan)) for plan in plans] == [1, 1, 1]
    assert not_held(plans, ("p99.99<1s",)) == []


def test_an_objective_about_none_of_the_scenarios_is_refused() -> None:
    with pytest.raises(PlanError, match=r"--slo 'lost==0': no run of connect has such a figure"):
        suite_plans(BASE, ("connect",), slo=("lost==0",))


def test_what_is_said_of_publishers_is_for_fanout_alone() -> None:
    said = {"publisher_url": "ws://other/", "publisher_headers": ("X: 1",), "publishers": 3}
    plans = suite_plans("ws://host/", SCENARIOS, **said)
    assert [plan.publisher_url for plan in plans] == [None, None, "ws://other/"]
    assert [plan.publishers for plan in plans] == [1, 1, 3]
    with pytest.raises(PlanError, match="leave it out of echo"):
        suite_plans("ws://host/", ("echo",), publisher_url="ws://other/")


def test_scenarios_that_a_protocol_has_not_are_left_out() -> None:
    options = {"profile": "stomp-simple", "topic": "/topic/news"}
    plans = suite_plans("ws://127.0.0.1:9001", SCENARIOS, **options)
    assert [plan.scenario for plan in plans] == ["connect", "fanout"]
    with pytest.raises(PlanError, match="echo can't use profile 'stomp-simple'"):
        suite_plans("ws://127.0.0.1:9001", ("echo",), **options)
