"""Clients that do not finish what TLS begins with: the application never hears of them."""

import asyncio
import queue
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
import uvicorn
from websockets.asyncio.client import connect

from target_app.departures import Server
from tests.target_app.backplane.fleet import Fleet
from tests.target_app.client_hello import client_hello
from tests.target_app.raw_client import RawClient
from tests.target_app.server import FRAMING, PATIENCE
from tests.target_app.wire.echo_app import EchoApp

DEADLINE = 2  # in s
BEFORE_THE_USUAL = 45.0  # s: asyncio and uvloop let go after 60 by themselves
AUTHORITY = trustme.CA()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For 127.0.0.1, and its key."""
    file = tmp_path_factory.mktemp("tls") / "with its key.pem"
    AUTHORITY.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(file)
    return file


@pytest.fixture(params=["asyncio", "uvloop"])
def port(request: pytest.FixtureRequest, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Of our server of an echo, in a thread."""
    monkeypatch.setattr("target_app.departures.collect_seldom", lambda: None)  # the process is the tests'
    told: queue.Queue[int] = queue.Queue()
    options = {"ws": FRAMING, "loop": request.param, "port": 0, "log_config": None}
    app = EchoApp(handshake_deadline=DEADLINE)
    server = Server(uvicorn.Config(app, ssl_certfile=certificate, **options), None, told.put)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield told.get(timeout=PATIENCE)
    server.should_exit = True
    thread.join(PATIENCE)
    assert not thread.is_alive()


def trust() -> ssl.SSLContext:
    """Of who knows the authority."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def late(port: int) -> list[RawClient]:
    """Some that say nothing, and some that say half of it."""
    return [RawClient.dial(port, begun) for begun in (b"", client_hello()[:100]) * 4]


async def outlives(port: int, path: str, others: list[RawClient]) -> str:
    """What is answered to who came in time, when the server has let go of the others, who came first."""
    async with connect(f"wss://127.0.0.1:{port}{path}", ssl=trust(), proxy=None) as client:
        for other in others:
            await asyncio.to_thread(other.read_all, BEFORE_THE_USUAL)
            assert other.end
            other.leave()
        await client.send("hi")
        return str(await client.recv())


def test_who_does_not_begin_with_tls_is_let_go_of_at_the_deadline_of_handshakes(port: int) -> None:
    assert asyncio.run(outlives(port, "/", late(port))) == "hi"


def test_so_it_is_with_several_workers_that_are_served(certificate: Path, tmp_path: Path) -> None:
    settings = {"TARGET_HANDSHAKE_DEADLINE": str(DEADLINE)}
    with Fleet(tmp_path / "log", 4, is_served=True, certificate=certificate, **settings) as fleet:
        answer = asyncio.run(outlives(fleet.port, "/ws", late(fleet.port)))
        assert answer == "Message text was: hi"
        assert f"4 workers running on https://127.0.0.1:{fleet.port}\n" in fleet.log()
        assert fleet.stop() == 0
        assert "Traceback" not in fleet.log()
