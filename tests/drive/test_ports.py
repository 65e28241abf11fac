"""Ports that a server may be told to listen on."""

import socket

import pytest

from wswarm.drive.host import ports
from wswarm.drive.host.ports import free_ports, given_away
from wswarm.reference import HOST


def test_they_are_different_and_free_and_no_connection_takes_one_by_itself() -> None:
    found = free_ports(20)
    assert len(set(found)) == 20
    assert not set(found) & set(given_away())
    for port in found:
        socket.create_server((HOST, port)).close()


def test_another_process_is_told_others() -> None:
    assert free_ports(10) != free_ports(10)


def test_one_that_somebody_has_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    (taken, free) = free_ports(2)
    monkeypatch.setattr(ports, "_others", lambda _: [taken, free])
    with socket.create_server((HOST, taken)):
        assert free_ports(1) == [free]


def test_where_the_system_gives_away_all_it_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "given_away", lambda: range(1024, 1 << 16))
    (port,) = free_ports(1)
    with socket.create_server((HOST, port)) as server:
        assert server.getsockname()[1] == port
