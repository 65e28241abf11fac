"""Locust as the tests drive it: real processes on real sockets, their descendants and what they leave behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.nursery import Forked
from wswarm.drive.host.ports import free_ports
from wswarm.report import store
from wswarm.results.run import Run

PATIENCE_S = 120.0
CHAT_AND_ECHO = """
from wswarm.locust import ChatUser, EchoUser

class Chat(ChatUser):
    rate = 20

class Echo(EchoUser):
    rate_per_user = 5
"""


class Locust:
    """One `locust` process and its descendants, in a process group of their own as a terminal would have them.

    Attributes:
        process: The one that was started. `folder`: where it runs and writes its reports.
        forks_agents: Whether agents begin where importing ends; then they are none of its descendants.
    """

    forks_agents = True

    def __init__(self, folder: Path, *arguments: str, prefix: Sequence[str] = ()) -> None:
        self.folder = folder
        self._log = folder / f"{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            streams: dict[str, Any] = {
                "stdin": subprocess.DEVNULL,
                "stdout": log,
                "stderr": subprocess.STDOUT,
            }
            self.process: subprocess.Popen[bytes] | Forked
            if prefix:
                command = [*prefix, sys.executable, "-m", "locust", *arguments]
                self.process = subprocess.Popen(command, cwd=folder, start_new_session=True, **streams)
            else:
                self.process = Forked(
                    "locust",
                    *arguments,
                    cwd=folder,
                    nursery="locust",
                    start_new_session=True,
                    forks_agents=self.forks_agents,
                    **streams,
                )
        self._seen: dict[int, psutil.Process] = {}

    def text(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace")

    def wait_for(self, *texts: str) -> str:
        """Wait until it has said all of these, and return all it has said."""
        until(lambda: all(text in self.text() for text in texts) or self.process.poll() is not None)
        said = self.text()
        assert all(text in said for text in texts), said
        return said

    def hold(self, seconds: float = 1.0) -> None:
        """Wait until the hold has lasted so long."""
        self.wait_for("The hold has begun")
        time.sleep(seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        self.descendants()
        self.process.send_signal(number)

    def interrupt(self) -> None:
        """Do what Ctrl-C in a terminal does: SIGINT to the whole group."""
        assert not self.forks_agents, "its agents are not in its group: ask for `started_agents`"
        self.descendants()
        os.killpg(self.process.pid, signal.SIGINT)

    def ended(self, patience_s: float = PATIENCE_S) -> int:
        """Wait for its end and return its exit code."""
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still there after {patience_s:g} s:\n{self.text()}") from None

    def descendants(self, word: str = "") -> list[psutil.Process]:
        """All processes that descend from it and whose command holds the word."""
        try:
            for one in psutil.Process(self.process.pid).children(recursive=True):
                self._seen[one.pid] = one
        except psutil.NoSuchProcess:
            pass
        return [one for one in self._seen.values() if one.is_running() and word in command(one)]

    def agents(self) -> list[psutil.Process]:
        """The agents that hold and load connections."""
        assert not self.forks_agents, "its agents are no descendants: ask for `started_agents`"
        return self.descendants("wswarm.drive.agent")

    def agents_of(self, fork: psutil.Process) -> list[psutil.Process]:
        """The agents of one of its workers."""
        return [one for one in self.agents() if one.ppid() == fork.pid]

    def forks(self) -> list[psutil.Process]:
        """The workers that `--processes` has forked."""
        return [one for one in self.descendants("locust") if "agent" not in command(one)]

    def runs(self) -> dict[str, Run]:
        """The runs of the latest report by their classes."""
        found = store.load(self.folder / "reports" / "latest")
        return {run.name or run.scenario: run for run in found}

    def end(self) -> None:
        """Leave nothing behind."""
        left = self.descendants()
        if self.process.poll() is None:
            self.process.kill()
        for one in left:
            if one.is_running():
                one.kill()
        self.process.wait(PATIENCE_S)


@contextmanager
def locust(folder: Path, *arguments: str, prefix: Sequence[str] = ()) -> Iterator[Locust]:
    """A Locust process that is ended at the end, with all that descends from it."""
    one = Locust(folder, *arguments, prefix=prefix)
    try:
        yield one
    finally:
        one.end()


def forking(processes: int) -> list[str]:
    """Arguments for so many workers, none for 0, with a port of their own: two tests may run at once."""
    if not processes:
        return []
    port = str(free_ports(1)[0])
    return ["--processes", str(processes), "--master-bind-port", port, "--master-port", port]


@contextmanager
def distributed(folder: Path, *arguments: str, workers: int = 2) -> Iterator[tuple[Locust, Locust]]:
    """A master, and workers over TCP that one process has forked; the arguments are the master's."""
    port = str(free_ports(1)[0])
    file = ("-f", str(folder / "locustfile.py"))
    expect = ("--master", "--master-bind-port", port, "--expect-workers", str(workers))
    with locust(folder, *file, *expect, *arguments) as master:
        others = worker_of(folder, port, workers=workers)
        try:
            yield master, others
        finally:
            others.end()


def worker_of(
    folder: Path, port: str, prefix: Sequence[str] = (), host: str = "127.0.0.1", workers: int = 1
) -> Locust:
    """A worker of the master at that port, or a process that has forked several."""
    place = ("--master-host", host, "--master-port", port)
    forks = ("--processes", str(workers)) if workers > 1 else ()
    return Locust(folder, "-f", str(folder / "locustfile.py"), "--worker", *place, *forks, prefix=prefix)


def headless(url: str, users: int, *more: str) -> list[str]:
    """Arguments for a test without a web UI and without plots, which take seconds."""
    return ["--headless", "--only-summary", "--ws-no-plots", "-H", url, "-u", str(users), "-r", "100", *more]


def until(
    is_so: Callable[[], object], patience_s: float = PATIENCE_S, said: Callable[[], str] = lambda: ""
) -> None:
    """Wait until something is so; `said` is told where it does not come to be."""
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, f"it did not come to be so in time\n{said()}"
        time.sleep(0.1)


def are_gone(processes: Iterable[psutil.Process], patience_s: float = PATIENCE_S) -> bool:
    """Whether all have ended, after some patience."""
    _, alive = psutil.wait_procs(list(processes), timeout=patience_s)
    return all(one.status() == psutil.STATUS_ZOMBIE for one in alive)


def command(process: psutil.Process) -> str:
    """Its command line, empty when it is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def sockets_of(pid: int) -> int:
    """How many connections the process and its children have open to others."""
    tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(len([c for c in one.net_connections("tcp") if c.status == "ESTABLISHED"]) for one in tree)


def connections_of(agent: psutil.Process) -> int:
    """How many connections an agent holds open."""
    return len([one for one in agent.net_connections("tcp") if one.status == "ESTABLISHED"])
