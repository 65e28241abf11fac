"""Whom the processes of a target are connected to."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from wswarm.drive.host.brokers import brokers, name_of

_CALLER = (
    "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1])));"
    " print(flush=True); input()"
)


@contextmanager
def caller(port: int) -> Iterator[int]:
    """A process that is connected to the port."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", _CALLER, str(port)], **pipes) as started:  # type: ignore[call-overload]
        try:
            started.stdout.readline()
            yield started.pid
        finally:
            started.kill()


def test_who_listens_where_a_process_has_connected_to_is_its_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, caller(server.getsockname()[1]) as pid:
        assert brokers([pid]) == [os.getpid()]


@pytest.mark.parametrize(
    ("host", "is_here"), [("203.0.113.5", False), ("2001:db8::5", False), ("::ffff:127.0.0.1", True)]
)
def test_a_broker_is_on_this_machine_though_another_may_have_the_same_port(
    host: str, is_here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, caller(server.getsockname()[1]) as pid:
        (seen,) = psutil.Process(pid).net_connections("tcp")

        def elsewhere(*_: Any) -> list[Any]:
            return [seen._replace(raddr=seen.raddr._replace(ip=host))]

        monkeypatch.setattr(psutil.Process, "net_connections", elsewhere)
        assert brokers([pid]) == [os.getpid()] * is_here


def test_who_has_connected_to_a_process_is_not_looked_for_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr("wswarm.drive.host.brokers.listeners", lambda port: looked.append(port) or [])
    with socket.create_server(("127.0.0.1", 0)) as server, caller(server.getsockname()[1]):
        accepted, _ = server.accept()
        with accepted:
            assert brokers([os.getpid()]) == []
    assert looked == []


def test_what_a_process_says_to_its_own_children_is_no_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, caller(server.getsockname()[1]):
        assert brokers([os.getpid()]) == []


def test_who_is_not_there_has_no_broker_and_no_name() -> None:
    assert brokers([2**22 + 1]) == []
    assert name_of([2**22 + 1]) is None


def test_a_broker_has_the_name_of_its_process() -> None:
    assert name_of([os.getpid()])
