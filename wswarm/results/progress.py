"""How a measurement stands: what a front end may show while it waits."""

from dataclasses import dataclass
from typing import Literal

from wswarm.results.counts import Counts

Phase = Literal["ramp", "warm-up", "hold", "drain"]


@dataclass(frozen=True, slots=True)
class Traced:
    """Something that one connection said or heard.

    Attributes:
        connection: Its number.
        after_s: Since the first connect.
        kind: `>` said, `<` heard, `*` of the connection itself.
        words: Without secrets.
    """

    connection: int
    after_s: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One moment of a run.

    Attributes:
        elapsed_s: Since the first connect.
        connections_open: Now; `connections_requested`: in all; `opened`: so far; `failed`: handshakes so far.
        dropped: Connections lost so far.
        swept: Clients that a storm has dropped so far. `back`: those of them that have had a message since.
        sent: Messages so far, warm-up included; `received`: replies or deliveries likewise.
        rate: Messages sent per s over the last moments; `None` while unknown.
        p50_s: Response or delivery time in the hold so far; `None` while there is none.
        times: Those of the hold so far, a histogram as `stats.histogram` packs it.
        counts: Messages of the hold so far; `None` where there are none.
        failed_sessions: Of a script, so far.
        lost: Messages given up so far: of connections that are gone; `None` while unknown.
    """

    phase: Phase
    elapsed_s: float
    connections_open: int
    connections_requested: int
    opened: int = 0
    failed: int = 0
    dropped: int = 0
    swept: int = 0
    back: int = 0
    sent: int = 0
    received: int = 0
    rate: float | None = None
    p50_s: float | None = None
    p99_s: float | None = None
    times: bytes = b""
    counts: Counts | None = None
    lost: int | None = None
    failed_sessions: int = 0
