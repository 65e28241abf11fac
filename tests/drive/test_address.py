"""Where a target is."""

import socket

import pytest

from wswarm.drive.address import is_local, resolve
from wswarm.errors import TargetError


def answer(*hosts: str) -> list[tuple[object, ...]]:
    """Return what the system answers."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in hosts]


@pytest.mark.parametrize(
    ("url", "port"),
    [("ws://h/", 80), ("wss://h/", 443), ("ws://h:8000/", 8000), ("wss://h:1/", 1), ("ws://u:p@h:7/", 7)],
)
def test_the_port_is_the_url_s_or_the_scheme_s(url: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer("10.0.0.1"))
    assert resolve(url) == [("10.0.0.1", port)]


def test_addresses_keep_the_order_of_the_system_and_occur_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = answer("::1", "127.0.0.1", "::1")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert [host for host, _ in resolve("ws://localhost:1")] == ["::1", "127.0.0.1"]


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label")])
def test_an_unknown_host_is_named(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(TargetError, match=r"no such host 'nowhere\.invalid'.*check the name"):
        resolve("ws://nowhere.invalid/ws")


@pytest.mark.parametrize(
    ("hosts", "is_here"),
    [
        (["127.0.0.1"], True),
        (["127.8.9.1", "::1"], True),
        (["10.0.0.1"], False),
        (["127.0.0.1", "10.0.0.1"], False),
    ],
)
def test_loopback_is_here(hosts: list[str], is_here: bool) -> None:
    assert is_local([(host, 1) for host in hosts]) == is_here
