"""What one agent found out, in the form in which it travels to the front end: mergeable, never averaged.

Arrays travel as the bytes of int64 in native order (`unpack` reads them); histograms and bins as they pack
themselves.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from wswarm.stats.returns import Returns
from wswarm.stats.scripted import Scripted
from wswarm.stats.sockets import Pings as Pings
from wswarm.stats.sockets import Sockets as Sockets

Int64s = npt.NDArray[np.int64]
Packed = bytes

UNKNOWN = -1
STILL_OPEN = np.iinfo(np.int64).max


class Window(msgspec.Struct, frozen=True):
    """The load's times, CLOCK_MONOTONIC ns: figures come from messages intended in [hold_ns, drain_ns).

    What arrives after `end_ns`, the end of the drain, has not arrived. `stage_ends_ns`: when the stages of the hold
    end, the last with it; empty: it has none.
    """

    origin_ns: int
    start_ns: int
    hold_ns: int
    drain_ns: int
    end_ns: int = STILL_OPEN
    stage_ends_ns: list[int] = []


class Sends(msgspec.Struct, frozen=True, kw_only=True):
    """What one agent sent.

    Attributes:
        offered: Sends intended in the hold; `sent`: those of them made before the drain ended.
        disconnected: Those not made because their connection had closed when it was their turn.
        blocked: Those that waited for room until the end, or until their connection was told to leave.
        unread: Those that were made after they had waited for room: the target did not read.
        lag: Histogram of sent − intended, hold only.
        per_second: Sends made in each second since the origin, warm-up included.
        log: Fan-out: the broadcasts of the whole load that were sent; see `stats.published`.
        gaps_ns: Between wake-ups at least, 0 for one per message: of each pace that was kept.
        of_stages: Offered in each stage, then sent; empty: there are none.
        sampled: Of random arrivals some, taken by chance: when each was intended, then when sent.
    """

    offered: int
    sent: int
    disconnected: int = 0
    blocked: int = 0
    unread: int = 0
    lag: Packed
    per_second: Packed
    log: Packed = b""
    gaps_ns: list[int] = []
    of_stages: Packed = b""
    sampled: Packed = b""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the requests by which one agent published, hold only.

    Attributes:
        statuses: How many ended so: with which status, or why without one.
        peak: Most of them at once, ever.
        times: Histogram of answered − intended.
    """

    statuses: dict[str, int]
    peak: int
    times: Packed


class Reached(msgspec.Struct, frozen=True):
    """What became of broadcasts, see `stats.reach`, which reads it, and what is told with them as a run goes on.

    Attributes:
        rows: int64, a row per broadcast. `bins`: uint32, those of its delivery times, row after row.
        by_second: Seconds that are over, of `Arrivals.by_second`. `by_stage`: likewise.
    """

    rows: Packed = b""
    bins: Packed = b""
    by_second: Packed = b""
    by_stage: Packed = b""


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """What one agent received; hold only unless said otherwise.

    Attributes:
        owed: Replies or deliveries due; received + lost_disconnected + lost_silent.
        extra_kinds: The extra ones by what they are, as `stats.extras` names them.
        unmarked: Messages without our marker that arrived from the start of the hold to the end of the drain.
        response: Histogram of received − intended (fan-out: the delivery times).
        service: Histogram of received − sent; empty in fan-out.
        by_second: Bins of response or delivery times by second since the origin, warm-up included; see `stats.bins`.
        by_stage: The same by stage and second in it, hold only; see `stats.stage_bins`.
        received_per_second: First copies by the second of their arrival, warm-up included.
        lost_per_second: Lost messages by the second in which they were sent.
        broadcasts: Fan-out: what became of each.
        deaf: Fan-out in one room: subscribers that were open all the hold and received nothing, warm-up included.
        unclear: Fan-out: did not come and may not have been due, so neither owed nor lost.
        extra_of_room: The extra ones by the room of their receiver; empty where there is only one.
        beside: What came right beside the quiet probe's, see `stats.beside`.
    """

    owed: int
    received: int
    lost_disconnected: int
    lost_silent: int
    duplicated: int
    reordered: int
    extra: int
    unmarked: int
    response: Packed
    service: Packed
    by_second: Packed
    by_stage: Packed = b""
    received_per_second: Packed
    lost_per_second: Packed
    broadcasts: Reached = Reached()
    extra_kinds: dict[str, int] = {}
    extra_of_room: Packed = b""
    deaf: int = 0
    unclear: int = 0
    beside: Packed = b""


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent's own process spent and suffered.

    Attributes:
        cpu_s: CPU seconds over hold and drain.
        cpu_share: CPU over the hold alone, of one core.
        wait_share: How long its threads were ready to run and had no core, of the hold; `None` if unknown.
        rss_before: Resident bytes before connecting; `rss_open` when all were open; `rss_peak` at most.
        loop_lag: Histogram of how late the loop came to random instants, over hold and drain; of an agent that
            only connects, over the ramp too.
        longest_stop_ns: The longest of these since the first connect. `stood_ns`: the longest without the CPU time
            that the process had meanwhile: it had no core, or was stopped.
    """

    cpu_s: float
    cpu_share: float
    wait_share: float | None = None
    rss_before: int
    rss_open: int
    rss_peak: int
    loop_lag: Packed
    longest_stop_ns: int
    stood_ns: int = 0


class Relayed(msgspec.Struct, frozen=True, kw_only=True):
    """What the sessions of one agent published, and received of what others did.

    Attributes:
        publishers: Connections that published. `subscribers`: those that subscribed.
    """

    publishers: int
    subscribers: int
    sends: Sends
    arrivals: Arrivals


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What the target said where something else was expected: as it may be shown, without secrets.

    Attributes:
        refusals: What came with failed handshakes, by reason.
        unmarked: A few different messages without our marker.
        altered: How many of the first ones held our text, changed.
        protocol: How many were part of the conversation around the load.
        refused: What was refused while connections were open, by the target's words.
    """

    refusals: dict[str, str] = {}
    unmarked: list[str] = []
    altered: int = 0
    protocol: int = 0
    refused: dict[str, int] = {}


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """All that one agent found out; `sends` and `arrivals` are `None` where its role has none.

    Attributes:
        cohort: Which of the plan's connections these are, where they are told apart. `is_further`: whether the effort
            is that of an agent which stands with another of its groups.
        is_publisher: Whether its connections are those of publishers.
        answers: `None` where nothing is published by HTTP.
        scripted: How the sessions of its script fared, if it has one. `relayed`: their broadcasts, if there were any.
        returns: How those that a storm has dropped came back; `again`: on which connections besides `sockets`.
    """

    sockets: Sockets
    effort: Effort
    cohort: str = ""
    is_further: bool = False
    is_publisher: bool = False
    words: Words = Words()
    sends: Sends | None = None
    arrivals: Arrivals | None = None
    answers: Answers | None = None
    scripted: Scripted | None = None
    relayed: Relayed | None = None
    returns: Returns | None = None
    again: Sockets | None = None


def together(parts: Sequence[Reached]) -> Reached:
    """Return what was found one after another as one."""
    return Reached(*(b"".join(getattr(part, name) for part in parts) for name in Reached.__struct_fields__))


def with_broadcasts(found: Findings, earlier: Sequence[Reached]) -> Findings:
    """Return an agent's findings with the broadcasts, and the seconds, that it had told before."""
    if found.arrivals is None or not earlier:
        return found
    told = together([*earlier, found.arrivals.broadcasts])
    arrivals = msgspec.structs.replace(
        found.arrivals,
        broadcasts=Reached(told.rows, told.bins),
        by_second=told.by_second + found.arrivals.by_second,
        by_stage=told.by_stage + found.arrivals.by_stage,
    )
    return msgspec.structs.replace(found, arrivals=arrivals)


def pack(values: Int64s) -> Packed:
    """Return int64 values as they travel."""
    return np.ascontiguousarray(values, np.int64).tobytes()


def unpack(packed: Packed) -> Int64s:
    """Return the int64 values that `pack` packed."""
    return np.frombuffer(packed, np.int64)


def add_per_second(totals: Int64s, more: Int64s) -> Int64s:
    """Return the sum of two series that begin together, as long as the longer."""
    longer, shorter = (totals, more) if len(totals) >= len(more) else (more, totals)
    total = longer.copy()
    total[: len(shorter)] += shorter
    return total
