"""STOMP without receipts, as Spring's simple broker speaks it, on a server that was written from its source."""

from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle
from tests.protocols.programs import python
from wswarm.errors import TargetError
from wswarm.experiment.inspection import inspect
from wswarm.load.manner import Manner

pytestmark = pytest.mark.xdist_group("brokers")

TOPIC: dict[str, Any] = {"profile": "stomp-simple", "topic": "/topic/room"}


def server(**parameters: Any) -> Any:
    """A running server."""
    return python("spring", "websockets", **parameters)


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_broadcast_is_accounted_for_though_nobody_says_who_is_a_subscriber(
    driver: str, subscribers: int
) -> None:
    with server(late_s=0.5) as program:
        found = broadcasts(program.url, driver, subscribers, **TOPIC, event="/app/room")
    check_exact(found, subscribers)


def test_who_is_sent_nothing_is_no_subscriber() -> None:
    with server(late_s=60.0) as program, pytest.raises(TargetError, match=r"no canary \(3\)"):
        run("fanout", program.url, **TOPIC, connections=3, rate=20, connect_timeout=1.0)


def test_receipts_that_do_not_come_are_named() -> None:
    with server() as program, pytest.raises(TargetError, match=r"no answer to SUBSCRIBE \(3\)"):
        run("connect", program.url, profile="stomp", topic="/topic/a", connections=3, connect_timeout=0.5)


def test_heart_beats_keep_idle_connections() -> None:
    with server(heartbeat_s=0.3) as program:
        found = idle(program.url, 2.0, **TOPIC, set=("heartbeat=300ms",))
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


def test_a_look_tells_it_from_a_broker_with_receipts() -> None:
    with server() as program:
        found = inspect(Manner(url=program.url), 2.0)
    assert [name for name, (is_spoken, _) in found.spoken.items() if is_spoken] == ["stomp-simple"]
