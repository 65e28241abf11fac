"""Who a process is connected to on this machine."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from wswarm.drive.host.brokers import brokers

LISTENING = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
held = listener.accept()
sys.stdin.read()
"""
CONNECTED = """
import socket, sys
held = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print(held.getsockname()[1], flush=True)
sys.stdin.read()
"""


@contextmanager
def process(code: str, *words: str) -> Iterator[tuple[int, str]]:
    """A process that runs the code, and what it says first."""
    line = [sys.executable, "-c", code, *words]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            yield started.pid, started.stdout.readline().strip()
        finally:
            started.kill()


def test_who_a_target_is_connected_to_on_this_machine_is_its_broker() -> None:
    with ExitStack() as stack:
        broker, port = stack.enter_context(process(LISTENING))
        target, _ = stack.enter_context(process(CONNECTED, port))
        assert brokers([target]) == [broker]
        assert brokers([broker]) == []  # who connects to it is no broker of it
        assert brokers([target, broker]) == []
    assert brokers([]) == []


def test_a_process_that_is_gone_has_no_broker() -> None:
    with process(CONNECTED, "1") as (gone, _):
        pass
    assert brokers([gone]) == []
