"""What else may make a run doubtful, each with its evidence and what to do: what was looked at beside the load."""

from collections.abc import Iterator
from dataclasses import dataclass

from wswarm.results.probe import Probe
from wswarm.stats.drift import Drift

REPEATED_S = 1.0  # the kernel sends a SYN again after 1 s, and then every second or less often


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """What was looked at beside the load; what nobody looked at is `None`.

    Attributes:
        probe: What the quiet probe says.
        drift: How times changed over the hold, if that is too much for one state.
        thrown_away: Handshakes that the kernel of the target had no room for. `repeated`: the run's that took so long
            that they were tried again.
    """

    probe: Probe | None = None
    drift: Drift | None = None
    thrown_away: int = 0
    repeated: int = 0


def doubts(beliefs: Beliefs) -> Iterator[str]:
    """Yield what makes a run suspect."""
    if beliefs.probe is not None and beliefs.probe.verdict == "late":
        yield _late(beliefs.probe)
    if beliefs.drift is not None:
        yield _drifted(beliefs.drift)
    if beliefs.thrown_away and beliefs.repeated:
        yield _thrown_away(beliefs)


def _late(probe: Probe) -> str:
    later, at_least = (probe.later or 0) * 1e3, (probe.later_low or 0) * 1e3
    return (
        f"the load read what came {later:.1f} ms later than the quiet probe beside it (median, at least"
        f" {at_least:.1f} ms; {probe.ratio:.2f} times its time): that is the generator's own reading, by which times"
        " are too long, counts stand; use more --processes, fewer connections, or a quieter machine"
    )


def _drifted(drift: Drift) -> str:
    word = "rose" if drift.change > 0 else "fell"
    low, high = sorted((abs(drift.low), abs(drift.high)))
    return (
        f"the median time {word} by {abs(drift.change):.0%} over the hold (95 % interval {low:.0%} to {high:.0%}):"
        " its figures are of no one state; see how it goes second by second, lengthen --warmup until it is steady, or"
        " look for what grows with --trends"
    )


def _thrown_away(beliefs: Beliefs) -> str:
    return (
        f"the kernel threw away {beliefs.thrown_away:,} handshakes, as the target's queue of connections was full:"
        f" {beliefs.repeated:,} of the run's took {REPEATED_S:.0f} s or more, which is when it tries again, not the"
        " target; lower --connect-rate, or raise the target's backlog and net.core.somaxconn"
    )
