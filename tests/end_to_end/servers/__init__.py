"""Servers of known behaviour, each a program in a process of its own: the truth the instrument is held to.

``with serve("fixed_delay", delay=0.020) as server:`` starts ``fixed_delay.py`` of this folder on a free
port of 127.0.0.1. The program prints one JSON line when it listens (``port``, ``url``, for some more) and
one with its exact facts when it stops: on SIGTERM, or when its standard input ends, so that a killed test
run leaves no server behind. Whoever is still connected then loses the connection without a close frame.
All instants are ``CLOCK_MONOTONIC`` in nanoseconds, the same clock in every process of the machine.
"""

import json
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.nursery import Forked

ROOT = Path(__file__).parents[3]
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 120.0


class Server:
    """A running server of known behaviour.

    Attributes:
        url: ``ws://127.0.0.1:PORT/`` (``wss`` for ``tls_echo``).
        port: The port alone.
        pid: Process id, as for ``--target-pid``.
        ready: All of the program's first line.
    """

    def __init__(self, process: Forked, errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors
        self._log: dict[str, Any] | None = None
        self.pid: int = process.pid
        self.ready: dict[str, Any] = json.loads(self._first_line())
        self.port: int = self.ready["port"]
        self.url: str = self.ready["url"]

    @property
    def cacert(self) -> str:
        """Path of the certificate authority's PEM file; ``tls_echo`` only."""
        return str(self.ready["cacert"])

    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def log(self) -> dict[str, Any]:
        """The exact facts of what the server did. Stops the server when it still runs.

        Raises:
            RuntimeError: It crashed, or something in it failed that should not have.
        """
        if self._log is None:
            self._log = self._stop()
        return self._log

    def _stop(self) -> dict[str, Any]:
        self._process.send_signal(signal.SIGTERM)
        try:
            output, _ = self._process.communicate(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise RuntimeError(f"server {self.pid} did not stop\n{self._read_errors()}") from None
        lines = output.splitlines()
        if not lines:
            code = self._process.returncode
            raise RuntimeError(f"server {self.pid} left no facts, exit code {code}\n{self._read_errors()}")
        facts: dict[str, Any] = json.loads(lines[-1])
        if facts["errors"]:
            raise RuntimeError("errors in the server:\n" + "\n".join(facts["errors"]))
        return facts

    def _first_line(self) -> bytes:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            line = self._process.stdout.readline() if selector.select(START_TIMEOUT_S) else b""
        if not line:
            self._process.kill()
            self._process.communicate()
            raise RuntimeError(f"the server did not start\n{self._read_errors()}")
        return line

    def _read_errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")


@contextmanager
def serve(name: str, /, **parameters: Any) -> Iterator[Server]:
    """A running server ``name`` with the parameters its module describes; stopped at the end of the block.

    Raises:
        RuntimeError: It did not start (a wrong parameter, say), or something failed in it.
    """
    module, pipe = f"tests.end_to_end.servers.{name}", subprocess.PIPE
    with (
        tempfile.TemporaryFile() as errors,
        Forked(module, json.dumps(parameters), cwd=ROOT, stdin=pipe, stdout=pipe, stderr=errors) as process,
    ):
        server = Server(process, errors)
        try:
            yield server
        except BaseException:
            process.terminate()
            process.communicate()
            raise
        server.log()
