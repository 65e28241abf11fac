"""``socketio_relay()``: a relay that speaks Socket.IO, to whoever has connected to the main namespace.

Every event goes at once to every other client, as it came. It sends no pings.
Facts: those of ``PicowsServer``; ``sent`` is the number of deliveries.
"""

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run

_OPEN = b'0{"sid":"s","upgrades":[],"pingInterval":3600000,"pingTimeout":3600000,"maxPayload":1000000}'


class SocketioRelay(PicowsServer):
    """Sends each event to every other client that has connected."""

    def __init__(self) -> None:
        super().__init__()
        self._members: list[Connection] = []

    def opened(self, connection: Connection) -> None:
        super().opened(connection)
        connection.transport.send(WSMsgType.TEXT, _OPEN)

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        if payload.startswith(b"40"):
            self._members.append(connection)
            connection.transport.send(kind, b'40{"sid":"c"}')
            return
        receivers = [one for one in self._members if one is not connection]
        for receiver in receivers:
            receiver.transport.send(kind, payload)
        self.sent += len(receivers)

    def closed(self, connection: Connection) -> None:
        super().closed(connection)
        if connection in self._members:
            self._members.remove(connection)


if __name__ == "__main__":
    run(SocketioRelay)
