"""An agent's process and the socket to it, as its front end holds them: started, told, heard, ended."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from wswarm.drive import wire
from wswarm.drive.channel import start_with_channel
from wswarm.drive.scratch import scratch_file
from wswarm.drive.start import module_command
from wswarm.errors import GeneratorError

_EXIT_S = 5.0
_READ_SIZE = 1 << 20
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # an agent multiplies no matrices
_OF_THE_FRONT_END = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
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


class Child:
    """One agent's process; it ends when this end of its socket closes.

    Args:
        name: What reports call it.
        module: Run with a word that says where its end of the socket is.

    Attributes:
        channel: This end of the socket.
        death: What became of it if it ended before it was told to, else `None`.
    """

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self.death: str | None = None
        self._is_ended = False
        self._waited_s: float | None = None
        self._module = module
        self._errors: IO[bytes] = scratch_file()
        self._unread = bytearray()
        try:
            with _undisturbed():
                self.process, self.channel = start_with_channel(self._start)
        except OSError as error:
            self._errors.close()
            raise GeneratorError(
                f"{name} can't be started: {error.strerror or error}: the limit of processes (ulimit -u, pids.max of"
                " a container), of open files or of memory is reached; use fewer --processes, or raise it"
            ) from None

    def _start(
        self, word: str, inherited: Sequence[int], variables: Mapping[str, str]
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            module_command(self._module, word),
            pass_fds=inherited,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            env={**_ONE_THREAD, **os.environ, **variables},
        )

    def send(self, message: bytes) -> None:
        """Send an encoded command; an agent that is gone does not hear it."""
        if self.death is None and not self._is_ended:
            try:
                self.channel.sendall(message)
            except OSError:
                self.note_death()

    def hear(self) -> Iterator[bytes]:
        """Wait for what comes next and yield the body of each message that is whole."""
        try:
            received = self.channel.recv(_READ_SIZE)
        except OSError:
            received = b""
        if not received:
            if not self._is_ended:
                self.note_death()
            return
        self._unread += received
        yield from self._bodies()

    def note_death(self) -> None:
        """Find out why the agent ended."""
        try:
            code = self.process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        lines = [line.strip(" |+-") for line in lines]
        lines = [line for line in lines if line]
        cause = f"killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        if self._waited_s is not None:
            cause = f"did not answer for {self._waited_s:g} s: it hangs, or the machine is too busy to run it"
        self.death = f"{self.name} {cause}" + (f" ({lines[-1]})" if lines else "")

    def give_up(self, waited_s: float) -> None:
        """Kill an agent that has not answered for so long; it is dead as soon as that is heard."""
        self._waited_s = waited_s
        self.process.kill()

    def end(self) -> None:
        """Hang up, and make sure that the process ends."""
        self._is_ended = True
        self.channel.close()
        try:
            self.process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._errors.close()

    def _bodies(self) -> Iterator[bytes]:
        size = wire.HEADER_SIZE
        while len(self._unread) >= size:
            end = size + wire.body_size(bytes(self._unread[:size]))
            if len(self._unread) < end:
                return
            yield bytes(self._unread[size:end])
            del self._unread[:end]
