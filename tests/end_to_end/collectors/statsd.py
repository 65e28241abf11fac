"""A StatsD server: a socket whose packets are kept."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class Packets:
    """What has come, packet by packet."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.all: list[bytes] = []

    @property
    def lines(self) -> list[str]:
        """What has come, line by line."""
        return [line for packet in self.all for line in packet.decode().split("\n")]

    def counter(self, name: str) -> int:
        """The sum of what a counter grew by."""
        found = [line.split(":")[1] for line in self.lines if line.startswith(f"{name}:")]
        return sum(int(one.removesuffix("|c")) for one in found if one.endswith("|c"))


@contextmanager
def receiving() -> Iterator[Packets]:
    """Yield a server that listens on a free port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        own.settimeout(0.2)
        packets, is_over = Packets(own.getsockname()[1]), False

        def receive() -> None:
            while True:
                try:
                    packets.all.append(own.recv(65_536))
                except TimeoutError:
                    if is_over:
                        return

        thread = Thread(target=receive)
        thread.start()
        try:
            yield packets
        finally:
            is_over = True
            thread.join()
