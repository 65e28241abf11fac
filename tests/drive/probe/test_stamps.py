"""The kernel's receive times, against waits that are known."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from wswarm.drive.clock import ahead_of_realtime_ns
from wswarm.drive.probe.stamps import ask_for_stamps, receive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's receive times are Linux's")


@contextmanager
def stamped() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Who sends, and who reads with the kernel's times, which it takes soon after it was asked the first time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        reader = socket.create_connection(server.getsockname())
        ask_for_stamps(reader)
        sender, _ = server.accept()
        with reader, sender:
            stamp_ns = 0
            while not stamp_ns:
                sender.sendall(b"first")
                time.sleep(0.01)
                _, stamp_ns = receive(reader)
            yield sender, reader


def test_what_lay_unread_for_fifty_milliseconds_has_the_time_at_which_it_came() -> None:
    with stamped() as (sender, reader):
        before_ns = time.monotonic_ns()
        sender.sendall(b"message")
        sent_ns = time.monotonic_ns()
        time.sleep(0.05)
        data, stamp_ns = receive(reader)
        read_ns = time.monotonic_ns()
    assert data == b"message"
    came_ns = stamp_ns + ahead_of_realtime_ns()
    between_ns = 100_000  # two clocks are read
    assert before_ns - between_ns <= came_ns <= read_ns
    assert read_ns - came_ns > 0.5 * (read_ns - sent_ns)
