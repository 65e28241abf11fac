"""The framing server over real sockets; what the app shows on it is in the traps."""

from collections.abc import Callable

import pytest

from tests.target_app.hosted import hardened
from tests.target_app.raw_client import RawClient, text
from tests.target_app.server import FRAMING, Server, closing, receive

Start = Host = Callable[..., Server]


@pytest.fixture
def deflating(host: Host) -> Server:
    """The framing server with permessage-deflate."""
    return host(hardened(), ws=FRAMING, ws_per_message_deflate=True)


@pytest.mark.parametrize("length", [1, 200, 70_000])
def test_a_client_that_negotiated_deflate_takes_frames_that_are_not_compressed(
    deflating: Server, length: int
) -> None:
    with deflating.connect("/ws/1", compression="deflate") as client:
        assert client.response is not None
        assert "permessage-deflate" in client.response.headers["Sec-WebSocket-Extensions"]
        for _ in range(3):
            client.send("x" * length)
            assert receive(client, 2) == [f"You wrote: {'x' * length}", f"Client #1 says: {'x' * length}"]


def test_other_endpoints_and_unicode_are_as_ever(deflating: Server) -> None:
    with deflating.connect("/ws", compression="deflate") as client:
        client.send("ü€😀")
        assert receive(client) == ["Message text was: ü€😀"]
    with deflating.connect("/ws/1") as client:
        client.send("ü€😀")
        assert receive(client, 2) == ["You wrote: ü€😀", "Client #1 says: ü€😀"]


def test_a_client_that_never_reads_does_not_keep_the_server_from_stopping(start: Start) -> None:
    server = start("target_app.main:app", "--ws", FRAMING, "--timeout-graceful-shutdown", "1")
    mute = RawClient(server.port, "/ws/1")
    with server.connect("/ws/2", max_size=None) as client:
        mute.send(text("x" * 4_000_000))
        receive(client)
        server.stop()
        assert closing(client)[0] == 1012
    mute.abort()
