"""The frames of a STOMP server, which are a stream: several may be in one message, or one in several.

Source: stomp.github.io/stomp-specification-1.2.html.
"""

import re

from wswarm.load.profiles.reader import StreamReader, Unreadable

HEARTBEAT = b"\n"
_COMMANDS = (b"MESSAGE", b"RECEIPT", b"CONNECTED", b"ERROR")
_BEGUN = tuple(one + end for one in _COMMANDS for end in (b"\n", b"\r"))
_LONGEST = max(map(len, _BEGUN))
_EOL = b"\r\n"
_LENGTH = re.compile(rb"\ncontent-length:(\d{1,9})\r?\n")


class StompReader(StreamReader):
    """Gives frames without the octet that ends them, and heart-beats: ends of line alone."""

    __slots__ = ()

    def _read(self, data: bytes, at: int, messages: list[bytes]) -> int:
        if data[at] in _EOL:
            start, at = at, _behind_eols(data, at)
            if at == len(data):
                if start == 0:
                    messages.append(HEARTBEAT)
                return at
        if not data.startswith(_BEGUN, at):
            _check_command(data[at : at + _LONGEST])
        body = _behind_head(data, at)
        if body < 0:
            return 0
        length = _LENGTH.search(data, at, body)
        stop = data.find(b"\0", body) if length is None else body + int(length[1])
        if stop < 0:
            return 0
        if stop >= len(data):
            return at - stop - 1
        messages.append(data[at:stop])
        return stop + 1


def _behind_eols(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _EOL:
        at += 1
    return at


def _behind_head(data: bytes, at: int) -> int:
    """Return where the body begins, behind an empty line, -1 if that has not come; lines end in LF or CR LF."""
    line_feeds = data.find(b"\n\n", at)
    other = data.find(b"\n\r\n", at, line_feeds if line_feeds >= 0 else len(data))
    if other >= 0:
        return other + 3
    return line_feeds + 2 if line_feeds >= 0 else -1


def _check_command(begun: bytes) -> None:
    """Check that these are the first bytes of a frame.

    Raises:
        Unreadable: they are not.
    """
    if not any(begun[: len(one)] == one[: len(begun)] for one in _COMMANDS):
        raise Unreadable
