"""What a front end tells an agent: what is to happen, and when."""

from typing import Literal

import msgspec

from wswarm.load.by_http import ByHttp
from wswarm.load.manner import Manner
from wswarm.load.pace import Pace
from wswarm.load.replay import Replay
from wswarm.load.role import Role as Role
from wswarm.load.script import Script
from wswarm.stats.findings import Packed, Window

LEAD_NS = 300_000_000  # a load's beginning and end are told so long before


class Reconnect(msgspec.Struct, frozen=True, kw_only=True):
    """How connections come back that were dropped: by which policy, see `load.reconnect`, and with which chance."""

    policy: str
    seed: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Connections of one kind.

    Attributes:
        name: What the front end calls them; those who publish to subscribers have their name.
        cohort: Which of them these are, where some are wanted apart.
        manner: How to connect and what to say; when, a `Load` says.
        patience_s: How long what is owed is waited for.
        is_closed: Whether some load of theirs waits for replies.
        values: What names in braces stand for in all of them, besides `id`.
        publishers: Connection ids of those who publish to the subscribers. `rooms`: how many they all are in.
        by_http: The requests by which these publish. `is_answered`: whether those who publish to these do so.
        traced: How many of them are followed message by message, to be shown.
        is_followed: Whether the front end hears of each connection. `is_heard`: of every message, too.
        receive_buffer: SO_RCVBUF of those that may be told to read slowly; `None`: they may not.
        script: What their sessions are, if they have any. `replay`: what they play, if that is their load.
        beside: Ids of those whose deliveries are compared with the quiet probe's.
        most: How many of those who come in the load there may be at once; `None`: none come.
        reconnect: How they come back, if they are to.
        sampled: Of how many messages the times are told, each by itself.
    """

    name: str
    role: Role
    manner: Manner
    cohort: str = ""
    addresses: list[tuple[str, int]]
    values: dict[str, str] = {}
    publishers: list[int] = []
    rooms: int = 1
    patience_s: float = 5.0
    is_closed: bool = False
    by_http: ByHttp | None = None
    is_answered: bool = False
    traced: int = 0
    is_followed: bool = False
    is_heard: bool = False
    receive_buffer: int | None = None
    script: Script | None = None
    replay: Replay | None = None
    beside: list[int] = []
    most: int | None = None
    reconnect: Reconnect | None = None
    sampled: int = 0


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Begin, with no connection yet.

    Attributes:
        prefix: The run's marker prefix.
        last_id: The greatest id of any connection, here and elsewhere.
        probes: How many ids after that are the quiet probe's, whose messages are nobody's.
        ahead_ns: How much the clock that publishers read intended times from is ahead of this machine's.
    """

    groups: list[Group]
    prefix: bytes
    last_id: int = (1 << 32) - 1
    probes: int = 0
    ahead_ns: int = 0


class Join(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Open more connections of a group; rows count from 0 in the order of these.

    Attributes:
        ids: Their `{id}`s.
        starts_ns: When to begin each one's handshake; empty: now.
        stays_ns: Of those who come in the load: how long each stays once it is ready. `leaves_ns`: when it leaves.
        at_once: Handshakes of these that are under way at once at most, the next ones wait; 0: any number.
        columns: Names that stand for something of its own in each. `data`: what, per connection; empty: nothing.
        manner: How these connect and speak, if not as the group; `addresses` are then their own.
    """

    group: int
    ids: list[int]
    starts_ns: Packed = b""
    stays_ns: Packed = b""
    leaves_ns: Packed = b""
    at_once: int = 0
    columns: list[str] = []
    data: list[list[str]] = []
    manner: Manner | None = None
    addresses: list[tuple[str, int]] | None = None


class Leave(msgspec.Struct, frozen=True, tag=True):
    """Close the connection in a row before the end."""

    group: int
    row: int


class Depart(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Close the connections in these rows, each at its moment and as much later as others take to open at least."""

    group: int
    rows: Packed
    leaves_ns: Packed


class Load(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send and receive at these paces; what a load before this has found is forgotten.

    Attributes:
        published: Paces of publishers elsewhere, for those to whom marks do not say when they were due.
        probed_ns: When the quiet probe speaks: replies next to these are compared with its own.
    """

    number: int
    window: Window
    paces: list[Pace] = []
    published: list[Pace] = []
    probed_ns: Packed = b""


class Cut(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Keep to this window: what is due after its hold is not sent, and `Sent` is reported when all else is.

    In the ramp no more handshakes are begun.
    """

    window: Window


class Settle(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report `Settled` as soon as all is accounted for, at the latest at `deadline_ns`."""

    deadline_ns: int


class Look(msgspec.Struct, frozen=True, tag=True):
    """Report what was found so far, as `Rows` and then `SoFar`; the load goes on."""

    number: int


class Drop(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Drop all connections of a group at a moment, and have each come back until another.

    Attributes:
        how: By a reset, with a goodbye, or by reading no more; `restart`: not at all, whoever serves them does it.
    """

    group: int
    at_ns: int
    until_ns: int
    how: Literal["reset", "close", "silent", "restart"]


class Publish(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Others have sent broadcasts.

    Attributes:
        logs: Per subscribing group, by name; see `stats.published`.
    """

    logs: dict[str, Packed]


class Say(msgspec.Struct, frozen=True, tag=True):
    """Send a message on the connection in a row, as text unless it or the group's messages are binary."""

    group: int
    row: int
    number: int
    payload: bytes
    is_binary: bool = False


class Canary(msgspec.Struct, frozen=True, tag=True):
    """Publish unrecorded messages so often, from before the load; 0: no more, who has received none has failed."""

    group: int
    every_s: float


class Read(msgspec.Struct, frozen=True, tag=True):
    """From a moment on read at most so many bytes per s on each connection of a group; `None`: all that comes."""

    group: int
    at_ns: int
    rate: float | None = None


class Close(msgspec.Struct, frozen=True, tag=True):
    """Close all connections and exit."""


OfGroup = Leave | Pace | Say | Canary | Depart | Read | Drop
Command = Begin | Join | Load | Cut | Publish | Settle | Look | OfGroup | Close
