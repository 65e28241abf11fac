"""What an agent tells its front end: how it stands, cumulatively, and what it found."""

import msgspec

from wswarm.drive.fleet.state import GroupState
from wswarm.stats.findings import Findings, Packed, Reached, Sockets


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The agent has started and takes commands."""


class Unfit(msgspec.Struct, frozen=True, tag=True):
    """The script can't be run; `why` names the line."""

    why: str


class Opened(msgspec.Struct, frozen=True, tag=True):
    """Every connection of a `Join` is open or has failed; `rows` are those of the group that are open."""

    group: int
    rows: Packed


class Joined(msgspec.Struct, frozen=True, tag=True):
    """A connection that is followed opened, or failed for a reason."""

    group: int
    row: int
    failure: str | None = None


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A connection that is followed was lost; `code` if the peer closed it."""

    group: int
    row: int
    code: str | None


class Heard(msgspec.Struct, frozen=True, tag=True):
    """A message came in."""

    group: int
    row: int
    received_ns: int
    payload: bytes


class Said(msgspec.Struct, frozen=True, tag=True):
    """What `Say` asked for was sent; `sent_ns` 0: it was not, the connection is closed."""

    group: int
    row: int
    number: int
    sent_ns: int


class Traced(msgspec.Struct, frozen=True, tag=True):
    """Something that the connection with that number said or heard; see `drive.trace`."""

    connection: int
    moment_ns: int
    kind: str
    words: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How the agent stands, some times a second.

    Attributes:
        number: Ascending.
        load: Number of the load; figures of another are not comparable.
    """

    number: int = 0
    load: int = -1
    groups: list[GroupState] = []


class Sampled(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Times of single messages since the last of these.

    Attributes:
        kept: As `stats.kept` packs them, of connections by number. `left_out`: how many of the group were not told.
    """

    group: int
    kept: Packed
    left_out: int


class Published(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What publishing groups have sent since the last of these, by name; see `stats.published`."""

    logs: dict[str, Packed]


class News(msgspec.Struct, frozen=True, tag=True):
    """What became of a group's broadcasts that were settled since the last of these."""

    group: int
    load: int
    settled: Reached


class Sent(msgspec.Struct, frozen=True, tag=True):
    """All sends of the load are made."""

    load: int = 0


class Settled(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All that was found, group by group.

    Attributes:
        open_rows: Rows of each that are open.
        unheard: Messages of each that were not passed on because the front end was too far behind.
    """

    findings: list[Findings]
    open_rows: list[Packed] = []
    unheard: list[int] = []


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Connections of a group that have opened or ended since they were last looked at.

    Attributes:
        rows: Which, int64. `sockets`: their times, one each.
    """

    group: int
    rows: Packed
    sockets: Sockets


class SoFar(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What was found so far, group by group, without the times of connections and the log of what was published.

    Attributes:
        number: Of the `Look`.
    """

    number: int
    findings: list[Findings]


Report = (
    Ready
    | Unfit
    | Opened
    | Joined
    | Ended
    | Heard
    | Said
    | Snapshot
    | Sampled
    | Published
    | News
    | Sent
    | Settled
    | Rows
    | SoFar
    | Traced
)
