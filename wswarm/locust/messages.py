"""What the conductor at Locust's master and the stations at its workers say to each other.

A station's times are on its own clock, except in `Found`, which the conductor shifts to its own.
"""

import msgspec

from wswarm.drive.fleet import wire
from wswarm.load.pace import Pace
from wswarm.stats.findings import Findings, Packed, Window


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A test begins: who are you?"""

    test: int


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What does your clock say?"""

    sent_ns: int


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Start the agents of a test.

    Attributes:
        groups: One per user class of ours, in the order of their names.
        publishing: Groups that this station publishes for; empty for all stations but one.
        first_id: Of the connections that users open here.
    """

    test: int
    name: str
    prefix: bytes
    window: Window
    groups: list[wire.Group]
    publishing: list[wire.Group]
    first_id: int
    ahead_ns: int = 0


class SetPaces(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send at these paces; `publishing` are those of the publishing groups."""

    paces: list[Pace] = []
    publishing: list[Pace] = []


class BeginHold(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The hold begins with the window's."""

    window: Window
    paces: list[Pace] = []
    publishing: list[Pace] = []


class EndHold(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The hold ends with the window's; tell what was published as `Published`."""

    window: Window


class SettleUp(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Wait for what is owed, then tell all as `Found`."""

    deadline_ns: int


class Dismiss(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The test is over: end the agents."""

    test: int


class Beat(msgspec.Struct, frozen=True, tag=True):
    """The conductor lives; a station that hears nothing for long ends its agents."""


class Here(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A station's answer to `Hello`.

    Attributes:
        clock: Names the clock; equal for stations that share one.
    """

    test: int
    clock: str
    host: str


class Pong(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A station's answer to `Ping`."""

    sent_ns: int
    clock_ns: int


class State(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How a station stands, twice a second.

    Attributes:
        load: How many holds have begun.
        pending: Handshakes under way.
        seated: Users that have come so far; `groups`, which are older, may not know of all their connections.
        groups: As in `Begin`; `publishing`: likewise.
        deaths: What became of agents that died.
    """

    test: int
    number: int
    load: int
    pending: int
    seated: int = 0
    groups: list[wire.GroupState] = []
    publishing: list[wire.GroupState] = []
    deaths: list[str] = []


class Published(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Broadcasts were sent since the last of these; see `drive.fleet.wire`.

    Attributes:
        is_all: All sends are made.
    """

    test: int
    logs: dict[str, Packed] = {}
    is_all: bool = False


class Objection(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A user asks for what can't be: end the test."""

    test: int
    text: str
    exit_code: int


class Found(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All that a station found; groups as in `Begin`.

    Attributes:
        unheard: Messages of each group that the agent could not hand to Locust, which was too far behind.
        missed: Messages of each that `on_message` did not get, for that was.
        steal: Share of the machine's time that its host gave to others, over the hold; `None`: unknown.
        busy: Share of its cores in use, likewise. `load`: its load average.
        is_local: Whether the target is on this machine.
    """

    test: int
    groups: list[Findings] = []
    publishing: list[Findings] = []
    deaths: list[str] = []
    unheard: list[int] = []
    missed: list[int] = []
    steal: float | None = None
    busy: float | None = None
    load: float | None = None
    is_local: bool = False


ToStation = Hello | Ping | Begin | SetPaces | BeginHold | EndHold | wire.Publish | SettleUp | Dismiss | Beat
ToConductor = Here | Pong | State | Published | Objection | Found
