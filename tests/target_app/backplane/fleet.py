"""Several workers of the hardened app, as `wswarm serve` starts them, and what tests ask of them."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

from tests.nursery import Forked
from wswarm.drive.host.ports import free_ports

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0  # seconds until a test gives up on what has to happen: a guard, never a measurement


class Fleet:
    """A supervisor and its workers on a free port of 127.0.0.1, from `with` to its end.

    Args:
        log_file: where their output goes.
        workers: how many.
        backplane: its address.
        app: import string.
        obstacle: the file that keeps ``own_app`` from starting.
        is_served: they are started by `wswarm serve`, as users do.
        certificate: and its key, with which those speak TLS.
        settings: of the application, by their variables.

    Attributes:
        headers: that each GET brings.
    """

    def __init__(
        self,
        log_file: Path,
        workers: int,
        backplane: str = "memory://",
        app: str = "target_app.main:app",
        obstacle: str = "",
        *,
        is_served: bool = False,
        certificate: Path | None = None,
        **settings: str,
    ) -> None:
        self.workers = workers
        self.port = free_ports(1)[0]
        self.headers: dict[str, str] = {}
        self._log_file = log_file
        self._scheme = "http" if certificate is None else "https"
        program = self._serving(backplane, certificate) if is_served else self._working(app)
        variables = {} if is_served else {"TARGET_BACKPLANE": backplane, "OBSTACLE": obstacle}
        with log_file.open("wb") as output:
            place: dict[str, Any] = {"cwd": ROOT, "env": {**os.environ, **variables, **settings}}
            place |= {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
            self.process: subprocess.Popen[bytes] | Forked
            if is_served:
                self.process = subprocess.Popen([sys.executable, "-m", *program], **place)
            else:
                self.process = Forked(*program, nursery="target_app", **place)

    def _serving(self, backplane: str, certificate: Path | None) -> list[str]:
        place = ["--workers", str(self.workers), "--port", str(self.port)]
        secure = [] if certificate is None else ["--cert", str(certificate)]
        return ["wswarm.cli.main", "serve", *place, "--backplane", backplane, *secure]

    def _working(self, app: str) -> list[str]:
        place = ["target_app.workers", app, "--port", str(self.port), "--workers", str(self.workers)]
        protocol = ["--loop", "uvloop", "--ws", "target_app.broadcast.framing:FramingProtocol"]
        return [*place, *protocol, "--ws-per-message-deflate", "false", "--log-level", "warning"]

    def __enter__(self) -> Self:
        try:
            self.wait_for_log(f" at {self._scheme}://127.0.0.1:{self.port}/ (Ctrl-C stops it)")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def log(self) -> str:
        """What all of them wrote."""
        return self._log_file.read_text(errors="replace")

    def wait_for_log(self, text: str, count: int = 1) -> None:
        """Until the log has a text that often."""
        deadline = time.monotonic() + PATIENCE
        while self.log().count(text) < count:
            assert self.process.poll() is None, f"the workers ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"{text!r} is not in the log:\n{self.log()}"
            time.sleep(0.02)

    def get(self, path: str) -> str:
        """The body of a GET, from whichever worker gets it."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=self.headers)
        with opener.open(request, timeout=PATIENCE) as response:
            return str(response.read().decode())

    def stats(self) -> dict[str, Any]:
        """The sums."""
        return json.loads(self.get("/stats"))  # type: ignore[no-any-return] # JSON is Any

    def metrics(self) -> dict[str, float]:
        """The samples of `/metrics` by name."""
        lines = (line for line in self.get("/metrics").splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in (line.split() for line in lines)}

    def pids(self) -> list[int]:
        """The workers' processes."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
