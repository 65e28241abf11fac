"""The connection manager of FastAPI's WebSockets page: the same methods, on a hub and, if given, a backplane."""

import asyncio

from fastapi import WebSocket

from target_app.backplane.protocol import Backplane, Gap
from target_app.broadcast.hub import Hub

# The room of those who name none.
EVERYBODY = "everybody"


class ConnectionManager:
    """The connections of this process, in rooms; with a backplane, rooms span processes.

    No method waits for a client, and none raises for one that is gone. Send to a connection through the manager
    only: a direct ``websocket.send_text`` may overtake what waits for it.

    Args:
        hub: with the limits of your choice; one with the defaults when not given.
        backplane: carries broadcasts to the managers of other processes, and starts and stops with this one.

    Attributes:
        hub: where the connections are; its ``counters`` say what was done.
    """

    def __init__(self, hub: Hub | None = None, backplane: Backplane | None = None) -> None:
        self.hub = hub or Hub()
        self._backplane = backplane
        # What each connection has subscribed to, also when the hub has removed it meanwhile.
        self._subscribed: dict[WebSocket, str] = {}
        self._unsubscribing: set[asyncio.Task[None]] = set()

    @property
    def active_connections(self) -> list[WebSocket]:
        """The connections of this process, room by room; a new list each time."""
        return [socket for room in self.hub.rooms() for socket in self.hub.members(room)]

    async def start(self) -> None:
        """Connect the backplane.

        Raises:
            BackplaneDown: it cannot be reached.
        """
        if self._backplane is not None:
            await self._backplane.start(self.hub.publish, _ignore_gap)

    async def stop(self) -> None:
        """Disconnect the backplane."""
        if self._unsubscribing:
            await asyncio.wait(self._unsubscribing)
        if self._backplane is not None:
            await self._backplane.stop()

    async def connect(self, websocket: WebSocket, room: str = EVERYBODY) -> None:
        """Accept a connection and add it to a room.

        Raises:
            RuntimeError: it has been accepted or refused before.
            OSError: the peer left during the handshake; it is not added.
            BackplaneDown: broadcasts of the room cannot be had now; it is neither accepted nor added.
        """
        if self._backplane is not None:
            await self._backplane.subscribe(room)
            self._subscribed[websocket] = room
        try:
            await websocket.accept()
        except BaseException:
            self.disconnect(websocket)
            raise
        self.hub.join(room, websocket)

    def disconnect(self, websocket: WebSocket) -> None:
        """Remove a connection; one that is not there is no error."""
        self.hub.remove(websocket)
        room = self._subscribed.pop(websocket, None)
        if room is not None and self._backplane is not None:
            task = asyncio.create_task(self._backplane.unsubscribe(room))
            self._unsubscribing.add(task)
            task.add_done_callback(self._unsubscribing.discard)

    async def send_personal_message(self, message: str, websocket: WebSocket) -> None:
        """Send to one connection, behind what waits for it."""
        self.hub.send(message, websocket)

    async def broadcast(self, message: str, room: str = EVERYBODY) -> None:
        """Send to everybody in the room, in every process.

        It returns when this process has offered the message to everybody here. That is so many turns of the
        event loop; no client is waited for.

        Raises:
            BackplaneDown: the backplane did not take the message in time.
            UnicodeEncodeError: the message has half a surrogate pair: nobody can be sent it.
        """
        if self._backplane is None:
            self.hub.publish(room, message)
        else:
            await self._backplane.publish(room, message)
        await self.hub.settle(room)


def _ignore_gap(gap: Gap) -> None:
    """The chat keeps no history to fill a gap from; the backplane counts it."""
