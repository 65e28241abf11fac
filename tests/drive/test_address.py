"""Where a target is."""

import socket
from pathlib import Path

import pytest

from wswarm.drive.drivers.address import check_sources, in_turn, is_local, listed, resolve
from wswarm.errors import PlanError, TargetError


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


@pytest.mark.parametrize(
    ("hosts", "order"),
    [
        (["::1", "::2", "::3", "1.1.1.1"], ["::1", "1.1.1.1", "::2", "::3"]),
        (["1.1.1.1", "::1", "::2", "1.1.1.2"], ["1.1.1.1", "::1", "1.1.1.2", "::2"]),
        (["1.1.1.1", "1.1.1.2"], ["1.1.1.1", "1.1.1.2"]),
        (["::1"], ["::1"]),
    ],
)
def test_addresses_of_both_ip_versions_are_tried_in_turn(hosts: list[str], order: list[str]) -> None:
    assert in_turn(hosts) == order


def test_the_zone_of_an_address_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 7, 0, 2))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert resolve("ws://[fe80::1%25eth0]:7/") == [("fe80::1%2", 7)]


def test_addresses_in_messages_have_ipv6_in_brackets_and_occur_once() -> None:
    assert listed(["10.0.0.1", "::1", "::1", "/run/a:b.sock"]) == "10.0.0.1, [::1], /run/a:b.sock"


@pytest.mark.parametrize(
    ("name", "why"), [("none.sock", "there is no such file"), ("plain", "no socket file")]
)
def test_a_socket_file_that_is_none_is_named(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with pytest.raises(TargetError, match=f"{name} in ws.unix:.*{why}; check the path"):
        resolve(f"ws+unix:{tmp_path}/{name}:/ws")


@pytest.mark.parametrize(
    ("source", "host", "mend"),
    [
        ("127.0.0.1", "::1", "give an address of the same IP version"),
        ("::1", "127.0.0.1", "give an address of the same IP version"),
        ("127.0.0.1", "/run/a.sock", "leave --bind out"),
    ],
)
def test_a_source_that_reaches_no_address_is_refused(source: str, host: str, mend: str) -> None:
    with pytest.raises(PlanError, match=rf"--bind {source}.*{mend}"):
        check_sources([source], [(host, 1)])
