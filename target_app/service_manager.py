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
            HandedOverError: a descriptor is no TCP socket that listens.
        """
        theirs = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "")
        environment.pop("LISTEN_FDNAMES", None)
        notified = environment.pop("NOTIFY_SOCKET", "")
        if theirs[0] != str(os.getpid()) or not theirs[1].isdecimal():
            return cls((), notified)
        return cls(tuple(_listening(_FIRST + number) for number in range(int(theirs[1]))), notified)

    def tell_ready(self) -> None:
        """Tell that connections are served."""
        if self.notified:
            # Linux has socket files that are in no folder: systemd writes their first byte, NUL, as @.
            file = f"\0{self.notified[1:]}" if self.notified.startswith("@") else self.notified
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.sendto(b"READY=1", file)


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
        is_tcp = one.family in {socket.AF_INET, socket.AF_INET6} and one.type == socket.SOCK_STREAM
        if is_tcp and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return one
        one.detach()
    except OSError:
        pass
    raise HandedOverError(
        f"LISTEN_FDS: descriptor {descriptor} is no TCP socket that listens: the .socket unit needs a ListenStream= "
        "with a port, and Accept=no"
    )
