"""What front end and probe say to each other, in the form in which agents are spoken to."""

import msgspec

from wswarm.drive.fleet.lengths import with_length
from wswarm.drive.fleet.packing import packed
from wswarm.load.manner import Manner
from wswarm.load.role import Role
from wswarm.stats.findings import Packed, Window


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Open connections, each at its moment.

    Attributes:
        manner, addresses, values, prefix: As in `fleet.wire.Group` and `Begin`.
        ids, starts_ns, columns, data: As in `fleet.wire.Join`.
    """

    role: Role
    manner: Manner
    addresses: list[tuple[str, int]]
    prefix: bytes
    values: dict[str, str] = {}
    ids: list[int]
    starts_ns: Packed
    columns: list[str] = []
    data: list[list[str]] = []


class Load(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Listen in this window. `instants_ns`: when to speak, on the connections in turn."""

    window: Window
    instants_ns: Packed = b""


class Cut(msgspec.Struct, frozen=True, tag=True):
    """Keep to this window."""

    window: Window


class Settle(msgspec.Struct, frozen=True, tag=True):
    """Report what was found."""


class Close(msgspec.Struct, frozen=True, tag=True):
    """Close all connections and exit."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The probe takes orders."""


class Found(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What was found, see `stats.probe.Seen`."""

    sockets: int
    failure: str
    received: Packed
    waits: Packed
    is_stamped: bool


Order = Begin | Load | Cut | Settle | Close
Answer = Ready | Found


def encode(message: msgspec.Struct) -> bytes:
    """Return the message as it goes over the wire."""
    return with_length(packed(message))


_ORDERS: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_ANSWERS: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def decode_order(body: bytes) -> Order:
    """Return the order in a message's body."""
    return _ORDERS.decode(body)


def decode_answer(body: bytes) -> Answer:
    """Return the answer in a message's body."""
    return _ANSWERS.decode(body)
