"""A tutorial, followed: its files written, its servers started, and every line given to a shell in turn."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.protocols.your_service import Block, blocks
from wswarm.drive.host.ports import free_ports

PORT = "8000"  # of the servers in the tutorials
PATIENCE_S = 120.0
TESTS_FAILED, INVALID = 1, 98
_EXITS = re.compile(r"  # exits (\d+)$")


class Done(NamedTuple):
    """A line that was followed.

    Attributes:
        line: As the tutorial has it.
        promised: The exit code that the tutorial names, 0 where it names none.
        code: The one that it had. `told`: all that it printed.
    """

    line: str
    promised: int
    code: int
    told: str

    def is_as_promised(self) -> bool:
        """Whether it exited so, or its times were doubted because the machine was busy: no fault of the page."""
        is_doubted = "INVALID" in self.told and "counts stand" in self.told
        return self.code == self.promised or (is_doubted and self.code in (TESTS_FAILED, INVALID))


def lines(block: Block) -> Iterator[tuple[str, int]]:
    """Yield each command of a block with the exit code that it promises."""
    for line in block.commands.replace("\\\n", " ").splitlines():
        exits = _EXITS.search(line)
        yield _EXITS.sub("", line), int(exits[1]) if exits else 0


def follow(page: Path, folder: Path) -> list[Done]:
    """Do all that a tutorial says, in a folder of one's own, and return what became of each line."""
    port = str(free_ports(1)[0])
    done: list[Done] = []
    with ExitStack() as servers:
        for block in blocks(page.read_text(encoding="utf-8")):
            for name, content in block.files.items():
                (folder / name).write_text(content.replace(PORT, port), encoding="utf-8")
            for line, promised in lines(block):
                here = line.replace(PORT, port)
                if block.server:
                    servers.enter_context(_serving(here, folder, int(port)))
                else:
                    code, told = _run(here, folder)
                    done.append(Done(line, promised, code, told))
    return done


def _run(line: str, folder: Path) -> tuple[int, str]:
    ran = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return ran.returncode, ran.stdout


@contextmanager
def _serving(line: str, folder: Path, port: int) -> Iterator[None]:
    """Run a server as in another terminal, from when it listens."""
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            ["sh", "-c", f"exec {line}"], cwd=folder, env=_environment(), stdout=log, stderr=log
        )
    try:
        _wait_for(port, server, folder)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE_S)


def _wait_for(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError((folder / "server.log").read_text())


def _environment() -> dict[str, str]:
    """A reader's environment: the commands of this one are on PATH, nothing says that a test is running."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "WSWARM_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "COLUMNS": "100", "WSWARM_NO_PLOTS": "1"}
