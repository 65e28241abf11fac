"""How dropped clients came back after a storm, as the run file has it."""

import msgspec

from wswarm.results.distribution import Distribution


class Bystanders(msgspec.Struct, frozen=True, kw_only=True):
    """p99 of the delivery time, s, of those that were not dropped; `None`: too few deliveries.

    Attributes:
        back_after_s: From the drop until the p99 of a second is within 20 % of before; `None`: never.
    """

    before: float | None
    during: float | None
    after: float | None
    back_after_s: float | None


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """How the dropped clients came back.

    Attributes:
        recovered: Those that received a message again. `never`: the others, whose times are not known.
        time: From a client's drop to its first message after; those that never came back count as infinite.
        attempts: Reconnect attempts per dropped client, from the drop on.
        attempts_per_s_peak: Most that were begun in one second. `handshakes_per_s_peak`: most that were done.
        refused: Attempts that failed, by reason.
        missed: Broadcasts sent while recovered clients were away, which are not owed.
    """

    dropped: int
    recovered: int
    never: int
    time: Distribution
    attempts: Distribution
    attempts_per_s_peak: int
    handshakes_per_s_peak: int
    refused: dict[str, int]
    missed: int
    bystanders: Bystanders
