"""The packets of an MQTT server, 3.1.1 or 5, in words; a server may cut one into several frames [MQTT-6.0.0-2].

Sources: docs.oasis-open.org/mqtt/mqtt/v3.1.1/os, docs.oasis-open.org/mqtt/mqtt/v5.0/os.
"""

from wswarm.load.profiles.mqtt_packets import VERSION_5, puback, read_length
from wswarm.load.profiles.reader import StreamReader, Unreadable

_CONNACK, _PUBLISH, _DISCONNECT = 2, 3, 14
_NAMES = {4: b"PUBACK", 9: b"SUBACK", 11: b"UNSUBACK", 13: b"PINGRESP", _DISCONNECT: b"DISCONNECT"}
_ENTIRE_LENGTH = 5  # bytes of a fixed header at most


class MqttReader(StreamReader):
    """Gives `CONNACK 0`, `SUBACK 1`, `PUBLISH topic payload`: a packet's name and its codes, or what it carries.

    Messages that are to be acknowledged (QoS 1) are, at once.

    Args:
        version: 4 (3.1.1) or 5.
    """

    __slots__ = ("_has_begun", "_has_properties")

    def __init__(self, version: int) -> None:
        super().__init__()
        self._has_begun, self._has_properties = False, version == VERSION_5

    def _read(self, data: bytes, at: int, messages: list[bytes]) -> int:
        kind = data[at] >> 4
        if not self._has_begun and kind != _CONNACK:
            raise Unreadable
        found = read_length(data, at + 1)
        if found is None:
            if len(data) - at >= _ENTIRE_LENGTH:
                raise Unreadable
            return 0
        size, start = found
        stop = start + size
        if stop > len(data):
            return at - stop
        self._has_begun = True
        if kind == _PUBLISH:
            messages.append(self._published(data[at], data[start:stop]))
        else:
            messages.append(self._told(kind, data[start:stop]))
        return stop

    def _published(self, first: int, body: bytes) -> bytes:
        at = 2 + int.from_bytes(body[:2], "big")
        topic = body[2:at]
        quality = first >> 1 & 3
        if quality > 1 or at > len(body):
            raise Unreadable
        if quality:
            self._answer += puback(body[at : at + 2])
            at += 2
        if self._has_properties:
            at = _behind_properties(body, at)
        return b"PUBLISH %b %b" % (topic, body[at:])

    def _told(self, kind: int, body: bytes) -> bytes:
        """Return a packet's name and the codes in it that tell of success (0) or its opposite."""
        if kind == _CONNACK:
            return b"CONNACK %d" % body[1]
        name = _NAMES.get(kind)
        if name is None:
            raise Unreadable
        if kind == _DISCONNECT:
            codes = body[:1]
        elif name in (b"SUBACK", b"UNSUBACK"):
            codes = body[_behind_properties(body, 2) if self._has_properties else 2 :]
        else:
            codes = body[2:3]
        return b" ".join((name, *(b"%d" % code for code in codes)))


def _behind_properties(body: bytes, at: int) -> int:
    found = read_length(body, at)
    if found is None:
        raise Unreadable
    return found[0] + found[1]
