"""Whether sessions can come and go as a plan says: one line, the value, a mend that works."""

from typing import Any

import pytest

from wswarm.errors import PlanError
from wswarm.load.plan import Plan, make_plan

URL = "ws://127.0.0.1:9/"


def planned(**options: Any) -> Plan:
    """The plan of these options."""
    return make_plan("churn", URL, **options)


def test_by_default_ten_begin_a_second_and_stay_for_twenty() -> None:
    plan = planned()
    assert (plan.sessions, plan.stay, plan.stay_law, plan.rate, plan.warmup) == (
        10.0,
        20.0,
        "exponential",
        None,
        0.0,
    )
    assert not plan.is_published


def test_without_a_word_there_may_be_a_thousand_more_than_expected() -> None:
    assert planned(sessions=50, stay=20).connections == 2_000
    assert planned(sessions=500, stay=80).connections == 42_000
    assert planned(sessions=50, stay=20, connections=7).connections == 7


def test_with_a_rate_a_publisher_comes_on_top_and_warms_up() -> None:
    plan = planned(sessions=50, rate=5)
    assert (plan.is_published, plan.sockets - plan.connections, plan.warmup) == (True, 1, 1.0)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"sessions": 0}, "--sessions 0 must"),
        ({"sessions": float("inf")}, "--sessions inf must"),
        ({"stay": 0}, "--stay 0 must"),
        ({"stay": float("nan")}, "--stay nan must"),
        ({"stay_law": "pareto"}, "pareto"),
        ({"sessions": 1_000, "stay": 900, "duration": 200}, "1,100,000 sessions, more than 1,000,000"),
        ({"sessions": 0.01, "duration": 10}, "gives no session"),
        ({"publish": "POST http://127.0.0.1/"}, "add -r"),
        ({"publisher_url": "ws://127.0.0.1/"}, "add -r"),
        ({"publishers": 3}, "--publishers 3 publishes nothing without a rate: leave it out, or add -r"),
        ({"publisher_headers": ("X-Key: hunter2",)}, "--publisher-header publishes nothing"),
        ({"publisher_steps": (("say", "hello"),)}, "--publisher-say publishes nothing"),
        ({"size": 4_096}, "--size 4096 publishes nothing"),
        ({"text": "{marker}!"}, "--text '{marker}!' publishes nothing"),
        ({"binary": True}, "--binary publishes nothing"),
        ({"closed": True}, "leave it out of churn"),
        ({"stages": [(1, 5)]}, "leave it out of churn"),
    ],
)
def test_what_can_t_be_is_told_with_a_mend(options: dict[str, Any], named: str) -> None:
    with pytest.raises(PlanError) as told:
        planned(**options)
    assert named in str(told.value)
    assert "\n" not in str(told.value)


def test_connections_of_stages_say_how_many_there_are() -> None:
    plan = make_plan("connect", URL, stages="2s:40,1s:40,1s:0")
    assert (plan.connections, plan.duration, plan.warmup) == (40, 4.0, 0.0)
    with pytest.raises(PlanError, match="leave out --connections"):
        make_plan("connect", URL, stages="2s:40", connections=3)
    with pytest.raises(PlanError, match=r"--connect-rate 5/s beside --stages.* leave it out"):
        make_plan("connect", URL, stages="2s:40", connect_rate=5.0)
