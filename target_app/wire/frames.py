"""Where the frames of a client end in the bytes that it sends: all that can be known of them without a parser."""

_FIN, _RSV1, _OPCODE, _MASK, _LENGTH = 0x80, 0x40, 0x0F, 0x80, 0x7F
_CONTROL = 0x8  # opcodes from here on: RFC 6455, 5.5
PONG = 0xA

SHARE = 8  # of a connection, in a turn of the event loop, in what handing on a small frame costs
_COST_BITS = 13  # a frame costs one more for every 8 KiB


class Frames:
    """The bytes of one client that have not been handed on, cut where its frames end.

    Whether a frame is allowed is for the parser to say. Source: RFC 6455, 5.2.

    Attributes:
        begins: what was taken last has the beginning of a frame.
        opcode: of the frame that was taken last, or of which a part was.
        cost: of it: 1 and more for a large one; as much as a whole share if it may have to be inflated.
        messages: how many have been taken whole.
        waits: there are bytes to take: a frame, frames, or too few to know.
    """

    __slots__ = (
        "_at",
        "_bytes",
        "_is_between",
        "_is_fragmented",
        "_is_last",
        "_left",
        "begins",
        "cost",
        "messages",
        "opcode",
        "waits",
    )

    def __init__(self) -> None:
        self._bytes: bytes = b""
        self._at = 0
        self._left = 0  # bytes of the frame that has been taken in part
        self._is_last = True
        self._is_fragmented = False
        self._is_between = True  # nothing waits or is under way
        self.waits = False
        self.begins = False
        self.opcode = 0
        self.cost = 0
        self.messages = 0

    @property
    def is_midway(self) -> bool:
        """Whether a frame or a fragmented message has been taken in part."""
        return self._left > 0 or self._is_fragmented

    def is_one(self, data: bytes) -> bool:
        """Whether this is one small frame, which need not be added: nothing else waits or is under way."""
        size = len(data)
        return 5 < size < 132 and data[1] & _LENGTH == size - 6 and data[0] >= _FIN and self._is_between

    def add(self, data: bytes) -> None:
        """Add bytes behind those that wait."""
        self._bytes = self._bytes[self._at :] + data if self.waits else data
        self._at = 0
        self.waits = bool(self._bytes)
        self._is_between = self._is_between and not self.waits

    def clear(self) -> None:
        """Forget what waits."""
        self._bytes, self._at, self.waits = b"", 0, False
        self._is_between = not self.is_midway

    def take(self) -> bytes:
        """Return one frame, or what is there of it; nothing while its head is not complete."""
        self.begins = not self._left
        if self.begins and not self._begin():
            return b""
        data, start = self._bytes, self._at
        end = min(start + self._left, len(data))
        self._left -= end - start
        self._at = end
        if not self._left and self.opcode < _CONTROL:
            self._is_fragmented = not self._is_last
            self.messages += self._is_last
        if end < len(data):
            return data[start:end]
        self.clear()
        return data[start:] if start else data

    def _begin(self) -> bool:
        """Read the head of the next frame; whether it was there."""
        data, at = self._bytes, self._at
        if len(data) < at + 2:
            return False
        first, second = data[at], data[at + 1]
        length = second & _LENGTH
        extended = 0 if length < 126 else 2 if length == 126 else 8
        head = 2 + extended + (4 if second & _MASK else 0)
        if len(data) < at + head:
            return False
        if extended:
            length = int.from_bytes(data[at + 2 : at + 2 + extended], "big")
        self.opcode = first & _OPCODE
        self._is_last = bool(first & _FIN)
        self._left = head + length
        self.cost = SHARE if first & _RSV1 else 1 + (length >> _COST_BITS)
        return True
