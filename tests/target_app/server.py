"""A real server in a process of its own, and what tests ask of it."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from target_app.greeting import is_hardened
from tests.nursery import Forked
from wswarm.drive.host.ports import free_ports

PATIENCE = 120.0  # seconds until a test gives up on what has to happen: a guard, never a measurement
ROOT = Path(__file__).parents[2]
FRAMING = "target_app.broadcast.framing:FramingProtocol"


class Server:
    """A server on a free port of 127.0.0.1, its log in a file.

    Args:
        app: import string of the application.
        log_file: where its output goes.
        env: environment of the process.
        options: more of the program's; a later one wins.
        program: uvicorn, hypercorn, granian, or our own with several workers.
    """

    def __init__(
        self, app: str, log_file: Path, env: Mapping[str, str], *options: str, program: str = "uvicorn"
    ) -> None:
        self._log_file = log_file
        arguments = [app, *_options(program), *options]
        with log_file.open("wb") as output:
            place: dict[str, Any] = {"cwd": ROOT, "env": dict(env), "stdin": subprocess.DEVNULL}
            place |= {"stdout": output, "stderr": subprocess.STDOUT}
            self._process: subprocess.Popen[bytes] | Forked
            if program in ("uvicorn", "target_app.workers"):
                self._process = Forked(program, *arguments, nursery="target_app", **place)
            else:
                self._process = subprocess.Popen([sys.executable, "-m", program, *arguments], **place)
        started = self.wait_for_log(r"(?:[Rr]unning on|Listening at:) http://127\.0\.0\.1:(\d+)")
        self.port = int(started.group(1))
        if program != "uvicorn":  # some say so before they listen
            self._wait_until_it_listens()
        if program == "target_app.workers":  # and this one after it
            self.wait_for_log("guards: .*\n" if is_hardened(app) else "stops it")

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, once it has ended."""
        return self._process.poll()

    def stop(self) -> None:
        """End the process and wait for it."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log(self, since: int = 0) -> str:
        """What was logged, from a position on."""
        return self._log_file.read_text(encoding="utf-8")[since:]

    def errors(self, since: int = 0) -> list[str]:
        """The lines of a uvicorn process that are no better than errors, from a position on: tracebacks, too."""
        return [
            line for line in self.log(since).splitlines() if not re.fullmatch("(?:INFO|WARNING): .*", line)
        ]

    def wait_for_log(self, pattern: str, since: int = 0) -> re.Match[str]:
        """The first match in the log, as soon as there is one."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if match := re.search(pattern, self.log(since)):
                return match
            assert self._process.poll() is None, f"the server ended:\n{self.log()}"
            time.sleep(0.01)
        raise AssertionError(f"{pattern!r} is not in the log:\n{self.log(since)}")

    def _wait_until_it_listens(self) -> None:
        """Until a connection is taken."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
                return
            assert self._process.poll() is None, f"the server ended:\n{self.log()}"
            time.sleep(0.01)
        raise AssertionError(f"nothing listens on port {self.port}:\n{self.log()}")

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, content type and body of a GET."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as response:
                return response.status, response.headers["content-type"], response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["content-type"], error.read().decode()

    def stats(self) -> dict[str, Any]:
        """The counters of the hardened app."""
        return json.loads(self.get("/stats")[2])  # type: ignore[no-any-return] # JSON is Any

    def wait_until_empty(self) -> None:
        """Until the hardened app has no connection open and its handlers have ended."""
        deadline = time.monotonic() + PATIENCE
        while self.stats()["connections_open"]:
            assert time.monotonic() < deadline, "a connection stays open"
            time.sleep(0.01)
        self.get("/healthz")

    def connect(self, path: str, **options: Any) -> ClientConnection:
        """An open client; use it as a context manager."""
        options = {"proxy": None, "open_timeout": PATIENCE, "compression": None, **options}
        client: ClientConnection = connect(f"ws://127.0.0.1:{self.port}{path}", **options)
        return client

    def refusal(self, path: str, **options: Any) -> int:
        """The HTTP status that answers a handshake which is refused."""
        try:
            self.connect(path, **options).close()
        except InvalidStatus as refused:
            return refused.response.status_code
        raise AssertionError(f"{path} was accepted")


def _options(program: str) -> tuple[str, ...]:
    """One process, or one worker, on a free port."""
    if program == "uvicorn":
        return ("--host", "127.0.0.1", "--port", "0", "--ws", "websockets-sansio", "--no-use-colors")
    if program == "target_app.workers":
        return ("--port", "0", "--ws", FRAMING)
    if program == "hypercorn":
        return ("--bind", "127.0.0.1:0", "--workers", "0")
    (port,) = free_ports(1)  # granian does not say which one it was given
    return ("--interface", "asgi", "--host", "127.0.0.1", "--port", str(port))


def receive(client: ClientConnection, count: int = 1) -> list[str | bytes]:
    """The next messages, in order."""
    return [client.recv(PATIENCE) for _ in range(count)]


def closing(client: ClientConnection) -> tuple[int, str]:
    """Code and reason of the server's close frame, (1006, "") without one; messages before it are dropped."""
    try:
        while True:
            client.recv(PATIENCE)
    except ConnectionClosed as closed:
        return (1006, "") if closed.rcvd is None else (closed.rcvd.code, closed.rcvd.reason)
