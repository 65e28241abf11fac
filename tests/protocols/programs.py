"""Real servers of protocols, each a program in a process of its own on a free port of 127.0.0.1."""

import fcntl
import json
import os
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import pytest

FOLDER = Path(__file__).parent / "servers"
ROOT = FOLDER.parents[2]
FOREIGN = FOLDER / ".venv"
PATIENCE_S = 120.0


class Program:
    """A running server.

    Attributes:
        url: ``ws://127.0.0.1:PORT``, without a path.
    """

    def __init__(self, command: Sequence[str], errors: IO[bytes]) -> None:
        self._errors = errors
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, cwd=ROOT)
        self.port: int = json.loads(self._first_line())["port"]
        self.url = f"ws://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it at once: whoever is connected loses the connection."""
        self.process.kill()
        self.process.communicate()

    def _first_line(self) -> bytes:
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            line = self.process.stdout.readline() if selector.select(PATIENCE_S) else b""
        if not line:
            self.kill()
            self._errors.seek(0)
            raise RuntimeError(f"the server did not start\n{self._errors.read().decode(errors='replace')}")
        return line


class Listening(Program):
    """A running server that does not say where it listens: it was told."""

    def __init__(self, command: Sequence[str], port: int, errors: IO[bytes], env: dict[str, str]) -> None:
        self._errors = errors
        self.process = subprocess.Popen(command, stdout=errors, stderr=errors, cwd=FOLDER, env=env)
        self.port, self.url = port, f"ws://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.kill()
                self._errors.seek(0)
                raise RuntimeError(
                    f"the server did not start\n{self._errors.read().decode(errors='replace')}"
                )
            time.sleep(0.05)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
            return True
        return False


@contextmanager
def node(name: str, **parameters: Any) -> Iterator[Program]:
    """A running server of Node.js; the test is skipped where there is none."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip(f"no Node.js for {name}: install nodejs and npm")
    install(FOLDER)
    with _running(["node", str(FOLDER / f"{name}.mjs"), json.dumps(parameters)]) as program:
        yield program


@contextmanager
def python(name: str, package: str, **parameters: Any) -> Iterator[Program]:
    """A running server in Python; the test is skipped where the package is not installed."""
    if find_spec(package) is None:
        pytest.skip(f"no {package} for {name}: pip install -e '.[protocols]'")
    command = [sys.executable, "-m", f"tests.protocols.servers.{name}", json.dumps(parameters)]
    with _running(command) as program:
        yield program


@contextmanager
def foreign(name: str, **parameters: Any) -> Iterator[Program]:
    """A running server in Python whose packages are not ours to have beside us, from a venv of theirs."""
    _install_foreign()
    command = [str(FOREIGN / "bin" / "python"), str(FOLDER / f"{name}.py"), json.dumps(parameters)]
    with _running(command) as program:
        yield program


@contextmanager
def daphne(name: str) -> Iterator[Program]:
    """A running server of Django Channels, from the same venv."""
    _install_foreign()
    with _listening([str(FOREIGN / "bin" / "python"), str(FOLDER / f"{name}.py"), "{port}"]) as program:
        yield program


@contextmanager
def puma(name: str, **parameters: Any) -> Iterator[Program]:
    """A running server in Ruby; the test is skipped where there is no puma, or no Action Cable."""
    asked = ["ruby", "-e", "require 'action_cable'"]
    if shutil.which("puma") is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip(f"no puma for {name}: apt-get install ruby-actioncable puma")
    command = ["puma", "-b", "tcp://127.0.0.1:{port}", "-t", "1:4", "-q", str(FOLDER / f"{name}.ru")]
    with _listening(command, {"CABLE": json.dumps(parameters)}) as program:
        yield program


@contextmanager
def _listening(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[Program]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [one.replace("{port}", str(port)) for one in command]
    with tempfile.TemporaryFile() as errors:
        program = Listening(command, port, errors, {**os.environ, **(environment or {})})
        try:
            yield program
        finally:
            program.kill()


@contextmanager
def _running(command: Sequence[str]) -> Iterator[Program]:
    with tempfile.TemporaryFile() as errors:
        program = Program(command, errors)
        try:
            yield program
        finally:
            program.kill()


def install(folder: Path) -> None:
    """Install a folder's packages of Node.js."""
    command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    _once(folder / "package.json", folder / "node_modules" / ".installed", [command])


def _install_foreign() -> None:
    """Make the venv."""
    pip = [str(FOREIGN / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", "requirements.txt"]
    _once(
        FOLDER / "requirements.txt",
        FOREIGN / ".installed",
        [[sys.executable, "-m", "venv", str(FOREIGN)], pip],
    )


def _once(listed: Path, stamp: Path, commands: Sequence[Sequence[str]]) -> None:
    """Install what a file lists, once and whoever of several workers comes first."""
    wanted, folder = listed.read_text(), listed.parent
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        for command in commands:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
            )
            if done.returncode:
                pytest.skip(f"{' '.join(command)} in {folder} failed: {done.stderr.strip()[-300:]}")
        stamp.write_text(wanted)
