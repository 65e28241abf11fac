"""The connection manager of FastAPI's WebSockets page: the same methods, on a hub and, if given, a backplane."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import WebSocket

from target_app.backplane.protocol import Backplane, Gap, OnGap
from target_app.broadcast.hub import Hub

# The room of those who name none.
EVERYBODY = "everybody"


class _Joining:
    """A room on its way to a connection; unwanted once the connection has left it or is gone."""

    __slots__ = ("is_wanted", "room")

    def __init__(self, room: str) -> None:
        self.room = room
        self.is_wanted = True


class ConnectionManager:
    """The connections of this process, in rooms; with a backplane, rooms span processes.

    No method waits for a client, and none raises for one that is gone. Send to a connection through the manager
    only: a direct ``websocket.send_text`` may overtake what waits for it.

    Args:
        hub: with the limits of your choice; one with the defaults when not given.
        backplane: carries broadcasts to the managers of other processes, and starts and stops with this one.
        on_gap: called with every gap of the backplane, before the message that follows it; it must not raise.
            The manager keeps no history to fill a gap from.

    Attributes:
        hub: where the connections are; its ``counters`` say what was done.
    """

    def __init__(
        self, hub: Hub | None = None, backplane: Backplane | None = None, on_gap: OnGap | None = None
    ) -> None:
        self.hub = hub or Hub()
        self._backplane = backplane
        self._on_gap = on_gap or _ignore_gap
        # What each connection has subscribed to, also when the hub has removed it meanwhile.
        self._subscribed: dict[WebSocket, set[str]] = {}
        self._joining: dict[WebSocket, set[_Joining]] = {}
        self._unsubscribing: set[asyncio.Task[None]] = set()

    @property
    def active_connections(self) -> list[WebSocket]:
        """The connections of this process, each once, room by room; a new list each time."""
        return list(dict.fromkeys(socket for room in self.hub.rooms() for socket in self.hub.members(room)))

    async def start(self) -> None:
        """Connect the backplane.

        Raises:
            BackplaneDown: it cannot be reached.
        """
        if self._backplane is not None:
            await self._backplane.start(self.hub.publish, self._on_gap)

    async def stop(self) -> None:
        """Disconnect the backplane."""
        if self._unsubscribing:
            await asyncio.wait(self._unsubscribing)
        if self._backplane is not None:
            await self._backplane.stop()

    async def connect(self, websocket: WebSocket, room: str = EVERYBODY) -> None:
        """Accept a connection and add it to a room; see ``join`` for more rooms.

        Raises:
            RuntimeError: it has been accepted or refused before; it stays where it is.
            OSError: the peer left during the handshake; it is not added.
            BackplaneDown: broadcasts of the room cannot be had now; it is neither accepted nor added.
        """
        async with self._entering(websocket, room):
            await websocket.accept()

    async def join(self, websocket: WebSocket, room: str) -> None:
        """Add an accepted connection to one more room; again is no error.

        One that has left the room, or was disconnected, before this could be done is not added.

        Raises:
            BackplaneDown: broadcasts of the room cannot be had now; it stays in its other rooms.
        """
        async with self._entering(websocket, room):
            pass

    async def leave(self, websocket: WebSocket, room: str) -> None:
        """Take a connection out of one room; it stays in the others. Not being there is no error.

        Out of its last room it gets nothing any more, and what waits for it is forgotten.
        """
        self.hub.leave(room, websocket)
        for joining in self._joining.get(websocket, ()):
            joining.is_wanted &= joining.room != room
        rooms = self._subscribed.get(websocket, set())
        if room in rooms:
            rooms.remove(room)
            if not rooms:
                del self._subscribed[websocket]
            await asyncio.shield(self._release(room))

    def disconnect(self, websocket: WebSocket) -> None:
        """Remove a connection from all its rooms; one that is not there is no error."""
        self.hub.remove(websocket)
        for joining in self._joining.get(websocket, ()):
            joining.is_wanted = False
        for room in self._subscribed.pop(websocket, ()):
            self._release(room)

    async def send_personal_message(self, message: str, websocket: WebSocket) -> None:
        """Send to one connection, behind what waits for it."""
        self.hub.send(message, websocket)

    async def broadcast(self, message: str, room: str = EVERYBODY) -> None:
        """Send to everybody in the room, in every process; no client is waited for.

        Without a backplane, or on the memory backplane, it returns when the message has been offered to everybody:
        so many turns of the event loop. Over Redis or PostgreSQL it returns when the backend has the message, and
        what of the room had arrived here by then was offered to everybody here. The message itself may still be on
        its way back, to this process as to the others.

        Raises:
            BackplaneDown: the backplane did not take the message in time.
            UnicodeEncodeError: the message has half a surrogate pair: nobody can be sent it.
        """
        await self.hub.admit(room)
        if self._backplane is None:
            self.hub.publish(room, message)
        else:
            await self._backplane.publish(room, message)
        await self.hub.settle(room)

    @asynccontextmanager
    async def _entering(self, websocket: WebSocket, room: str) -> AsyncIterator[None]:
        """Subscribe before the block and join after it; a failure in between undoes this room alone."""
        joining = _Joining(room)
        self._joining.setdefault(websocket, set()).add(joining)
        try:
            if self._backplane is not None:
                await self._backplane.subscribe(room)
            try:
                yield
            except BaseException:
                self._drop(room)
                raise
        finally:
            self._joining[websocket].remove(joining)
            if not self._joining[websocket]:
                del self._joining[websocket]
        if not joining.is_wanted:
            self._drop(room)
            return
        if self._backplane is not None:
            rooms = self._subscribed.setdefault(websocket, set())
            if room in rooms:
                self._drop(room)
            rooms.add(room)
        self.hub.join(room, websocket)

    def _drop(self, room: str) -> None:
        """Take back a subscription that nobody was entered for."""
        if self._backplane is not None:
            self._release(room)

    def _release(self, room: str) -> asyncio.Task[None]:
        """Take one subscription back, whoever is cancelled meanwhile."""
        assert self._backplane is not None
        task = asyncio.create_task(self._backplane.unsubscribe(room))
        self._unsubscribing.add(task)
        task.add_done_callback(self._unsubscribing.discard)
        return task


def _ignore_gap(gap: Gap) -> None:
    """Nobody wants to know; the backplane has counted it."""
