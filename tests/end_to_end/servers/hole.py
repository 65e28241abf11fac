"""Ports that lead nowhere: the kernel drops what asks to connect, as a firewall or a broken tunnel does."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from wswarm.drive.host.ports import free_ports

_FILLERS = 3


@contextmanager
def hole(host: str, port: int = 0) -> Iterator[int]:
    """The port, whose queue is full as long as the block lasts, so that nobody gets an answer."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((host, port or free_ports(1)[0]))
        listener.listen(0)
        for _ in range(_FILLERS):
            filler = stack.enter_context(socket.socket(family))
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


@contextmanager
def queue(host: str, port: int = 0) -> Iterator[int]:
    """The port, on which the kernel takes connections that nobody ever speaks on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.bind((host, port or free_ports(1)[0]))
        listener.listen(128)
        yield int(listener.getsockname()[1])
