"""What the target said where something else was expected, of all agents together."""

from collections.abc import Iterable

from wswarm.results.run import Samples
from wswarm.stats.findings import Findings

SAMPLES_KEPT = 3


def samples(findings: Iterable[Findings]) -> Samples:
    """Return what the target said; not to publishers, from whom nobody waits for anything."""
    refusals: dict[str, str] = {}
    unmarked: dict[str, None] = {}
    for one in findings:
        refusals = one.words.refusals | refusals
        unmarked |= dict.fromkeys(() if one.is_publisher else one.words.unmarked)
    return Samples(unmarked=list(unmarked)[:SAMPLES_KEPT], refusals=refusals)


def said_to_publishers(findings: Iterable[Findings]) -> list[str]:
    """Return some of what publishers heard without our marker."""
    heard = dict.fromkeys(word for one in findings if one.is_publisher for word in one.words.unmarked)
    return list(heard)[:SAMPLES_KEPT]
