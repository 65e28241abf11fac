"""Handshakes refused and connections ended, each counted under its reason or code."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.errors import TargetError
from wswarm.results.run import Run, Unsent

pytestmark = pytest.mark.xdist_group("refusals")


class Measured(NamedTuple):
    """A run, and what the server says of it."""

    run: Run
    facts: dict[str, Any]


@pytest.fixture(scope="module", params=["picows", "websockets"])
def refused(request: pytest.FixtureRequest) -> Iterator[Measured]:
    """Forty handshakes: ten refused, six reset, three never answered."""
    every = {"refuse_every": 4, "reset_every": 5, "ignore_every": 7}
    with serve("refusing", statuses=[503, 403], **every) as server:
        plan = {"connections": 40, "duration": 0.5, "connect_timeout": 1.0, "driver": request.param}
        found = run("connect", server.url, **plan)
        yield Measured(found, server.log())


def test_failed_handshakes_are_counted_by_reason_and_do_not_end_the_run(refused: Measured) -> None:
    found, facts = refused.run.connections, refused.facts
    assert facts["handshakes"] == found.requested == 40
    assert found.failures == {"http 503": 5, "http 403": 5, "reset": 6, "timeout": 3}
    assert (facts["refused"], facts["reset"], facts["ignored"]) == ({"503": 5, "403": 5}, 6, 3)
    assert (found.opened, found.failed, found.peak) == (facts["connections"], 19, 21)
    assert (found.dropped, found.closes) == (0, {})


def test_handshake_times_are_those_of_the_connections_that_opened(refused: Measured) -> None:
    found = refused.run.connections
    assert found.tcp_time is not None
    assert found.upgrade_time is not None
    assert (found.handshake_time.n, found.tcp_time.n, found.upgrade_time.n) == (21, 21, 21)
    assert found.tls_time is None


def test_the_series_tells_when_handshakes_failed(refused: Measured) -> None:
    assert sum(second.failed for second in refused.run.series) == 19
    assert sum(second.opened for second in refused.run.series) == 21
    assert refused.run.series[-1].connections == 21


def test_a_run_of_half_its_connections_is_invalid(refused: Measured) -> None:
    assert refused.run.validity.verdict == "invalid"
    assert any("only 52.5% of the connections opened" in reason for reason in refused.run.validity.reasons)


def test_a_run_without_some_of_its_connections_is_suspect() -> None:
    with serve("refusing", refuse_every=20) as server:
        found = run("connect", server.url, connections=20, duration=0.5)
    assert found.connections.failures == {"http 503": 1}
    assert found.validity.verdict != "valid"
    assert any("95.0% of the connections opened" in reason for reason in found.validity.reasons)


def test_a_target_that_refuses_everyone_cannot_be_measured() -> None:
    with (
        serve("refusing", refuse_every=1, statuses=[403]) as server,
        pytest.raises(TargetError, match=r"every handshake failed: http 403 \(5\)"),
    ):
        run("echo", server.url)


def test_the_echo_load_is_spread_over_the_connections_that_opened() -> None:
    with serve("refusing", refuse_every=3) as server:
        found = run("echo", server.url, connections=6)
        facts = server.log()
    assert found.messages is not None
    assert (found.connections.opened, facts["connections"]) == (4, 4)
    assert found.messages.offered == found.messages.sent == found.messages.received == 100
    assert facts["received"] == 120


def test_a_closed_connections_messages_are_offered_and_not_sent() -> None:
    """Connections 3, 6, 9 and 12 are closed after their third reply, a second before the next message is due."""
    with serve("refusing", close_every=3, after_messages=3) as server:
        found = run("echo", server.url, connections=12, rate=12, duration=5, warmup=0)
        facts = server.log()
    assert sorted(number for number, _ in facts["closed"]) == [3, 6, 9, 12]
    assert (found.connections.closes, found.connections.dropped) == ({"1013": 4}, 4)
    assert (found.connections.opened, found.connections.failed) == (12, 0)
    assert found.messages is not None
    assert found.messages.offered == 60
    assert found.messages.sent == facts["received"] == 8 * 5 + 4 * 3
    assert found.messages.owed == found.messages.received == facts["sent"] == found.messages.sent
    assert (found.messages.lost.disconnected, found.messages.lost.silent) == (0, 0)
    assert found.messages.unsent == Unsent(disconnected=8, late=0)
    assert not any("were sent:" in reason for reason in found.validity.reasons)
    assert found.connections.close_reasons == {"1013 try again later": 4}
    assert found.failure is None
    assert found.notices[0].startswith("the target closed 4 of 12 connections: 1013 try again later, after ")
    assert found.series[-1].connections == 8


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_aborted_connections_are_counted_as_1006_and_what_they_were_owed_as_disconnected(driver: str) -> None:
    with serve("refusing", close_every=4, abort_every=2, after=1.0) as server:
        found = run("echo", server.url, connections=8, rate=200, duration=1.5, warmup=0, driver=driver)
        facts = server.log()
    assert len(facts["closed"]) == len(facts["aborted"]) == 2
    assert found.connections.closes == {"1013": 2, "1006": 2}
    assert found.messages is not None
    lost = found.messages.lost
    assert lost.silent == 0
    assert found.messages.owed == found.messages.sent == found.messages.received + lost.disconnected
    # A reset discards what the client had not read: replies may be lost that the server counts as sent.
    assert found.messages.received <= facts["sent"]
    assert found.messages.sent >= facts["received"]
    assert found.messages.sent < found.messages.offered == 300
