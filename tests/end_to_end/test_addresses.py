"""A name with several addresses, a name outside ASCII, a socket file: reached with both drivers, told in the run."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import instrument
from tests.end_to_end.servers import serve
from tests.end_to_end.servers.hole import hole, queue
from wswarm.errors import TargetError

DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])
SMALL: dict[str, Any] = {"connections": 3, "rate": 50.0, "duration": 0.2, "warmup": 0.0}


@contextmanager
def named(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> Iterator[list[str]]:
    """Let every name have these addresses; yields the names that were asked for."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, socket.SOCK_STREAM, 6, "", (one, port)) for one in hosts]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield asked


@DRIVERS
def test_all_connections_open_by_the_address_that_answers(
    driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve("echo") as server, hole("::1", server.port), named(monkeypatch, "::1", "127.0.0.1"):
        run = instrument.run("connect", f"ws://dual.test:{server.port}/", **_quiet(driver))
    assert run.connections.addresses == {"127.0.0.1": 3}


@DRIVERS
def test_a_name_outside_ascii_is_looked_up_and_asked_for_as_it_is_registered(
    driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve("headers_echo") as server, named(monkeypatch, "127.0.0.1") as asked:
        run = instrument.run("echo", f"ws://bücher.test:{server.port}/räume?q=ü", driver=driver, **SMALL)
        requests = server.log()["requests"]
    assert run.messages is not None
    assert run.messages.received == 10
    assert set(asked) == {"xn--bcher-kva.test"}
    assert {request["path"] for request in requests} == {"/r%C3%A4ume?q=%C3%BC"}
    hosts = [value for request in requests for name, value in request["headers"] if name == "Host"]
    assert hosts == [f"xn--bcher-kva.test:{server.port}"] * 3


@DRIVERS
def test_a_service_behind_a_socket_file_is_measured(driver: str, tmp_path: Path) -> None:
    path = str(tmp_path / "app.sock")
    with serve("headers_echo", file=path) as server:
        run = instrument.run("echo", f"ws+unix:{path}:/ws?room={{id}}", driver=driver, **SMALL)
        requests = server.log()["requests"]
    assert run.messages is not None
    assert run.messages.received == 10
    assert run.connections.addresses == {path: 3}
    assert sorted(request["path"] for request in requests) == [f"/ws?room={number}" for number in (1, 2, 3)]
    assert {value for request in requests for name, value in request["headers"] if name == "Host"} == {
        "localhost"
    }


def _quiet(driver: str) -> dict[str, Any]:
    return {"driver": driver, "connections": 3, "duration": 0.2}


@DRIVERS
def test_a_failure_names_the_addresses_that_did_not_answer(
    driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = {**_quiet(driver), "connect_timeout": 2.0}  # the second is tried after a quarter of a second
    unreachable = pytest.raises(TargetError, match=r"timeout \(3\) at \[::1\], 127\.0\.0\.1")
    with hole("127.0.0.1") as port, hole("::1", port), named(monkeypatch, "::1", "127.0.0.1"), unreachable:
        instrument.run("connect", f"ws://dual.test:{port}/", **silent)


@DRIVERS
def test_a_failure_names_the_address_that_took_the_connection_and_did_not_speak(driver: str) -> None:
    with (
        queue("127.0.0.1") as port,
        pytest.raises(TargetError, match=r"timeout \(3\) at 127\.0\.0\.1, which took the TCP connection"),
    ):
        instrument.run("connect", f"ws://127.0.0.1:{port}/", **_quiet(driver), connect_timeout=1.0)
