"""What else may make a run doubtful, each with its evidence and what to do: what was looked at beside the load."""

from collections.abc import Iterator
from dataclasses import dataclass

from wswarm.results.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """What was looked at beside the load; what nobody looked at is `None`.

    Attributes:
        probe: What the quiet probe says.
    """

    probe: Probe | None = None


def doubts(beliefs: Beliefs) -> Iterator[str]:
    """Yield what makes a run suspect."""
    if beliefs.probe is not None and beliefs.probe.verdict == "late":
        yield _late(beliefs.probe)


def _late(probe: Probe) -> str:
    later, at_least = (probe.later or 0) * 1e3, (probe.later_low or 0) * 1e3
    return (
        f"the load read what came {later:.1f} ms later than the quiet probe beside it (median, at least"
        f" {at_least:.1f} ms; {probe.ratio:.2f} times its time): that is the generator's own reading, by which times"
        " are too long, counts stand; use more --processes, fewer connections, or a quieter machine"
    )
