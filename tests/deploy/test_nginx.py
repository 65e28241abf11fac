"""The reference application behind nginx, over TLS, with the configuration that the project has."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.deploy.nginx import Nginx, needs_nginx, nginx
from tests.target_app.client_hello import client_hello
from tests.target_app.hosted import hardened, hosting
from tests.target_app.raw_client import RawClient
from tests.target_app.server import FRAMING, PATIENCE, Server, receive
from wswarm.drive.host.ports import free_ports

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


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine; one that hangs fails."""
    asyncio.run(asyncio.wait_for(test, 2 * PATIENCE))


async def closing(client: ClientConnection) -> tuple[int, str]:
    """Code and reason of the server's close frame, (1006, "") without one."""
    with pytest.raises(ConnectionClosed) as closed:
        await client.recv()
    frame = closed.value.rcvd
    return (1006, "") if frame is None else (frame.code, frame.reason)


async def is_answered(client: ClientConnection) -> bool:
    """Whether the server has not closed."""
    try:
        await client.send("still there?")
        return await client.recv() == "Message text was: still there?"
    except ConnectionClosed:
        return False


def test_messages_pass_in_both_directions(front: Nginx) -> None:
    async def test() -> None:
        async with front.connect("/ws") as client:
            await client.send("ü" * 100_000)
            assert await client.recv() == f"Message text was: {'ü' * 100_000}"

    run(test())


def test_a_close_code_and_its_reason_pass(front: Nginx) -> None:
    async def test() -> None:
        async with front.connect("/ws") as client:
            await client.send(b"binary")
            assert await closing(client) == (1003, "expected a text message")

    run(test())


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
    async def test() -> None:
        headers = [("X-Forwarded-For", value) for value in said]
        async with front.connect("/whoami", source, additional_headers=headers) as client:
            assert await client.recv() == f"{known_as} by wss"

    run(test())


@pytest.mark.parametrize("trusted", [[], ["127.0.0.1"]])
def test_who_is_no_trusted_proxy_is_not_believed(trusted: list[str]) -> None:
    forwarded = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"}
    with hosting(telling_app(trusted_proxies=trusted), ws=FRAMING, proxy_headers=False) as app:
        options = {"additional_headers": forwarded, "source_address": ("127.0.0.2", 0)}
        with app.connect("/whoami", **options) as client:
            assert receive(client) == ["127.0.0.2 by ws"]


def test_a_cap_per_address_counts_clients_and_not_the_proxy() -> None:
    async def test(front: Nginx) -> None:
        claims = {"X-Forwarded-For": "6.6.6.6"}
        async with front.connect("/ws", "127.0.0.2") as one, front.connect("/ws", "127.0.0.3") as other:
            with pytest.raises(InvalidStatus, match="429"):
                await front.connect("/ws", "127.0.0.2", additional_headers=claims)
            assert await is_answered(one)
            assert await is_answered(other)

    app = hardened(trusted_proxies=["127.0.0.1"], max_per_address=1)
    with hosting(app, ws=FRAMING, proxy_headers=False) as server, nginx(server.port) as front:
        run(test(front))


def test_a_client_that_does_not_read_is_noticed_behind_nginx(front: Nginx, app: Server) -> None:
    async def test() -> None:
        async with front.connect("/ws/2") as sender, front.connect("/ws/1", max_queue=1) as slow:
            await slow.send("here")  # and reads no more than what its library does by itself
            slow.transport.pause_reading()
            closed = app.stats()["hub"]["slow_closes"]
            while app.stats()["hub"]["slow_closes"] == closed:
                await sender.send("x" * 500_000)
                while not str(await sender.recv()).startswith("Client #2"):
                    pass
            assert app.stats()["hub"]["slow_closes"] == closed + 1
            slow.transport.abort()

    run(test())


def test_pages_of_the_same_host_may_connect(front: Nginx) -> None:
    async def test() -> None:
        async with front.connect("/ws/1", origin=f"https://localhost:{front.port}") as client:
            await client.send("here")
            assert await client.recv() == "You wrote: here"

    run(test())


@pytest.mark.parametrize("origin", ["https://localhost", "https://evil.example"])
def test_pages_of_another_origin_may_not(front: Nginx, origin: str) -> None:
    async def test() -> None:
        with pytest.raises(InvalidStatus, match="403"):
            await front.connect("/ws/1", origin=origin)

    run(test())


@pytest.mark.parametrize(
    ("path", "status"),
    [("/metrics", b"404 Not Found"), ("/stats", b"404 Not Found"), ("/healthz", b"200 OK")],
)
def test_figures_are_not_for_those_outside_and_health_is(front: Nginx, path: str, status: bytes) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert front.status(request.encode()) == b"HTTP/1.1 %s\r\n" % status


def test_a_large_body_is_refused_before_it_is_sent(front: Nginx) -> None:
    assert front.status(GREETING + b"Content-Length: 70000\r\n\r\n").startswith(b"HTTP/1.1 413 ")


def test_no_token_is_in_a_log_also_when_the_application_is_down(front: Nginx) -> None:
    async def use_tokens(deserted: Nginx) -> None:
        async with front.connect("/items/foo/ws?token=hush") as client:
            await client.send("x")
            await client.recv()
        with pytest.raises(InvalidStatus, match="502"):
            await deserted.connect("/items/foo/ws?token=hush")

    with nginx(free_ports(1)[0]) as deserted:
        run(use_tokens(deserted))
        assert '"GET /items/foo/ws" 502 502' in deserted.access_log(1)
        logs = deserted.access_log(1) + deserted.said() + front.access_log(1) + front.said()
    assert "hush" not in logs


def test_a_request_that_stops_half_way_is_given_up_at_nginx_and_so_is_tls(app: Server) -> None:
    with nginx(app.port, replaced={"client_header_timeout 10s;": "client_header_timeout 1s;"}) as front:
        assert front.status(GREETING) == b""
        for begun in (b"", client_hello()[:100]):
            client = RawClient.dial(front.port, begun)
            assert client.read_all(45) == b""
            assert client.end, "nginx's own 60 s"
            client.leave()


@pytest.mark.parametrize(("ping", "timeout"), [(0.2, 3), (None, 1)])
def test_a_silent_connection_lives_as_long_as_it_is_pinged(ping: float | None, timeout: int) -> None:
    async def test(front: Nginx) -> None:
        async with front.connect("/ws", ping_interval=None) as client:
            if ping is None:
                assert await closing(client) == (1006, "")
            else:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.recv(), timeout + 0.5)
                assert await is_answered(client)

    soon = {"proxy_read_timeout 60s;": f"proxy_read_timeout {timeout}s;"}
    with (
        hosting(hardened(), ws=FRAMING, ws_ping_interval=ping) as app,
        nginx(app.port, replaced=soon) as front,
    ):
        run(test(front))


def test_when_one_of_several_servers_stops_its_clients_are_told_and_find_the_others() -> None:
    async def test(front: Nginx, stays: Server, stops: Server) -> None:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(front.connect("/ws")) for _ in range(4)]
            assert [one.stats()["connections_open"] for one in (stays, stops)] == [2, 2]
            await asyncio.to_thread(stops.stop)
            codes = [(await closing(client))[0] for client in clients if not await is_answered(client)]
            assert codes == [1012, 1012]
            back = [await stack.enter_async_context(front.connect("/ws")) for _ in codes]
            assert all([await is_answered(client) for client in back])
            assert stays.stats()["connections_open"] == 4

    with (
        hosting(hardened(), ws=FRAMING) as stays,
        hosting(hardened(), ws=FRAMING) as stops,
        nginx(stays.port, stops.port) as front,
    ):
        run(test(front, stays, stops))
