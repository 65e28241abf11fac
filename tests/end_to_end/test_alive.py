"""Connections that are pinged, that answer pings, and that something cuts when nobody says a word."""

from typing import Any

import pytest

from tests.end_to_end import instrument
from tests.end_to_end.servers import serve

DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])
SCENARIOS = pytest.mark.parametrize("scenario", ["connect", "echo", "fanout"])


@DRIVERS
@SCENARIOS
def test_pings_keep_connections_over_which_nothing_else_is_said(scenario: str, driver: str) -> None:
    slow: dict[str, Any] = {} if scenario == "connect" else {"rate": 1.0, "warmup": 0.0, "drain": 0.1}
    with serve("idle", cut_after=3.0) as server:
        run = instrument.run(
            scenario, server.url, driver=driver, ping=0.3, connections=6, duration=1.5, **slow
        )
        facts = server.log()
    seen = run.connections
    assert (seen.dropped, facts["cut"]) == (0, 0)
    assert seen.pings is not None
    assert 6 * 3 <= seen.pings <= facts["pings"] <= seen.pings + 7, "some go out while the run ends"
    assert seen.ping_time is not None
    assert 0 < seen.ping_time.n <= seen.pings
    assert run.messages is None or run.messages.unmarked == 0


@DRIVERS
def test_pings_that_a_server_does_not_answer_are_counted(driver: str) -> None:
    with serve("idle", is_answering=False) as server:
        run = instrument.run("connect", server.url, driver=driver, ping=0.2, connections=2, duration=1.0)
    seen = run.connections
    assert seen.pings is not None
    assert seen.pings_unanswered is not None
    assert seen.ping_time is not None
    assert seen.ping_time.n == 0
    assert 2 <= seen.pings_unanswered <= seen.pings
    (notice,) = run.notices
    assert f"{seen.pings_unanswered} of {seen.pings} pings were not answered within 0.2 s" in notice


@DRIVERS
@SCENARIOS
def test_pings_of_the_server_are_answered_in_every_scenario(scenario: str, driver: str) -> None:
    slow: dict[str, Any] = {} if scenario == "connect" else {"rate": 2.0, "warmup": 0.0, "drain": 0.1}
    with serve("idle", ping_every=0.1) as server:
        run = instrument.run(scenario, server.url, driver=driver, connections=2, duration=1.0, **slow)
        facts = server.log()
    assert facts["pinged"] - facts["pongs"] <= 3, "only the last one of each connection may be under way"
    assert facts["pongs"] > 0
    assert run.connections.pings is None
    assert run.connections.ping_time is None
    assert run.messages is None or run.messages.unmarked == 0


@DRIVERS
def test_connections_that_are_cut_for_silence_tell_when_that_was(driver: str) -> None:
    with serve("idle", cut_after=2.0) as server:
        run = instrument.run(
            "connect", server.url, driver=driver, connections=4, duration=2.6, connect_rate=2.0
        )
        facts = server.log()
    seen = run.connections
    assert (seen.opened, seen.dropped, facts["cut"]) == (4, 4, 4)
    assert seen.closes == {"1006": 4}
    assert "4 of 4 connections" in run.notices[0]
    assert "--ping" in run.notices[1]
    assert seen.open_time is not None
    assert seen.open_time.n == 4
    assert seen.open_time.mean == instrument.as_told(sum(facts["held"]) / 4, run, abs_s=0.05)
