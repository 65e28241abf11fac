"""The connection manager of FastAPI's WebSockets page, made safe: the same methods, one after the other."""

from fastapi import WebSocket

from target_app.conversation import PEER_GONE
from target_app.traffic import Traffic


class ConnectionManager:
    """The connections of one room, in the order they came.

    A peer that is gone never breaks the room or the sender: it is removed, and everybody else gets the
    message. Nobody is skipped when others come or go meanwhile. Sends are awaited one after the other, so a
    peer that does not read still delays those behind it.

    Args:
        traffic: where messages are counted, one per recipient.
    """

    def __init__(self, traffic: Traffic | None = None) -> None:
        # A dict keeps the order and removes in O(1). Connections compare by identity.
        self._connections: dict[WebSocket, None] = {}
        self._traffic = traffic if traffic is not None else Traffic()

    @property
    def active_connections(self) -> list[WebSocket]:
        """The connections in the room; a new list each time, so changing it changes nothing."""
        return list(self._connections)

    async def connect(self, websocket: WebSocket) -> None:
        """Accept a connection, then add it.

        Raises:
            RuntimeError: it has been accepted or refused before.
            OSError: the peer left during the handshake; it is not added.
        """
        await websocket.accept()
        self._connections[websocket] = None

    def disconnect(self, websocket: WebSocket) -> None:
        """Remove a connection; one that is not in the room is no error."""
        self._connections.pop(websocket, None)

    async def send_personal_message(self, message: str, websocket: WebSocket) -> None:
        """Send to one connection, or remove it if its peer is gone."""
        try:
            await websocket.send_text(message)
        except PEER_GONE:
            self.disconnect(websocket)
        else:
            self._traffic.messages_out += 1

    async def broadcast(self, message: str) -> None:
        """Send to everybody who is in the room now, one after the other, and remove whose peer is gone."""
        traffic = self._traffic
        # A copy, because others come and go while a send waits. The try costs nothing until something is
        # raised.
        for connection in tuple(self._connections):
            try:
                await connection.send_text(message)
            except PEER_GONE:
                self.disconnect(connection)
            else:
                traffic.messages_out += 1
