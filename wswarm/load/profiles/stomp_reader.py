"""The frames of a STOMP server, which are a stream: several may be in one message, or one in several.

Source: stomp.github.io/stomp-specification-1.2.html.
"""

import re

from wswarm.load.profiles.reader import StreamReader, Unreadable

HEARTBEAT = b"\n"
_COMMANDS = (b"CONNECTED", b"MESSAGE", b"RECEIPT", b"ERROR")
_LONGEST = max(map(len, _COMMANDS))
_EOLS = re.compile(rb"[\r\n]+")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"\ncontent-length:(\d{1,9})\r?\n")


class StompReader(StreamReader):
    """Gives frames without the octet that ends them, and heart-beats: ends of line alone."""

    __slots__ = ()

    def _read(self, data: bytes, at: int, messages: list[bytes]) -> int:
        between = _EOLS.match(data, at)
        if between is not None:
            at = between.end()
            if at == len(data):
                if between.start() == 0:
                    messages.append(HEARTBEAT)
                return at
        _check_command(data[at : at + _LONGEST + 1])
        head = _HEAD_END.search(data, at)
        if head is None:
            return 0
        length = _LENGTH.search(data, at, head.end())
        stop = data.find(b"\0", head.end()) if length is None else head.end() + int(length[1])
        if stop < 0:
            return 0
        if stop >= len(data):
            return at - stop - 1
        messages.append(data[at:stop])
        return stop + 1


def _check_command(begun: bytes) -> None:
    """Check that these are the first bytes of a frame.

    Raises:
        Unreadable: they are not.
    """
    if not any(begun[: len(one)] == one[: len(begun)] for one in _COMMANDS):
        raise Unreadable
