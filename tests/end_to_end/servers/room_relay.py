"""``room_relay(rooms=1, leak_every=0, lose_in="", lose_every=0)``: what a client sends goes to its room's others.

The room is what the path ends with, as in ``/room/7``. ``leak_every=50``: every fiftieth message that the server
reads goes to the next room too, the last one's to room 0, of ``rooms``. ``lose_in="7", lose_every=5``: every
fifth message read in room 7 goes to nobody.
Facts: those of ``PicowsServer``; ``leaked``: the rooms that messages leaked into, in the order of the leaks;
``lost``: how many were lost; ``read``: messages read, by room.
"""

from collections import Counter, defaultdict
from typing import Any

from picows import WSMsgType, WSUpgradeRequest

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class RoomRelay(PicowsServer):
    """Sends each message to its room, unless it leaks or loses it."""

    def __init__(self, rooms: int = 1, leak_every: int = 0, lose_in: str = "", lose_every: int = 0) -> None:
        super().__init__()
        self._rooms, self._leak_every = rooms, leak_every
        self._lose_in, self._lose_every = lose_in, lose_every
        self._room_of: dict[Connection, str] = {}
        self._members: defaultdict[str, dict[Connection, None]] = defaultdict(dict)
        self._read: Counter[str] = Counter()
        self._leaked: list[str] = []
        self._lost = 0

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        room = self._room_of[connection]
        self._read[room] += 1
        if room == self._lose_in and self._read[room] % self._lose_every == 0:
            self._lost += 1
            return
        self._relay(room, connection, kind, payload)
        if self._leak_every and self.received % self._leak_every == 0:
            leaked = str((int(room) + 1) % self._rooms)
            self._leaked.append(leaked)
            self._relay(leaked, connection, kind, payload)

    def closed(self, connection: Connection) -> None:
        super().closed(connection)
        self._members[self._room_of[connection]].pop(connection, None)

    def facts(self) -> dict[str, Any]:
        own = {"leaked": self._leaked, "lost": self._lost, "read": dict(self._read)}
        return {**super().facts(), **own}

    def _relay(self, room: str, sender: Connection, kind: WSMsgType, payload: bytes) -> None:
        for member in tuple(self._members[room]):
            if member is not sender:
                member.send(kind, payload)

    def _new_connection(self, request: WSUpgradeRequest) -> Connection:
        connection = super()._new_connection(request)
        room = self._room_of[connection] = request.path.decode().rpartition("/")[2]
        self._members[room][connection] = None
        return connection


if __name__ == "__main__":
    run(RoomRelay)
