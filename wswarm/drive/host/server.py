"""Any server as a process of its own, started and stopped by us: of `pytest`, and of two versions to compare."""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from wswarm.drive.clock import now_ns
from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.host.libc import libc
from wswarm.drive.host.process_group import ProcessGroup
from wswarm.drive.host.scratch import scratch_file
from wswarm.drive.host.target import end_with_parent, read_log
from wswarm.errors import PlanError, TargetError
from wswarm.reference import HOST
from wswarm.units import NS_PER_S

_START_S = 30.0
_STOP_S = 5.0
_POLL_S = 0.02
_LINES = 8
_LOG_BYTES = 256 * 1024


class Command(NamedTuple):
    """How to start a server.

    Attributes:
        name: What messages call it.
        line: The command line, `{port}` in it for the port.
        folder: Where it runs, `None`: here.
        variables: Of its environment, besides ours.
        home: Folder that its Python has to be in, none: any.
    """

    name: str
    line: str
    folder: Path | None = None
    variables: Mapping[str, str] = {}
    home: Path | None = None

    def words(self, port: int) -> list[str]:
        """Return the words of the command, as a shell would cut them.

        Raises:
            PlanError: there are none, a quotation is not closed, or no place for the port.
        """
        try:
            words = shlex.split(self.line)
        except ValueError as error:
            raise PlanError(f"{self.name}: the command {self.line!r} can't be read: {error}") from None
        if not words:
            raise PlanError(
                f"{self.name}: the command is empty: write one that starts the server on {{port}}"
            )
        if not any("{port}" in word for word in words):
            raise PlanError(
                f"{self.name}: the command {self.line!r} has no {{port}}: put it where the port goes"
            )
        return [word.replace("{port}", str(port)) for word in words]


def check_command(command: Command) -> None:
    """Check what of a command can be checked before it is run.

    Raises:
        PlanError: it can't be read, or has no place for the port.
    """
    command.words(1)


class Server:
    """A server on a port of the loopback, from its start to the end of the `with` block; it may start meanwhile.

    Args:
        cores: That it may run on, with all its children; none: any.

    Raises:
        TargetError: the command can't be run.
    """

    def __init__(self, command: Command, port: int, cores: Collection[int] = ()) -> None:
        raise_file_limit()  # the server inherits it
        self.name, self.port = command.name, port
        self._log: IO[bytes] = scratch_file()
        self._command, self._cores = command, cores
        try:
            self._process = self._start()
        except TargetError:
            self._log.close()
            raise
        self._group = ProcessGroup(self.pid)

    def _start(self) -> "subprocess.Popen[bytes]":
        command = self._command
        words = command.words(self.port)
        variables = {**os.environ, **command.variables}
        try:
            return subprocess.Popen(
                words,
                executable=_program(words[0], variables, command.folder),
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                cwd=command.folder,
                env=variables,
                start_new_session=True,  # Ctrl-C ends the measurement first, the server after it
                preexec_fn=_preparation(self._cores),  # noqa: PLW1509 - calls the kernel alone
            )
        except OSError as error:
            raise TargetError(
                f"{command.name} can't be started: {words[0]}: {error.strerror or error}; {_where(command)}"
            ) from None

    @property
    def pid(self) -> int:
        """Of its process, as it is now: the first of a group of its own."""
        return self._process.pid

    def end_by(self, name: str) -> None:
        """Send it the signal of that name, without the `SIG`; of `KILL` whatever it has started ends, too."""
        self._group.note_children()
        self._process.send_signal(signal.Signals[f"SIG{name}"])
        if name == "KILL":
            self._group.kill()

    def revive(self) -> bool:
        """Start it anew if it has ended, when all that it had started has ended, too; return whether it had."""
        if self._process.poll() is None:
            return False
        self._group.kill()
        self._group.wait(_STOP_S)  # what it has started may hold its port
        self._process = self._start()
        self._group = ProcessGroup(self.pid)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What it ended with, below 0 for a signal; `None` while it runs."""
        return self._process.poll()

    def wait_until_it_listens(
        self, start_s: float = _START_S, is_over: Callable[[], bool] | None = None
    ) -> None:
        """Return as soon as it takes connections.

        Args:
            is_over: Whether to wait no longer.

        Raises:
            TargetError: it ends before, or does not within `start_s`; the message holds the end of its log.
        """
        began_ns = now_ns()
        deadline_ns = began_ns + round(start_s * NS_PER_S)
        while not self._listens():
            if not self.is_running:
                raise TargetError(self._why(f"ended with exit code {self._process.returncode}"))
            if now_ns() > deadline_ns:
                raise TargetError(self._why(f"does not listen on port {self.port} after {start_s:g} s"))
            if is_over is not None and is_over():
                raise TargetError(self._unanswered((now_ns() - began_ns) / NS_PER_S))
            time.sleep(_POLL_S)

    def last_words(self) -> list[str]:
        """Return the last lines of its log."""
        return [line.rstrip() for line in self.log().splitlines() if line.strip()][-_LINES:]

    def farewell(self) -> str:
        """Return the last lines of its log as a message ends with them; nothing if there are none."""
        words = "".join(f"\n  {line}" for line in self.last_words())
        return words and f"; its last words:{words}"

    def log_size(self) -> int:
        """Return how many bytes it has logged so far."""
        return os.fstat(self._log.fileno()).st_size

    def log(self, since: int = 0) -> str:
        """Return what it has logged from byte `since` on; of more than 256 KiB the end."""
        start = max(since, self.log_size() - _LOG_BYTES)
        return read_log(self._log, start, _LOG_BYTES)

    def _why(self, what: str) -> str:
        return f"{self.name} did not start: it {what}{self.farewell() or ', without a word'}"

    def _unanswered(self, waited_s: float) -> str:
        return (
            f"{self.name} has not answered on port {self.port} in {waited_s:.3g} s: let it listen there, or give it"
            f" more time{self.farewell()}"
        )

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return self.is_running
        return False

    def _stop(self) -> None:
        """End the process, then whatever is left of its group."""
        self._group.note_children()
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_S)
        self._group.kill()
        self._process.wait()
        self._group.wait(_STOP_S)
        self._log.close()


def _where(command: Command) -> str:
    if command.home is None:
        return "is it installed there?"
    return (
        "it is not in the commit's own environment: have the commit install it (requirements.txt, pyproject.toml), or"
        " serve it yourself with --base-cmd and --head-cmd"
    )


def _program(word: str, variables: Mapping[str, str], folder: Path | None) -> str:
    """Return the program's path, looked for in the server's own PATH; a relative one is relative to its folder."""
    if os.sep in word:
        return word
    for place in variables.get("PATH", os.defpath).split(os.pathsep):
        path = Path(folder or ".", place, word)
        if os.access(path, os.X_OK) and path.is_file():  # in this order: we may not look everywhere
            return str(path.absolute())
    return word


def _preparation(cores: Collection[int]) -> Callable[[], None] | None:
    """Return what the process does before it becomes the server, where that can be: Linux."""
    if libc() is None or sys.platform != "linux":
        return None

    is_main = threading.current_thread() is threading.main_thread()

    def prepare() -> None:
        if is_main:  # the kernel takes the end of the thread that starts it for its parent's
            end_with_parent()
        if cores:
            os.sched_setaffinity(0, cores)

    return prepare
