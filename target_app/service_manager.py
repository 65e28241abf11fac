"""What a service manager such as systemd hands to the process that it starts, and hears from it."""

import os
import socket
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

_FIRST = 3  # the descriptor that sockets begin at. Source: sd_listen_fds(3)


class HandedOverError(Exception):
    """What was handed over is nothing to listen on."""


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """Who started this process, if it is one that speaks systemd's protocols.

    Attributes:
        sockets: that it listens on for us, in its order; none if we are to open our own.
        notified: the socket file where it wants to hear of us, nothing if it doesn't. Source: sd_notify(3)
    """

    sockets: tuple[socket.socket, ...] = ()
    notified: str = ""

    @classmethod
    def take(cls, environment: MutableMapping[str, str]) -> Self:
        """Take what is handed to this process; the variables that say so go, as they are not for its children.

        Raises:
            HandedOverError: a descriptor is no socket that listens for connections.
        """
        theirs = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "")
        environment.pop("LISTEN_FDNAMES", None)
        notified = environment.pop("NOTIFY_SOCKET", "")
        if theirs[0] != str(os.getpid()) or not theirs[1].isdecimal():
            return cls((), notified)
        return cls(tuple(_listening(_FIRST + number) for number in range(int(theirs[1]))), notified)

    def tell(self, state: str) -> None:
        """Tell a state: ``READY=1`` when all is served, ``STOPPING=1`` when it no longer is."""
        if self.notified:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.connect(
                    self.notified.replace("@", "\0", 1) if self.notified[0] == "@" else self.notified
                )
                line.send(state.encode())


def share(addresses: Sequence[Any], worker: int, workers: int) -> list[int]:
    """Which of several listening sockets a worker takes, by their numbers.

    Sockets of one address (SO_REUSEPORT) are dealt out, so that the kernel spreads connections evenly. Where there
    are fewer than workers, some take the same one. Nobody leaves a socket to nobody: connections would wait in it
    for ever.

    Args:
        addresses: of the sockets, in their order.
        worker: counted from 0.
        workers: how many there are.
    """
    taken = []
    for address in dict.fromkeys(addresses):
        same = [number for number, one in enumerate(addresses) if one == address]
        taken += same[worker::workers] or [same[worker % len(same)]]
    return taken


def _listening(descriptor: int) -> socket.socket:
    try:
        one = socket.socket(fileno=descriptor)
        if one.type == socket.SOCK_STREAM and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return one
        one.detach()
    except OSError:
        pass
    raise HandedOverError(
        f"LISTEN_FDS: descriptor {descriptor} is no socket that listens: the unit needs ListenStream= and Accept=no"
    )
