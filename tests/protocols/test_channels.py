"""Django Channels with daphne: no protocol of its own, the JSON of the tutorial's chat."""

from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, idle, killed_in_hold
from tests.protocols.programs import daphne
from wswarm.errors import TargetError

SAYING: dict[str, Any] = {"json": '{"message":"{marker}"}'}
LOBBY = "/ws/chat/lobby/"


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_broadcast_is_accounted_for(driver: str, subscribers: int) -> None:
    with daphne("channels_chat") as server:
        check_exact(broadcasts(server.url + LOBBY, driver, subscribers, **SAYING), subscribers)


def test_each_hears_its_own() -> None:
    with daphne("channels_chat") as server:
        found = run("echo", f"{server.url}/ws/chat/{{id}}/", duration=0.5, **SAYING)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (100, 100, 0)


@pytest.mark.parametrize(("path", "reason"), [("/ws/chat/closed/", "http 403"), ("/ws/none/", "http 500")])
def test_who_is_not_let_in_is_told(path: str, reason: str) -> None:
    with daphne("channels_chat") as server, pytest.raises(TargetError, match=rf"{reason} \(3\)"):
        run("connect", server.url + path, connections=3, duration=0.1)


def test_who_says_nothing_is_not_dropped_for_it() -> None:
    with daphne("channels_chat") as server:
        found = idle(server.url + LOBBY, 1.0)
    assert (found.connections.opened, found.connections.dropped) == (10, 0)


def test_the_death_of_the_server_is_told() -> None:
    with daphne("channels_chat") as server:
        found = killed_in_hold(server, server.url + LOBBY, **SAYING)
    assert found.connections.close_reasons == {"1006": 11}
