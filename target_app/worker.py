"""One worker of several: uvicorn on an SO_REUSEPORT socket of its own, or on those that were handed over.

Started by ``target_app.supervisor``.
"""

import asyncio
import json
import signal
import socket
import sys
from typing import Any

import uvicorn

from target_app.backplane.protocol import BackplaneError
from target_app.departures import Departures, Server, configure

READY = b"r"


class Worker(Server):
    """A uvicorn server that tells its supervisor when it serves.

    Args:
        config: uvicorn's.
        departures: counts clients that leave, if they are not to be logged.
        supervisor: a socket; its other end closes with the supervisor, and then this server ends too.
    """

    def __init__(
        self, config: uvicorn.Config, departures: Departures | None, supervisor: socket.socket
    ) -> None:
        super().__init__(config, departures)
        self._supervisor = supervisor

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, and tell."""
        await super().startup(sockets=sockets)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._supervisor, self._follow)
        self._supervisor.send(READY)

    def _follow(self) -> None:
        """End as the supervisor has: nobody else would stop this process."""
        asyncio.get_running_loop().remove_reader(self._supervisor)
        self.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """A socket that shares its port with those of the other workers; the kernel spreads connections evenly.

    Raises:
        OSError: somebody else has the port, or the address is none of this machine.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    return listener


def main() -> None:
    """Serve until told to stop.

    The arguments: settings for ``configure`` as JSON, the descriptor of the supervisor, those of sockets that listen.
    """
    settings: dict[str, Any] = json.loads(sys.argv[1])
    supervisor, *handed_over = [socket.socket(fileno=int(descriptor)) for descriptor in sys.argv[2:]]
    # uvicorn raises the signal again that it was stopped by, when all is done.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config, departures = configure(settings)
    # Bound now, so that an address in use is told at once; uvicorn listens when the application has started.
    listeners = handed_over or [bind(settings["host"], settings["port"])]
    try:
        Worker(config, departures, supervisor).run(sockets=listeners)
    except BackplaneError as error:
        sys.exit(f"the application's backplane: {error}")


if __name__ == "__main__":
    main()
