"""How an agent's connections of one kind stand: what its snapshots hold."""

import msgspec

from wswarm.results.counts import Counts
from wswarm.stats.findings import Packed
from wswarm.stats.scripted import StepFound

NO_CANARY = "no canary"  # why a subscriber failed whom no message has reached


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """The latest broadcasts, int64 columns; times are after the intended publish.

    Attributes:
        index: Ascending. `received`: deliveries of each so far.
    """

    index: Packed = b""
    received: Packed = b""
    first_ns: Packed = b""
    last_ns: Packed = b""


class GroupState(msgspec.Struct, frozen=True, kw_only=True):
    """How a group stands: cumulative, so that a lost report costs nothing.

    Attributes:
        requested: Connections asked for. `open`: open now. `opened`: ever.
        senders: Connections open now, and those that the target closed in this load: the rate is theirs.
        failures: Failed handshakes by reason. `refusals`: what came with one of each.
        endings: Lost connections by code and reason. `refused`: what was refused on open ones, in the target's words.
        handshakes: Histogram of handshake times, of those who are followed.
        reached: Connections that received a message before the load.
        owing: How many of them the target has taken, as far as is known; `None`: all.
        steps: Of a script whose connections are followed, over the whole test. `sessions`: of any, failed by reason.
        caught_up_ns: When those were told to read all that comes who may be told otherwise, once everybody open has
            received something that was due since; 0: not yet.
        dropped: Those that we have dropped; `away`: those of them that have had no message since.
        sent: Messages of this load, likewise `received` and `times`.
        counts: Messages of the hold; `None` where there are none.
    """

    requested: int = 0
    opened: int = 0
    open: int = 0
    senders: int = 0
    failures: dict[str, int] = {}
    refusals: dict[str, str] = {}
    endings: dict[str, int] = {}
    refused: dict[str, int] = {}
    handshakes: Packed = b""
    reached: int = 0
    caught_up_ns: int = 0
    dropped: int = 0
    away: int = 0
    sent: int = 0
    owing: int | None = None
    received: int = 0
    counts: Counts | None = None
    times: Packed = b""
    recent: Recent = Recent()
    steps: dict[str, StepFound] = {}
    sessions: dict[str, int] = {}

    @property
    def failed(self) -> int:
        """Handshakes that failed."""
        return sum(self.failures.values())
