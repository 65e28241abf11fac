"""Rooms of one process, and how a message gets to everybody in one: framed once, no client waited for."""

import asyncio
import time
from collections import deque
from typing import NamedTuple

from fastapi import WebSocket

from target_app.broadcast.client import Client, FramedClient, OnGone
from target_app.broadcast.counters import HubCounters
from target_app.broadcast.frame import EXTENSION, Message
from target_app.broadcast.offer import offer
from target_app.broadcast.outbox import Limits
from target_app.broadcast.plain import PlainClient


class _Fanout(NamedTuple):
    """One broadcast on its way to those who were in the room when it was published."""

    message: Message
    clients: tuple[Client, ...]
    began_ns: int
    done: list[asyncio.Future[None]]


class _Room:
    """Who is in it, and the broadcasts on their way, oldest first.

    It is kept until both are none: who comes back to a room gets what is on its way before what is new.

    Attributes:
        position: how far the oldest is.
        is_serving: a slice is being offered.
        is_scheduled: the loop is to serve the next slice.
        publishers: those who wait until there is a place for their broadcast, first come first.
    """

    __slots__ = ("clients", "fanouts", "is_scheduled", "is_serving", "name", "position", "publishers")

    def __init__(self, name: str) -> None:
        self.name = name
        self.clients: dict[Client, None] = {}
        self.fanouts: deque[_Fanout] = deque()
        self.position = 0
        self.is_serving = False
        self.is_scheduled = False
        self.publishers: deque[asyncio.Future[None]] = deque()


class Hub:
    """The clients of this process, by room.

    Everybody in a room gets its messages in the order of ``publish``, each once, from the next one after
    joining. What goes wrong with one client touches no other and not the publisher. A connection belongs to one
    hub, and everything is sent to it through that hub.

    Args:
        limits: of each client's outbox.
        slice_size: recipients that a broadcast is offered to before the event loop has a turn, >= 1.
        backlog: broadcasts that may be on their way in one room, >= 1; see ``admit``. One more, and ``publish``
            finishes the oldest without giving the loop a turn, and so slows its caller down.

    Attributes:
        counters: what it has done.
    """

    def __init__(self, limits: Limits | None = None, slice_size: int = 128, backlog: int = 64) -> None:
        self.counters = HubCounters()
        self._limits = limits or Limits()
        self._slice_size = slice_size
        self._backlog = backlog
        # Keyed by identity, as connections compare.
        self._clients: dict[WebSocket, Client] = {}
        self._rooms: dict[str, _Room] = {}

    def join(self, room: str, websocket: WebSocket) -> None:
        """Add an accepted connection to a room; again is no error."""
        client = self._clients.get(websocket)
        if client is None:
            client = self._clients[websocket] = _client_for(
                websocket, self._limits, self.counters, self._remove
            )
            self.counters.connections += 1
            self.counters.connections_total += 1
        client.rooms.add(room)
        found = self._rooms.get(room)
        if found is None:
            found = self._rooms[room] = _Room(room)
        found.clients[client] = None

    def leave(self, room: str, websocket: WebSocket) -> None:
        """Take a connection out of one room; it stays in the others. Not being there is no error."""
        client = self._clients.get(websocket)
        if client is not None and room in client.rooms:
            client.rooms.discard(room)
            self._leave(room, client)
            if not client.rooms:
                self.remove(websocket)

    def remove(self, websocket: WebSocket) -> None:
        """Take a connection out of every room and forget what waits for it; again is no error."""
        client = self._clients.get(websocket)
        if client is not None:
            self._remove(client)

    def rooms(self) -> list[str]:
        """The rooms that somebody is in."""
        return [name for name, room in self._rooms.items() if room.clients]

    def members(self, room: str) -> list[WebSocket]:
        """The connections in a room, in the order they joined."""
        found = self._rooms.get(room)
        return [client.websocket for client in found.clients] if found else []

    def rooms_of(self, websocket: WebSocket) -> frozenset[str]:
        """The rooms that a connection is in."""
        client = self._clients.get(websocket)
        return frozenset(client.rooms) if client else frozenset()

    def send(self, message: str, websocket: WebSocket) -> None:
        """Send to one connection, behind what waits for it; nothing happens if it is not in the hub.

        Raises:
            UnicodeEncodeError: the text has half a surrogate pair.
        """
        encoded = Message(message)
        client = self._clients.get(websocket)
        if client is not None:
            self.counters.messages += 1
            offer(encoded, (client,), self.counters)

    def publish(self, room: str, message: str) -> None:
        """Send to everybody who is in the room now.

        When this returns the first ``slice_size`` have been served, and the event loop serves the others; see
        ``settle``. Called from within a delivery (by a server's ``send``) it serves nobody: the loop does.

        Raises:
            UnicodeEncodeError: the text has half a surrogate pair.
        """
        encoded = Message(message, room)
        self.counters.messages += 1
        found = self._rooms.get(room)
        if found is None:
            return
        found.fanouts.append(_Fanout(encoded, tuple(found.clients), time.monotonic_ns(), []))
        self.counters.fanouts_waiting += 1
        waiting = len(found.fanouts)
        if waiting == 1:
            self._advance(found)
        elif not found.is_serving:
            for _ in range(waiting - self._backlog):
                while not self._serve_slice(found):
                    pass

    async def admit(self, room: str) -> None:
        """Return when one more broadcast has a place in the room's backlog; meanwhile the loop has its turns."""
        while (found := self._rooms.get(room)) is not None and len(found.fanouts) >= self._backlog:
            turn = asyncio.get_running_loop().create_future()
            found.publishers.append(turn)
            await turn

    async def settle(self, room: str) -> None:
        """Return when what has been published so far was offered to everybody: the loop's work, not a client's."""
        found = self._rooms.get(room)
        if found is not None and found.fanouts:
            done = asyncio.get_running_loop().create_future()
            found.fanouts[-1].done.append(done)
            await done

    def _remove(self, client: Client) -> None:
        """As ``remove``; a client of before the connection left and joined again takes nobody out."""
        if self._clients.get(client.websocket) is not client:
            return
        del self._clients[client.websocket]
        self.counters.connections -= 1
        for room in client.rooms:
            self._leave(room, client)
        client.rooms.clear()
        client.end()

    def _leave(self, room: str, client: Client) -> None:
        found = self._rooms[room]
        del found.clients[client]
        self._tidy(found)

    def _tidy(self, room: _Room) -> None:
        """Forget a room that nobody is in and nothing is on its way to."""
        if not room.clients and not room.fanouts:
            del self._rooms[room.name]

    def _advance(self, room: _Room) -> None:
        """Serve one slice now and the next in the loop's next turn, while there are any, whatever goes wrong."""
        try:
            if room.fanouts:
                self._serve_slice(room)
        finally:
            if room.fanouts and not room.is_scheduled:
                room.is_scheduled = True
                asyncio.get_running_loop().call_soon(self._take_turn, room)

    def _take_turn(self, room: _Room) -> None:
        room.is_scheduled = False
        self._advance(room)

    def _serve_slice(self, room: _Room) -> bool:
        """Offer the oldest broadcast to its next recipients; True when they were its last."""
        fanout = room.fanouts[0]
        start = room.position
        end = room.position = start + self._slice_size
        is_last = end >= len(fanout.clients)
        room.is_serving = True
        try:
            offer(fanout.message, fanout.clients[start:end], self.counters)
        finally:
            room.is_serving = False
            if is_last:
                self._finish(room)
        return is_last

    def _finish(self, room: _Room) -> None:
        """The oldest broadcast was offered to everybody."""
        fanout = room.fanouts.popleft()
        room.position = 0
        self.counters.fanouts += 1
        self.counters.fanouts_waiting -= 1
        self.counters.fanout_ns += time.monotonic_ns() - fanout.began_ns
        # Who is called and does not publish leaves a place empty, so with the last broadcast all are called.
        places = min(1, len(room.publishers)) if room.fanouts else len(room.publishers)
        for waiting in (*fanout.done, *(room.publishers.popleft() for _ in range(places))):
            if not waiting.done():
                waiting.set_result(None)
        self._tidy(room)


def _client_for(websocket: WebSocket, limits: Limits, counters: HubCounters, on_gone: OnGone) -> Client:
    """The client that suits the connection's server."""
    extension = websocket.scope.get("extensions", {}).get(EXTENSION)
    if extension is None:
        return PlainClient(websocket, limits, counters, on_gone)
    return FramedClient(extension["connection"], websocket, limits, counters, on_gone)
