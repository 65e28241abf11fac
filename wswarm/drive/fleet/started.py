"""Agents' processes as they are started: before any of what talks to them has been imported."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import IO, NamedTuple, Protocol

from wswarm.drive.fleet.channel import start_with_channel
from wswarm.drive.fleet.loaded import LoadedProcess, Loader
from wswarm.drive.fleet.start import module_command
from wswarm.drive.host.scratch import scratch_file
from wswarm.errors import GeneratorError

AGENT, PROBE = "wswarm.drive.agent", "the probe"
_LOADER = "wswarm.drive.fleet.loader"
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # an agent multiplies no matrices
_OF_THE_FRONT_END = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Process(Protocol):
    """What a front end wants of an agent's process; see `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def kill(self) -> None: ...


class Started(NamedTuple):
    """An agent's process, which ends when our end of its socket closes.

    Attributes:
        name: What reports call it.
        channel: Our end of the socket.
        errors: What it writes to standard error.
    """

    name: str
    process: Process
    channel: socket.socket
    errors: IO[bytes]

    def discard(self) -> None:
        """End a process that was told nothing yet; nothing happens to one that has ended."""
        self.channel.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.errors.close()


def spawn(
    module: str, errors: IO[bytes], word: str, inherited: Sequence[int], variables: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Return a process of that module, run with that word, begun."""
    return subprocess.Popen(
        module_command(module, word),
        pass_fds=inherited,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        env={**_ONE_THREAD, **os.environ, **variables},
    )


def start_agent(name: str, module: str = AGENT) -> Started:
    """Start a process of that module, run with a word that says where its end of the socket is.

    Raises:
        GeneratorError: the machine lets no more be started.
    """
    errors = scratch_file()
    try:
        with _undisturbed():
            process, channel = start_with_channel(partial(spawn, module, errors))
    except OSError as error:
        errors.close()
        raise GeneratorError(
            f"{name} can't be started: {error.strerror or error}: the limit of processes (ulimit -u, pids.max of"
            " a container), of open files or of memory is reached; use fewer --processes, or raise it"
        ) from None
    return Started(name, process, channel, errors)


def start_agents(holders: int, *, has_publisher: bool, has_probe: bool = False) -> list[Started]:
    """Start the agents of a run, the publishing one after those that hold connections, and its quiet probe last.

    Raises:
        GeneratorError: one can't be started; none is left.
    """
    wanted = [(f"agent {number + 1}", AGENT) for number in range(holders)]
    if has_publisher:
        wanted.append(("the publishing agent", AGENT))
    if has_probe:
        wanted.append((PROBE, "wswarm.drive.probe.agent"))
    if len(wanted) > 1 and can_be_loaded_together():
        with suppress(OSError):  # one by one they may do, or tell what is missing
            return _loaded_together(wanted)
    started: list[Started] = []
    try:
        started.extend(start_agent(*one) for one in wanted)  # those before one that can't be are in it
    except BaseException:
        for agent in started:
            agent.discard()
        raise
    return started


def can_be_loaded_together() -> bool:
    """Return whether a process that has loaded what several need may be copied: where that is known to do no harm."""
    return sys.platform == "linux" and hasattr(os, "fork")


def _loaded_together(wanted: Sequence[tuple[str, str]]) -> list[Started]:
    """Return those agents, by name and module, begun by a process that loads once what they need.

    Raises:
        OSError: there are not enough files, or processes, for that.
    """
    with ExitStack() as ours, ExitStack() as theirs:
        parts = []
        reading, telling = os.pipe()
        ours.callback(os.close, reading)
        theirs.callback(os.close, telling)
        for name, module in wanted:
            channel, other = socket.socketpair()
            ours.enter_context(channel)
            theirs.enter_context(other)
            parts.append((name, module, channel, other.fileno(), ours.enter_context(scratch_file())))
        words = [f"{module}:{other}:{errors.fileno()}" for _, module, _, other, errors in parts]
        inherited = [telling, *(number for *_, other, errors in parts for number in (other, errors.fileno()))]
        with _undisturbed():
            process = spawn(_LOADER, parts[0][4], " ".join([str(telling), *words]), inherited, {})
        ours.pop_all()
    loader = Loader(process, reading, len(parts))
    return [
        Started(name, LoadedProcess(loader, place), channel, errors)
        for place, (name, _, channel, _, errors) in enumerate(parts)
    ]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Block, for processes started meanwhile, what a terminal or a supervisor sends to a whole group of processes.

    An agent is told by its front end when to end; until it has begun to listen, Ctrl-C would kill it. Those that come
    meanwhile are not lost: they are delivered afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_THE_FRONT_END)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
