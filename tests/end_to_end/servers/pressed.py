"""What the relays share that know whose kernels are full: small send buffers, and who can be written to."""

import socket
from typing import Any

from picows import WSTransport, WSUpgradeRequest

from tests.end_to_end.servers.connection import Connection, PicowsServer

SEND_BUFFER = 16_384
SWALLOWED = 60_000
"""More than the kernels take of what is sent to a reader with SO_RCVBUF 4096 who does not read: some 38 KB."""


class PressedConnection(Connection):
    """One client's connection.

    Attributes:
        is_pressed: Whether the kernel took less than it was given last: whatever more is sent waits.
    """

    is_pressed = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        tcp = transport.underlying_transport
        tcp.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        tcp.set_write_buffer_limits(high=0)
        super().on_ws_connected(transport)

    def pause_writing(self) -> None:
        self.is_pressed = True

    def resume_writing(self) -> None:
        self.is_pressed = False


class PressedServer(PicowsServer):
    """Whose connections know when they are pressed."""

    def _new_connection(self, request: WSUpgradeRequest) -> Connection:  # noqa: ARG002  # picows passes it
        return PressedConnection(self)

    def receivers_of(self, sender: Connection) -> list[Any]:
        """All others, in order of connecting."""
        return [one for one in self.open if one is not sender]
