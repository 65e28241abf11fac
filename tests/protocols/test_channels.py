"""A chat of Django Channels, which has no protocol, on daphne."""

import pytest

from tests.end_to_end.instrument import run
from tests.protocols.measured import DRIVERS, broadcasts, check_exact, killed_in_hold
from tests.protocols.programs import foreign
from wswarm.errors import TargetError

MESSAGE = '{"message":"{marker}"}'


@pytest.mark.parametrize(("driver", "subscribers"), DRIVERS)
def test_every_broadcast_is_accounted_for(driver: str, subscribers: int) -> None:
    with foreign("channels_chat") as server:
        check_exact(
            broadcasts(f"{server.url}/ws/chat/lobby/", driver, subscribers, json=MESSAGE), subscribers
        )


@pytest.mark.parametrize(("path", "reason"), [("chat/closed/", "http 403"), ("nothing/", "http 500")])
def test_who_is_not_let_in_is_told_by_the_status(path: str, reason: str) -> None:
    with foreign("channels_chat") as server, pytest.raises(TargetError, match=rf"{reason} \(3\)"):
        run("connect", f"{server.url}/ws/{path}", connections=3, duration=0.1)


def test_the_death_of_the_server_is_told() -> None:
    with foreign("channels_chat") as server:
        found = killed_in_hold(server, f"{server.url}/ws/chat/lobby/", json=MESSAGE)
    assert found.connections.close_reasons == {"1006": 11}
