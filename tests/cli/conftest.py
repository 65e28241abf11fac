"""Servers that the command line is tried on."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from typing import Any

import pytest

from tests.cli.command import Command
from tests.end_to_end.servers import Server, serve
from tests.nursery import Forked
from tests.report import runs
from wswarm.cli import drawing, measure, scenario, suite
from wswarm.drive.fleet.start import module_command
from wswarm.errors import TargetError
from wswarm.load.plan import Plan
from wswarm.results.run import Run

MADE: dict[str, Callable[[], Run]] = {"connect": runs.connect, "echo": runs.echo, "fanout": runs.fanout}


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    """Sends every message back."""
    with serve("echo") as server:
        yield server


@pytest.fixture(scope="module")
def relay() -> Iterator[Server]:
    """Sends every message to all others."""
    with serve("relay") as server:
        yield server


@pytest.fixture(scope="module")
def tls() -> Iterator[Server]:
    """An echo over TLS, of an authority nobody knows."""
    with serve("tls_echo") as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _drawers_are_forked() -> Iterator[None]:
    """What draws for commands of this process begins where importing ends, unless a test says what draws."""
    with pytest.MonkeyPatch.context() as patch:
        start = drawing._start

        def begin(words: Sequence[str]) -> Any:
            if vars(drawing)["module_command"] is not module_command:
                return start(words)
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
            return Forked("wswarm.report.drawer", *words, nursery="drawer", start_new_session=True, **pipes)

        patch.setattr(drawing, "can_copy_itself", lambda: False)
        patch.setattr(drawing, "_start", begin)
        yield


@pytest.fixture(autouse=True)
def _nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the commands that a test which failed has left running, and what they started."""
    begun: list[Command] = []
    begin = Command.__init__

    def begin_and_note(self: Command, *arguments: Any, **options: Any) -> None:
        begin(self, *arguments, **options)
        begun.append(self)

    monkeypatch.setattr(Command, "__init__", begin_and_note)
    yield
    for command in begun:
        if command.process.poll() is None:
            for pid in command.family():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            command.process.communicate()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Take the measuring away; scenarios in the set returned are refused."""
    refused: set[str] = set()

    def pretend(plan: Plan, *_: Any, **__: Any) -> Run:
        if plan.scenario in refused:
            raise TargetError(f"every handshake of {plan.scenario} failed: http 403")
        return MADE[plan.scenario]()

    monkeypatch.setattr(measure, "measure", pretend)
    for module in (scenario, suite):
        monkeypatch.setattr(module, "agents_begun", nullcontext)
    return refused
