"""What the kernel did to a run, against a target whose queue of connections is known to be full."""

import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.end_to_end.instrument import run
from wswarm.load.upgrade import accept_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the counters are Linux's")

CLIENTS, IDLE_S = (
    8,
    1.3,
)  # which is past the first time at which the kernel tries again, and before the second


@contextmanager
def slow_to_accept() -> Iterator[str]:
    """A server with room for two in its queue, which begins to accept after a while."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as server:
        accepting = threading.Thread(target=_accept_all, args=[server])
        accepting.start()
        yield f"ws://127.0.0.1:{server.getsockname()[1]}/"
        accepting.join()


def _accept_all(server: socket.socket) -> None:
    time.sleep(IDLE_S)
    accepted = []
    for _ in range(CLIENTS):
        client, _ = server.accept()
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", client.recv(4096))
        assert key is not None
        answer = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept_for(key[1].decode())}"
        client.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{answer}\r\n\r\n".encode())
        accepted.append(client)
    for client in accepted:
        client.settimeout(30)
        client.recv(4096)  # the close frame
        client.close()


def test_handshakes_that_the_kernel_had_thrown_away_make_a_run_suspect() -> None:
    with slow_to_accept() as url:
        found = run("connect", url, connections=CLIENTS, connect_rate=100.0)
    assert found.connections.opened == CLIENTS
    assert found.validity.verdict in ("suspect", "invalid")
    (told,) = [reason for reason in found.validity.reasons if "threw away" in reason]
    assert "net.core.somaxconn" in told
