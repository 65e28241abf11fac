"""A target that stops reading: messages wait, in bounded memory, and the run ends in time."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.utils import accept_key

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve

MIB = 1 << 20


@contextmanager
def deaf_server() -> Iterator[str]:
    """The address of a server that answers every upgrade and never reads again."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    accepted: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            accepted.append(client)
            _upgrade(client)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for one in (listener, *accepted):
            one.close()


def _upgrade(client: socket.socket) -> None:
    request = client.recv(65_536)
    key = re.search(rb"(?i)sec-websocket-key: (\S+)", request)
    assert key is not None
    answer = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(key[1].decode())}\r\n\r\n"
    )
    client.sendall(answer.encode())


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_messages_to_a_target_that_does_not_read_wait_and_are_not_sent(driver: str) -> None:
    load = {"connections": 2, "rate": 200, "duration": 1.5, "warmup": 0, "drain": 1, "size": MIB}
    with deaf_server() as url:
        start = time.monotonic()
        found = run("echo", url, driver=driver, **load)
        took_s = time.monotonic() - start
    assert found.messages is not None
    assert found.messages.offered == 300
    assert 0 < found.messages.sent < 150
    assert found.messages.owed == found.messages.lost.silent == found.messages.sent
    assert found.messages.received == 0
    assert found.validity.verdict == "invalid"
    assert any("of the offered messages were sent" in reason for reason in found.validity.reasons)
    assert found.generator.peak_rss < 300 * MIB / 2  # what was offered would not have fit
    assert took_s < 30
    assert (found.connections.dropped, found.connections.closes) == (0, {})


def test_messages_that_had_to_wait_are_sent_late_once_the_target_reads_again() -> None:
    """A freeze of 0.7 s is longer than the buffers last at 100 MiB/s: the lag says so, and nothing is missing."""
    with serve("freezing", freeze=0.7, every=5, first=0.5, count=1) as server:
        found = run("echo", server.url, connections=2, rate=100, duration=2, warmup=0, drain=10, size=MIB)
        facts = server.log()
    assert found.messages is not None
    assert (
        found.messages.offered == found.messages.sent == found.messages.received == facts["received"] == 200
    )
    assert found.send_lag is not None
    assert found.send_lag.max is not None
    assert found.send_lag.max > 0.1
    assert found.validity.verdict != "valid"
    assert any("that the target did not read meanwhile" in reason for reason in found.validity.reasons)
