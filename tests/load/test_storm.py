"""What a plan of a storm may say, and who is dropped."""

from typing import Any

import numpy as np
import pytest

from wswarm.errors import PlanError
from wswarm.load.dropped import dropped_ids
from wswarm.load.plan import Plan, make_plan

URL = "ws://127.0.0.1:1"


def plan(**options: Any) -> Plan:
    return make_plan("storm", URL, **{"seed": 3, **options})


@pytest.mark.parametrize(("connections", "share", "count"), [(2_000, 0.5, 1_000), (3, 0.5, 2), (10, 1.0, 10)])
def test_as_many_are_dropped_as_the_share_says(connections: int, share: float, count: int) -> None:
    ids = dropped_ids(plan(connections=connections, drop=share))
    assert len(ids) == len(np.unique(ids)) == count
    assert 1 <= ids.min() <= ids.max() <= connections


def test_the_dropped_are_spread_over_the_order_of_connecting() -> None:
    ids = dropped_ids(plan(connections=1_000, drop=0.1))
    assert [(ids[part] - 1) // 10 for part in range(100)] == list(range(100))


@pytest.mark.parametrize("agents", [2, 3])
def test_the_dropped_are_spread_over_the_agents(agents: int) -> None:
    shares = np.bincount(dropped_ids(plan(connections=2_000, drop=0.5)) % agents) / 1_000
    assert shares == pytest.approx(1 / agents, abs=0.05)


def test_a_seed_drops_the_same() -> None:
    assert dropped_ids(plan()).tolist() == dropped_ids(plan()).tolist() != dropped_ids(plan(seed=4)).tolist()


def test_a_restart_drops_all() -> None:
    assert len(dropped_ids(plan(connections=20, how="restart"))) == 20
    assert plan(how="restart").drop == 1


def test_the_hold_is_as_long_as_its_parts_at_most() -> None:
    assert plan(before=2, patience=5.0, after=3).duration == pytest.approx(11)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"drop": 0.0}, "--drop 0% must be more than 0%"),
        ({"drop": 1.5}, "--drop 150% must be more than 0% and at most 100%"),
        (
            {"drop": 0.001, "connections": 100},
            "--drop 0.1% of 100 connections drops nobody: write 1% or more",
        ),
        ({"reconnect": "soon"}, "--reconnect 'soon' is no policy"),
        ({"reconnect": "full:5s,1s"}, "write full:1s,5s"),
        ({"patience": 0.0}, "--patience 0 must be a time above 0"),
        ({"before": -1.0}, "--before -1 must be a time from 0"),
        ({"after": float("inf")}, "--after inf must be a time from 0"),
        ({"patience": -100.0}, "--patience -100 must be a time above 0"),
        ({"signal": "KILL"}, "--signal KILL is for --how restart"),
        ({"rooms": 2, "url": URL + "/{room}"}, "--rooms 2"),
        ({"duration": 5.0}, "--before"),
        ({"how": "politely"}, "how"),
    ],
)
def test_what_can_not_be_is_told_with_a_mend(options: dict[str, Any], told: str) -> None:
    url = options.pop("url", URL)
    with pytest.raises(PlanError) as refused:
        make_plan("storm", url, **options)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
