"""The command line as a user meets it: a process of its own, in a folder of its own."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from tests.end_to_end.instrument import agents_of
from wswarm.cli.arguments import make_parser
from wswarm.cli.main import main

PATIENCE_S = 120.0
URL = "ws://127.0.0.1:1/"  # where nobody is
BRIEF = ("-c", "3", "-d", "300ms", "--no-plots")
BRIEF_MESSAGES = (*BRIEF, "-r", "50", "--warmup", "0", "--drain", "5s")
_MARK = "WSWARM_TEST_OF_THE_COMMAND_LINE"

parser = cache(make_parser)  # with its defaults


class Outcome(NamedTuple):
    """How a command ended.

    Attributes:
        code: Exit code, negative for a signal.
        out: Standard output. `err`: standard error.
    """

    code: int
    out: str
    err: str


class Command:
    """A running `wswarm`.

    Args:
        prefix: What the command is an argument of.
        options: As for `subprocess.Popen`.
    """

    def __init__(self, *arguments: str, cwd: Path, prefix: Sequence[str] = (), **options: object) -> None:
        self._mark = uuid.uuid4().hex
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        environment |= {_MARK: self._mark, "COLUMNS": "100", **dict(options.pop("env", {}))}  # type: ignore[call-overload]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "wswarm.cli.main", *arguments],
            cwd=cwd,
            env=environment,
            text=True,
            encoding="utf-8",
            **{**pipes, **options},  # type: ignore[call-overload]
        )

    def outcome(self) -> Outcome:
        """How it ended; nothing that it started is left."""
        try:
            out, err = self.process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        wait_until(lambda: not self.family(), "everything it started is gone")
        return Outcome(self.process.returncode, out or "", err or "")

    def interrupt(self) -> None:
        """Press Ctrl-C, as far as this process alone is concerned."""
        self.process.send_signal(signal.SIGINT)

    def family(self) -> list[int]:
        """The processes of this command, orphans too: all inherit its environment."""
        return [process.pid for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(_MARK) == self._mark
        except psutil.Error:
            return False


def wswarm(*arguments: str, cwd: Path, prefix: Sequence[str] = (), **options: object) -> Outcome:
    """Run `wswarm` in the folder to its end."""
    return Command(*arguments, cwd=cwd, prefix=prefix, **options).outcome()


def in_process(*arguments: str, cwd: Path) -> Outcome:
    """Run `wswarm` in the folder to its end without a process of its own, whose start takes longest of all."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: Any = main(arguments)
        except SystemExit as end:
            code = end.code
    assert not agents_of()
    return Outcome(code, out.getvalue(), err.getvalue())


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Wait until it is so.

    Raises:
        AssertionError: that took too long for anything but a hang.
    """
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up, f"not so: {what}"
        time.sleep(0.02)
