"""The reference application behind nginx, over TLS, with the configuration that the project has."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.deploy.nginx import Nginx, needs_nginx, nginx
from tests.target_app.backplane.servers import free_port
from tests.target_app.hosted import hardened, hosting
from tests.target_app.server import FRAMING, Server, closing, receive

pytestmark = [needs_nginx, pytest.mark.xdist_group("nginx")]
GREETING = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def telling_app(**settings: Any) -> FastAPI:
    """The hardened application, and an endpoint that says whom it takes its client for."""
    app = hardened(**settings)

    @app.websocket("/whoami")
    async def whoami(websocket: WebSocket) -> None:
        await websocket.accept()
        assert websocket.client is not None
        await websocket.send_text(f"{websocket.client.host} by {websocket.url.scheme}")
        await websocket.close()

    return app


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    """The application, which believes nginx and one more proxy."""
    with hosting(telling_app(trusted_proxies=["127.0.0.1", "127.0.9.0/24"]), ws=FRAMING) as server:
        yield server


@pytest.fixture(scope="module")
def front(app: Server) -> Iterator[Nginx]:
    """nginx before it."""
    with nginx(app.port) as running:
        yield running


def test_messages_pass_in_both_directions(front: Nginx) -> None:
    with front.connect("/ws") as client:
        client.send("ü" * 100_000)
        assert receive(client) == [f"Message text was: {'ü' * 100_000}"]


def test_a_close_code_and_its_reason_pass(front: Nginx) -> None:
    with front.connect("/ws") as client:
        client.send(b"binary")
        assert closing(client) == (1003, "expected a text message")


@pytest.mark.parametrize(
    ("source", "said", "known_as"),
    [
        ("127.0.0.2", [], "127.0.0.2"),
        ("127.0.0.2", ["6.6.6.6"], "127.0.0.2"),
        ("127.0.0.2", ["6.6.6.6, 127.0.9.7"], "127.0.0.2"),
        ("127.0.0.2", ["127.0.9.7", "127.0.0.1"], "127.0.0.2"),
        ("127.0.0.2", ["<script>"], "127.0.0.2"),
        ("127.0.9.7", ["7.7.7.7"], "7.7.7.7"),
        ("127.0.9.7", ["6.6.6.6, 7.7.7.7"], "7.7.7.7"),
        ("127.0.9.7", ["6.6.6.6", "7.7.7.7"], "7.7.7.7"),
        ("127.0.9.7", ["2001:db8::1"], "2001:db8::1"),
    ],
)
def test_a_client_is_known_by_its_own_address_whatever_it_claims(
    front: Nginx, source: str, said: list[str], known_as: str
) -> None:
    headers = [("X-Forwarded-For", value) for value in said]
    with front.connect("/whoami", bind=source, additional_headers=headers) as client:
        assert receive(client) == [f"{known_as} by wss"]


@pytest.mark.parametrize("trusted", [[], ["127.0.0.1"]])
def test_who_is_no_trusted_proxy_is_not_believed(trusted: list[str]) -> None:
    forwarded = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"}
    with hosting(telling_app(trusted_proxies=trusted), ws=FRAMING, proxy_headers=False) as app:
        options = {"additional_headers": forwarded, "source_address": ("127.0.0.2", 0)}
        with app.connect("/whoami", **options) as client:
            assert receive(client) == ["127.0.0.2 by ws"]


def test_pages_of_the_same_host_may_connect_and_others_may_not(front: Nginx) -> None:
    with front.connect("/ws/1", origin=f"https://localhost:{front.port}") as client:
        client.send("here")
        assert receive(client) == ["You wrote: here"]
    for stranger in (f"https://localhost:{front.plain_port}", "https://evil.example"):
        with pytest.raises(InvalidStatus, match="403"):
            front.connect("/ws/1", origin=stranger)


@pytest.mark.parametrize("path", ["/metrics", "/stats"])
def test_figures_are_not_for_those_outside(front: Nginx, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert front.status(request.encode()).startswith(b"HTTP/1.1 404 ")


def test_health_is(front: Nginx) -> None:
    assert front.status(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") == b"HTTP/1.1 200 OK\r\n"


def test_a_large_body_is_refused_before_it_is_sent(front: Nginx) -> None:
    assert front.status(GREETING + b"Content-Length: 70000\r\n\r\n").startswith(b"HTTP/1.1 413 ")


def test_no_token_is_in_a_log_also_when_the_application_is_down(front: Nginx) -> None:
    with front.connect("/items/foo/ws?token=hush") as client:
        client.send("x")
        receive(client)
    with nginx(free_port()) as deserted:
        with pytest.raises(InvalidStatus, match="502"):
            deserted.connect("/items/foo/ws?token=hush")
        assert '"GET /items/foo/ws" 502 502' in deserted.access_log(1)
        assert "hush" not in deserted.access_log(1) + deserted.said()
    assert "hush" not in front.access_log(1) + front.said()


def test_a_request_that_stops_half_way_is_given_up_at_nginx(app: Server) -> None:
    with nginx(app.port, replaced={"client_header_timeout 10s;": "client_header_timeout 1s;"}) as front:
        assert front.status(GREETING) == b""


@pytest.mark.parametrize(("ping", "ends"), [(0.3, False), (None, True)])
def test_a_silent_connection_lives_as_long_as_it_is_pinged(ping: float | None, ends: bool) -> None:
    soon = {"proxy_read_timeout 60s;": "proxy_read_timeout 1s;"}
    with (
        hosting(hardened(), ws=FRAMING, ws_ping_interval=ping) as app,
        nginx(app.port, replaced=soon) as front,
        front.connect("/ws", ping_interval=None) as client,
    ):
        if ends:
            assert closing(client) == (1006, "")
        else:
            with pytest.raises(TimeoutError):
                client.recv(1.5)
            assert is_answered(client)


def test_when_one_of_several_servers_stops_its_clients_are_told_and_find_the_others() -> None:
    with ExitStack() as stack:
        stays = stack.enter_context(hosting(hardened(), ws=FRAMING))
        stops = stack.enter_context(hosting(hardened(), ws=FRAMING))
        front = stack.enter_context(nginx(stays.port, stops.port))
        clients = [stack.enter_context(front.connect("/ws")) for _ in range(4)]
        assert [one.stats()["connections_open"] for one in (stays, stops)] == [2, 2]
        stops.stop()
        codes = [closing(client)[0] for client in clients if not is_answered(client)]
        assert codes == [1012, 1012]
        back = [stack.enter_context(front.connect("/ws")) for _ in codes]
        assert all(is_answered(client) for client in back)
        assert stays.stats()["connections_open"] == 4


def is_answered(client: ClientConnection) -> bool:
    """Whether the server has not closed."""
    try:
        client.send("still there?")
        return receive(client) == ["Message text was: still there?"]
    except ConnectionClosed:
        return False
