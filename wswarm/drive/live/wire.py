"""What a front end with a changing population and its agent say to each other, framed as in `drive.wire`."""

from typing import Literal

import msgspec

from wswarm.load.plan import Plan
from wswarm.stats.findings import Findings, Packed, Reached, Window

LEAD_NS = 300_000_000  # a hold's beginning and end are told so long before

Role = Literal["connect", "echo", "subscribe", "publish", "script"]


class Squad(msgspec.Struct, frozen=True, kw_only=True):
    """Connections of one kind.

    Attributes:
        name: What the front end calls them.
        plan: How to connect and what to say; its counts, rate and times are not used.
        publishers: Connection ids of the publishers of the broadcasts that subscribers get.
        is_heard: Whether every message is passed on to the front end.
    """

    name: str
    role: Role
    plan: Plan
    addresses: list[tuple[str, int]]
    publishers: list[int] = []
    is_heard: bool = False


class Muster(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Begin, with no connection yet.

    Attributes:
        prefix: The run's marker prefix.
        window: Holds nothing yet: `hold_ns` is `STILL_OPEN`.
        ahead_ns: How much the clock that intended times are read from is ahead of this machine's.
    """

    squads: list[Squad]
    prefix: bytes
    window: Window
    ahead_ns: int = 0


class Join(msgspec.Struct, frozen=True, tag=True):
    """Open one more connection of a squad; rows count from 0 in the order of these.

    Attributes:
        plan: How this one connects and speaks, if not as the squad's says; `addresses` are then its own.
    """

    squad: int
    connection_id: int
    plan: Plan | None = None
    addresses: list[tuple[str, int]] | None = None


class Leave(msgspec.Struct, frozen=True, tag=True):
    """Close the connection in a row before the end."""

    squad: int
    row: int


class Pace(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send at this pace from `at_ns` on, on the connections that are open now.

    Message k of the sender at place p is due at `at_ns` + (p + k × senders) / rate; with Poisson arrivals at
    random, on the average as often.

    Attributes:
        rate: Messages per s of all senders in all agents, 0 for none.
        senders: Their number.
        first_place: Place of this agent's first open connection among them.
    """

    squad: int
    at_ns: int
    rate: float
    senders: int
    first_place: int


class Hold(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The hold begins with the window's; a hold before it is forgotten."""

    window: Window
    paces: list[Pace] = []


class Cut(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The hold ends with the window's: send nothing that is due later, then report `Sent`."""

    window: Window


class Settle(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Close the ledger when all is accounted for, at the latest at `deadline_ns`, then report `Settled`."""

    deadline_ns: int


class Publish(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Others have sent broadcasts.

    Attributes:
        logs: Per subscribing squad, by name; see `stats.published`.
    """

    logs: dict[str, Packed]


class Say(msgspec.Struct, frozen=True, tag=True):
    """Send a message on the connection in a row, as text unless it or the squad's messages are binary."""

    squad: int
    row: int
    number: int
    payload: bytes
    is_binary: bool = False


class Close(msgspec.Struct, frozen=True, tag=True):
    """Close all connections and exit."""


Command = Muster | Join | Leave | Pace | Hold | Cut | Publish | Settle | Say | Close


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The agent has started and takes commands."""


class Joined(msgspec.Struct, frozen=True, tag=True):
    """A connection opened after `handshake_ns`, or failed for a reason."""

    squad: int
    row: int
    handshake_ns: int
    failure: str | None = None


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A connection was lost; `code` if the peer closed it."""

    squad: int
    row: int
    code: str | None


class Heard(msgspec.Struct, frozen=True, tag=True):
    """A message came in."""

    squad: int
    row: int
    received_ns: int
    payload: bytes


class Said(msgspec.Struct, frozen=True, tag=True):
    """What `Say` asked for was sent; `sent_ns` 0: it was not, the connection is closed."""

    squad: int
    row: int
    number: int
    sent_ns: int


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """The latest broadcasts, int64 columns; times are after the intended publish.

    Attributes:
        index: Ascending. `received`: deliveries of each so far.
    """

    index: Packed = b""
    received: Packed = b""
    first_ns: Packed = b""
    last_ns: Packed = b""


class SquadState(msgspec.Struct, frozen=True, kw_only=True):
    """How a squad stands: cumulative, so that a lost report costs nothing.

    Attributes:
        requested: Connections asked for.
        failures: Failed handshakes by reason. `refusals`: what came with one of each.
        closes: Lost connections by code and reason.
        handshakes: Histogram of handshake times.
        sent: Messages of the hold sent so far, before the hold those of the ramp; likewise `received`, `times`,
            `duplicated` and `reordered`.
    """

    requested: int = 0
    opened: int = 0
    open: int = 0
    failures: dict[str, int] = {}
    refusals: dict[str, str] = {}
    closes: dict[str, int] = {}
    handshakes: Packed = b""
    sent: int = 0
    received: int = 0
    duplicated: int = 0
    reordered: int = 0
    times: Packed = b""
    recent: Recent = Recent()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How the agent stands, twice a second.

    Attributes:
        number: Ascending.
        hold: How many holds have begun; figures of another hold are not comparable.
    """

    number: int = 0
    hold: int = 0
    squads: list[SquadState] = []


class Published(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What publishing squads have sent since the last of these, by name; see `stats.published`."""

    logs: dict[str, Packed]


class News(msgspec.Struct, frozen=True, tag=True):
    """What became of a squad's broadcasts that were settled since the last of these."""

    squad: int
    settled: Reached


class Sent(msgspec.Struct, frozen=True, tag=True):
    """All sends are made."""


class Settled(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All that was found, squad by squad.

    Attributes:
        unheard: Messages of each in the hold that were not passed on because the front end was too far behind.
    """

    findings: list[Findings]
    unheard: list[int] = []


Report = Ready | Joined | Ended | Heard | Said | Snapshot | Published | News | Sent | Settled

_COMMANDS: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_REPORTS: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


def decode_command(body: bytes) -> Command:
    """Return the command in a message's body."""
    return _COMMANDS.decode(body)


def decode_report(body: bytes) -> Report:
    """Return the report in a message's body."""
    return _REPORTS.decode(body)
