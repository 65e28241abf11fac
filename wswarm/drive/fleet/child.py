"""An agent's process and the socket to it, as its front end holds them: told, heard, ended."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress

from wswarm.drive.fleet.last_words import blocked_at, blocked_s, last_line
from wswarm.drive.fleet.lengths import HEADER_SIZE, body_size
from wswarm.drive.fleet.started import Started

_EXIT_S = 5.0
_READ_SIZE = 1 << 20
_TAIL = 200


class Child:
    """One agent's process; it ends when this end of its socket closes.

    Attributes:
        name: What reports call it.
        channel: This end of the socket.
        death: What became of it if it ended before it was told to, else `None`.
    """

    def __init__(self, started: Started) -> None:
        self.name, self.process, self.channel, self._errors = started
        self.death: str | None = None
        self._is_ended = False
        self._waited_s: float | None = None
        self._unread = bytearray()
        self._written = 0

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
        written = self._errors.read().decode(errors="replace")
        last = last_line(written)
        cause = f"killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        if self._waited_s is not None:
            place = blocked_at(written)
            why = "it hangs, or the machine is too busy to run it"
            if place is not None:
                last, why = "", f"the script blocked it at {place}"
            cause = f"did not answer for {self._waited_s:g} s: {why}"
        self.death = f"{self.name} {cause}" + (f" ({last})" if last else "")

    def blocked_s(self) -> float:
        """Return for how long a script has kept it from all else, as far as it has told; 0: not at all."""
        try:
            size = os.fstat(self._errors.fileno()).st_size
            if size == self._written:
                return 0.0
            self._written = size  # read without moving the place at which the agent writes
            tail = os.pread(self._errors.fileno(), _TAIL, max(0, size - _TAIL))
        except (OSError, AttributeError):  # Windows has no `pread`: there it is told when it is given up
            return 0.0
        return blocked_s(tail.decode(errors="replace"))

    def give_up(self, waited_s: float) -> None:
        """Kill an agent that has not answered for so long; it is dead as soon as that is heard."""
        self._waited_s = waited_s
        self.process.kill()

    def hang_up(self) -> None:
        """Tell no more.

        This end is not closed yet: what the agent says meanwhile would fail, and it would end for that before it has
        read all that it was told.
        """
        self._is_ended = True
        with suppress(OSError):  # it hung up first
            self.channel.shutdown(socket.SHUT_WR)

    def end(self) -> None:
        """Hang up, and make sure that the process ends."""
        self.hang_up()
        try:
            self.process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.channel.close()
        self._errors.close()

    def _bodies(self) -> Iterator[bytes]:
        size = HEADER_SIZE
        while len(self._unread) >= size:
            end = size + body_size(bytes(self._unread[:size]))
            if len(self._unread) < end:
                return
            yield bytes(self._unread[size:end])
            del self._unread[:end]
