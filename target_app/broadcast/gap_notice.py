"""What the members of a room are told when messages for them were lost between processes."""

import asyncio
from dataclasses import dataclass

from target_app.backplane.protocol import Gap
from target_app.broadcast.hub import Hub

PAUSE_S = 1.0  # gaps of one room within this are told in one line


@dataclass(slots=True)
class _Lost:
    """What is to be told: messages known to be missing, and whether there may be more."""

    count: int = 0
    is_open: bool = False

    def text(self) -> str:
        """The line, without a load marker."""
        if not self.count:
            return "Some messages may have been lost"
        return f"Some messages were lost ({self.count}{' or more' if self.is_open else ''})"


class GapNotice:
    """Tells the members of a room, in this process, how many messages they missed: at most one line in ``pause``.

    Args:
        hub: where the members are.
        pause: seconds from a room's first gap to its line; gaps of all origins in between are added up.
    """

    def __init__(self, hub: Hub, pause: float = PAUSE_S) -> None:
        self._hub = hub
        self._pause = pause
        self._lost: dict[str, _Lost] = {}

    def note(self, gap: Gap) -> None:
        """Note a gap of the backplane, to be told; one of an unknown channel concerns every room."""
        for room in self._hub.rooms() if gap.channel is None else (gap.channel,):
            lost = self._lost.get(room)
            if lost is None:
                lost = self._lost[room] = _Lost()
                asyncio.get_running_loop().call_later(self._pause, self._tell, room)
            lost.count += gap.count or 0
            lost.is_open |= gap.count is None

    def _tell(self, room: str) -> None:
        text = self._lost.pop(room).text()
        if self._hub.members(room):
            self._hub.publish(room, text)
