"""The messages of a NATS server, which cuts its stream into frames wherever it likes.

Source: docs.nats.io, reference/nats-protocol/nats-protocol.
"""

from wswarm.load.profiles.reader import StreamReader, Unreadable

_END = b"\r\n"
_FIRST = b"INFO "


class NatsReader(StreamReader):
    """Gives lines without their ends; a message (`MSG`, `HMSG`) with its payload."""

    __slots__ = ("_has_begun",)

    def __init__(self) -> None:
        super().__init__()
        self._has_begun = False

    def _read(self, data: bytes, at: int, messages: list[bytes]) -> int:
        if not self._has_begun:
            if not data.startswith(_FIRST[: len(data)]):
                raise Unreadable
            self._has_begun = len(data) >= len(_FIRST)
        stop = data.find(_END, at)
        if stop < 0:
            return 0
        if data.startswith((b"MSG ", b"HMSG "), at):
            size = int(data[data.rindex(b" ", at, stop) : stop])
            if size < 0:
                raise Unreadable
            stop += len(_END) + size
            if stop + len(_END) > len(data):
                return at - stop - len(_END)
        messages.append(data[at:stop])
        return stop + len(_END)
