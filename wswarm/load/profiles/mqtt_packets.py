"""The packets of an MQTT client, 3.1.1 or 5, as bytes.

Sources: docs.oasis-open.org/mqtt/mqtt/v3.1.1/os, docs.oasis-open.org/mqtt/mqtt/v5.0/os.
"""

from collections.abc import Iterator

VERSION_3, VERSION_5 = 4, 5  # as packets have it
PINGREQ = b"\xc0\x00"

_CLEAN, _HAS_PASSWORD, _HAS_USER = 0x02, 0x40, 0x80
_LENGTH_LIMIT = 4  # bytes
_NO_PROPERTIES = b"\0"
_LAST_NUMBER = 0xFFFF


def connect(client: bytes, version: int, keepalive: int, user: bytes, password: bytes) -> bytes:
    """Return a CONNECT that begins a session of its own.

    Args:
        keepalive: s until the server takes a silent client for gone, times 1.5; 0: never.
        user: Empty: none. `password`: the same.
    """
    flags = _CLEAN | (_HAS_USER if user else 0) | (_HAS_PASSWORD if password else 0)
    head = _field(b"MQTT") + bytes((version, flags)) + keepalive.to_bytes(2, "big") + _properties(version)
    given = b"".join(_field(one) for one in (user, password) if one)
    return _packet(0x10, head + _field(client) + given)


def subscribe(topic: bytes, version: int, quality: int) -> bytes:
    """Return a SUBSCRIBE to one topic filter, packet 1."""
    return _packet(0x82, b"\0\1" + _properties(version) + _field(topic) + bytes((quality,)))


def publish(topic: bytes, payload: bytes, version: int, quality: int) -> bytes:
    """Return a PUBLISH; with QoS 1 its number is 1."""
    number = b"\0\1" if quality else b""
    return _packet(0x30 | quality << 1, _field(topic) + number + _properties(version) + payload)


def number_at(publication: bytes) -> int:
    """Return where the number of a PUBLISH of QoS 1 stands: two bytes, big-endian, from 1 on."""
    found = read_length(publication, 1)
    assert found is not None
    start = found[1]
    return start + 2 + int.from_bytes(publication[start : start + 2], "big")


def puback(number: bytes) -> bytes:
    """Return the PUBACK of the message with this number, its two bytes."""
    return _packet(0x40, number)


def read_length(data: bytes, at: int) -> tuple[int, int] | None:
    """Return the length that is written there, and where what it is of begins; `None` if it is not whole, or is none.

    Source: section 2.2.3 of 3.1.1, "Remaining Length": seven bits a byte, the lowest first.
    """
    value = 0
    for place, byte in enumerate(data[at : at + _LENGTH_LIMIT]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return None


def write_length(value: int) -> bytes:
    """Return a length as `read_length` reads it."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))


def _packet(first: int, body: bytes) -> bytes:
    return bytes((first,)) + write_length(len(body)) + body


def _field(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def _properties(version: int) -> bytes:
    return _NO_PROPERTIES if version == VERSION_5 else b""


class Numbered:
    """The parts of a PUBLISH of QoS 1, with another number each time they are asked for.

    A number is used again after 65,535 others [MQTT-2.3.1-4], when its message is long acknowledged, or lost.
    """

    __slots__ = ("_before", "_behind", "_further", "_number")

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        first, *self._further = parts
        at = number_at(first)
        self._before, self._behind, self._number = first[:at], first[at + 2 :], 0

    def __iter__(self) -> Iterator[bytes]:
        self._number = self._number % _LAST_NUMBER + 1
        return iter((self._before + self._number.to_bytes(2, "big") + self._behind, *self._further))
