"""Messages out of frames, for protocols that put several into one frame, or one into several.

A reader belongs to one connection. What can't be of its protocol is handed on as it came, then and from then on:
whoever waits for a message shows what came instead.
"""

from typing import NamedTuple, Protocol

from wswarm.load.template import SIZE_LIMIT


class Heard(NamedTuple):
    """What a frame completed.

    Attributes:
        messages: In a form that can be read and matched; a payload stands in it as it came.
        answer: What the protocol wants said at once, in a binary frame; empty: nothing.
    """

    messages: list[bytes]
    answer: bytes = b""


class Reader(Protocol):
    """Reads one connection."""

    def feed(self, frame: bytes) -> Heard:
        """Return what the frame completes."""


class Lines:
    """Reads frames that hold a message in each line, or before each of another mark of their ends."""

    __slots__ = ("_end",)

    def __init__(self, end: bytes = b"\n") -> None:
        self._end = end

    def feed(self, frame: bytes) -> Heard:
        """Return the messages of the frame, without what ends them."""
        return Heard([one for one in frame.split(self._end) if one])


class Unreadable(Exception):  # noqa: N818 - the server's doing, and handed on as it came
    """These bytes are not of the protocol."""


class StreamReader:
    """Reads protocols that are a stream, whose messages frames cut anywhere.

    Bytes that are not whole yet, at most `SIZE_LIMIT`, are joined when as many have come as are needed: a large
    message in many frames is not copied with each of them.
    """

    __slots__ = ("_answer", "_chunks", "_have", "_is_lost", "_need")

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._have = self._need = 0
        self._is_lost = False
        self._answer = b""

    def feed(self, frame: bytes) -> Heard:
        """Return what the frame completes."""
        if self._is_lost:
            return Heard([frame])
        data = self._joined(frame) if self._chunks else frame
        messages: list[bytes] = []
        at, end, stop = 0, len(data), 1
        try:
            while at < end and (stop := self._read(data, at, messages)) > 0:
                at = stop
            if at < end:
                self._keep(data[at:], -stop)
        except (Unreadable, ValueError, IndexError):
            self._is_lost = True
            messages.append(data[at:])
        if not self._answer:
            return Heard(messages)
        answer, self._answer = self._answer, b""
        return Heard(messages, answer)

    def _read(self, data: bytes, at: int, messages: list[bytes]) -> int:
        """Add the message that begins there; return where it ends, or minus the bytes it takes if it is not whole.

        Raises:
            Unreadable, ValueError, IndexError: it is none of the protocol.
        """
        raise NotImplementedError

    def _joined(self, frame: bytes) -> bytes:
        """Return all that is unread, nothing if it is not worth a look yet."""
        self._chunks.append(frame)
        self._have += len(frame)
        if self._have < self._need:
            return b""
        data, self._chunks = b"".join(self._chunks), []
        return data

    def _keep(self, rest: bytes, need: int) -> None:
        if max(need, len(rest)) > SIZE_LIMIT:
            raise Unreadable
        self._chunks, self._have, self._need = [rest], len(rest), need
