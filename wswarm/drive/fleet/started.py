"""Agents' processes as they are started: before any of what talks to them has been imported."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO, NamedTuple

from wswarm.drive.fleet.channel import start_with_channel
from wswarm.drive.fleet.start import module_command
from wswarm.drive.host.scratch import scratch_file
from wswarm.errors import GeneratorError

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # an agent multiplies no matrices
_OF_THE_FRONT_END = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Started(NamedTuple):
    """An agent's process, which ends when our end of its socket closes.

    Attributes:
        name: What reports call it.
        channel: Our end of the socket.
        errors: What it writes to standard error.
    """

    name: str
    process: "subprocess.Popen[bytes]"
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


def start_agent(name: str, module: str = "wswarm.drive.agent") -> Started:
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


def start_agents(holders: int, *, has_publisher: bool) -> list[Started]:
    """Start the agents of a run, the publishing one last.

    Raises:
        GeneratorError: one can't be started; none is left.
    """
    names = [f"agent {number + 1}" for number in range(holders)]
    if has_publisher:
        names.append("the publishing agent")
    started: list[Started] = []
    try:
        started.extend(map(start_agent, names))  # those before one that can't be are in it
    except BaseException:
        for agent in started:
            agent.discard()
        raise
    return started


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
