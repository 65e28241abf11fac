"""Whom the processes of a target are connected to."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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


def test_what_a_process_says_to_its_own_children_is_no_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, caller(server.getsockname()[1]):
        assert brokers([os.getpid()]) == []


def test_who_is_not_there_has_no_broker_and_no_name() -> None:
    assert brokers([2**22 + 1]) == []
    assert name_of([2**22 + 1]) is None


def test_a_broker_has_the_name_of_its_process() -> None:
    assert name_of([os.getpid()])
