"""How dropped clients came back after a storm, as the run file has it."""

import msgspec

from wswarm.results.distribution import Distribution


class Bystanders(msgspec.Struct, frozen=True, kw_only=True):
    """p99 of the delivery time, s, of those that were not dropped; `None`: too few deliveries.

    Attributes:
        before: Before the drop.
        during: From the drop until the last is back.
        after: From then on.
        back_after_s: From the drop until the p99 of a second is within 20 % of before; `None`: never, or not known.
        is_sparse: Whether it is not known, as most seconds before the drop had fewer than 100 deliveries.
        clients: How many they are; `None` in files of versions that did not say.
    """

    before: float | None
    during: float | None
    after: float | None
    back_after_s: float | None
    is_sparse: bool = False
    clients: int | None = None


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A counter of the kernel's.

    Attributes:
        before: Before the drop.
        after: After the storm.
    """

    before: int
    after: int


class KernelQueue(msgspec.Struct, frozen=True, kw_only=True):
    """What the kernel threw away unheard where the target runs, since the machine started.

    Attributes:
        listen_overflows: Handshakes for which an accept queue had no room. `listen_drops`: all that a listener has
            thrown away, those among them.
        syn_drops: SYNs thrown away because a queue was full. `syn_cookies`: answered by a cookie instead.
    """

    listen_overflows: Counted
    listen_drops: Counted
    syn_drops: Counted
    syn_cookies: Counted


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the way back.

    Attributes:
        t: When it began, s since the first client was dropped; it lasts until the next one.
        attempts: Attempts begun in it. `handshakes`: those that opened.
        back: Clients that have had a message again by its end.
    """

    t: float
    attempts: int
    handshakes: int
    back: int


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """How the dropped clients came back.

    Attributes:
        dropped: Clients that lost their connection on purpose.
        recovered: Those that received a message again. `never`: the others, whose times are not known.
        time: From a client's drop to its first message after; those that never came back count as infinite.
        ready_time: The same to when it was ready.
        attempts: Reconnect attempts per dropped client, from the drop on.
        attempts_per_s_peak: Most that were begun in one second. `handshakes_per_s_peak`: most that were done.
        attempts_per_100ms_peak: Most in a tenth of a second. `handshakes_per_100ms_peak`: most that were done.
        handshake_time: Of the reconnections.
        refused: Attempts that failed, by reason.
        wasted: Attempts that brought nobody back.
        second_waves: How often attempts per s rose over half of the first peak again, after that was over.
        missed: Broadcasts sent while recovered clients were away, which are not owed.
        queued: The share of handshakes that took as long as the kernel takes to ask again; `None` without any.
        bystanders: What the others felt.
        timeline: The way back, step by step.
        kernel: What it threw away; `None` where the target runs elsewhere, or the kernel does not tell.
    """

    dropped: int
    recovered: int
    never: int
    time: Distribution
    ready_time: Distribution
    attempts: Distribution
    attempts_per_s_peak: int
    attempts_per_100ms_peak: int
    handshakes_per_s_peak: int
    handshakes_per_100ms_peak: int
    handshake_time: Distribution
    refused: dict[str, int]
    wasted: int
    second_waves: int
    missed: int
    bystanders: Bystanders
    queued: float | None
    kernel: KernelQueue | None
    timeline: list[Return] = []
