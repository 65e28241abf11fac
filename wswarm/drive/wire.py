"""What front end and agent say to each other: length-prefixed msgpack over a socketpair."""

from typing import Literal

import msgspec

from wswarm.drive.lengths import with_length
from wswarm.load.plan import Plan
from wswarm.stats.findings import Findings, Packed, Reached, Window

Role = Literal["connect", "echo", "subscribe", "publish"]


class Open(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Open connections.

    Attributes:
        numbers: The `{id}` of each; connection `numbers[i]` is row i.
        starts_ns: When to begin each one's handshake.
        prefix: The run's marker prefix.
    """

    role: Role
    plan: Plan
    prefix: bytes
    addresses: list[tuple[str, int]]
    numbers: list[int]
    starts_ns: Packed


class Load(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send and receive; once a load is settled another may follow on the same connections.

    Attributes:
        positions: Per row, the connection's place among all senders, -1 for none.
        senders: Number of all senders, in all agents.
        settle_ns: When to stop sending what is overdue.
        plan: When to send; how, the plan says that the connections were opened with.
    """

    window: Window
    positions: Packed
    senders: int
    settle_ns: int
    plan: Plan


class Cut(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End early, as the window says: what was due later is not of this run; in the ramp, begin no more handshakes."""

    window: Window


class Settle(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Close the ledger as soon as all is accounted for, at the latest at `deadline_ns`."""

    deadline_ns: int


class Publish(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Others have sent broadcasts; `log`: see `stats.published`."""

    log: Packed


class Close(msgspec.Struct, frozen=True, tag=True):
    """Close all connections and exit."""


Command = Open | Load | Cut | Publish | Settle | Close


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The agent has started and takes commands."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How an agent stands, some four times a second: cumulative, so that a lost one costs nothing.

    Attributes:
        number: Ascending.
        open: Connections open now; `opened`: ever.
        failures: Failed handshakes by reason. `refusals`: what came with one of each.
        endings: Lost connections by code and reason.
        times: Histogram of response or delivery times so far.
    """

    number: int = 0
    open: int = 0
    opened: int = 0
    failures: dict[str, int] = {}
    refusals: dict[str, str] = {}
    endings: dict[str, int] = {}
    sent: int = 0
    received: int = 0
    times: Packed = b""


class Opened(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Every connection is open or has failed.

    Attributes:
        rows: The rows that are open.
    """

    rows: Packed


class Published(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Broadcasts were sent since the last of these; `log`: see `stats.published`."""

    log: Packed


class News(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What became of the broadcasts that were settled since the last of these."""

    settled: Reached


class Sent(msgspec.Struct, frozen=True, tag=True):
    """All sends are made."""


class Settled(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nothing is owed any more, or the deadline has come."""

    findings: Findings


Report = Ready | Snapshot | Opened | Published | News | Sent | Settled


def encode(message: msgspec.Struct) -> bytes:
    """Return the message as it goes over the wire."""
    return with_length(msgspec.msgpack.encode(message))


_COMMANDS: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_REPORTS: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


def decode_command(body: bytes) -> Command:
    """Return the command in a message's body."""
    return _COMMANDS.decode(body)


def decode_report(body: bytes) -> Report:
    """Return the report in a message's body."""
    return _REPORTS.decode(body)
