"""What can be foreseen of a plan's objectives, and that the mend works when followed."""

import re
from typing import Any

import pytest

from wswarm.experiment.objectives import foreseen
from wswarm.load.plan import Plan, make_plan


def plan(scenario: str, *slo: str, **options: Any) -> Plan:
    return make_plan(scenario, "ws://h", slo=slo, **options)


@pytest.mark.parametrize(
    ("scenario", "expression", "told"),
    [
        (
            "connect",
            "p99<1s",
            "p99 needs 381 handshakes, and this plan has 100; use -c 381, or set it on p95",
        ),
        ("connect", "connections.tcp_time.p99<1s", "p99 needs 381 handshakes, and this plan has 100"),
        (
            "echo",
            "p99.9<1s",
            "p99.9 needs 3,838 replies, and this plan has 1,000; use -d 39s, or set it on p99",
        ),
        ("echo", "send_lag.p99_9<1s", "p99.9 needs 3,838 messages, and this plan has 1,000; use -d 39s"),
        ("echo", "service_time.p99<1s", ""),
        ("fanout", "p99.9<1s", ""),
        ("fanout", "p99.99<1s", "p99.99 needs 38,411 deliveries, and this plan has 5,000; use -d 77s"),
        (
            "fanout",
            "fanout.completion_time.p99<1s",
            "p99 needs 381 broadcasts, and this plan has 50; use -d 77s, or set it on p90",
        ),
        ("fanout", "rooms.worst.0.lost==0", "a run in one room has no such figure: use --rooms"),
        ("connect", "lost==0", "a run of connect has no such figure"),
        ("echo", "fanout.spread.p50<1s", "a run of echo has no such figure"),
        ("echo", "generator.loop_lag.p99<1s", ""),
        ("echo", "lost==0", ""),
    ],
)
def test_what_the_sample_will_not_carry_is_told_with_the_load_that_would(
    scenario: str, expression: str, told: str
) -> None:
    found = foreseen(plan(scenario, expression))
    assert len(found) == bool(told)
    assert all(told in line and f"--slo {expression!r} can't be met: " in line for line in found)


@pytest.mark.parametrize(
    ("scenario", "expression"),
    [
        ("connect", "p99<1s"),
        ("echo", "p99.9<1s"),
        ("fanout", "fanout.completion_time.p99<1s"),
        ("fanout", "p99.99<1s"),
    ],
)
def test_the_mend_works_when_followed(scenario: str, expression: str) -> None:
    (line,) = foreseen(plan(scenario, expression))
    found = re.search(r"use (-c|-d) (\d+)s?", line)
    assert found is not None
    option = {"-c": {"connections": int(found[2])}, "-d": {"duration": float(found[2])}}[found[1]]
    assert foreseen(plan(scenario, expression, **option)) == []


def test_how_many_replies_a_closed_model_gets_is_not_foreseen() -> None:
    assert foreseen(plan("echo", "p99.99<1s", closed=True)) == []


def test_a_room_has_its_share_of_the_deliveries() -> None:
    in_rooms = make_plan(
        "fanout", "ws://h/{room}", rooms=5, slo=("rooms.worst.0.p99<1s", "rooms.worst.0.lost==0", "p99<1s")
    )
    (told,) = foreseen(in_rooms)
    assert "p99 needs 381 deliveries in a room, and this plan has 200; use -d 20s, or set it on p50" in told


@pytest.mark.parametrize(
    ("scenario", "expression", "told"),
    [
        (
            "echo",
            "stages.0.p99<1s",
            "p99 needs 381 of its messages, and this plan has 200; make the stage longer",
        ),
        ("echo", "stages.1.p99<1s", ""),
        ("fanout", "stages.0.p99<1s", ""),
        ("echo", "stages.1.back_after_s<5s", ""),
        ("echo", "stages.2.sent>0", "count from 0, jumps have none, and this plan has 2: use stages.1"),
    ],
)
def test_what_a_stage_will_not_carry_is_told(scenario: str, expression: str, told: str) -> None:
    found = foreseen(plan(scenario, expression, stages="4s:100/s,0s:500/s,2s:500/s"))
    assert len(found) == bool(told)
    assert all(told in line for line in found)


def test_a_stage_of_a_load_without_stages_is_no_figure() -> None:
    (line,) = foreseen(plan("echo", "stages.0.p99<1s"))
    assert "a run without stages has no such figure: use --stages" in line
