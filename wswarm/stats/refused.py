"""What the target refused on connections that were open, told in its own words."""

from collections import Counter
from collections.abc import Iterable

from wswarm.stats.findings import Findings

_TOLD = 3


def notices(findings: Iterable[Findings]) -> list[str]:
    """Return what was refused while connections were open, most first; empty if nothing was."""
    refused: Counter[str] = Counter()
    for one in findings:
        refused.update(one.words.refused)
    if not refused:
        return []
    told = ", ".join(f"{words} ({count:,})" for words, count in refused.most_common(_TOLD))
    rest = len(refused) - _TOLD
    more = f" and {rest:,} other reasons" if rest > 0 else ""
    return [f"the target said no {refused.total():,} times on connections that were open: {told}{more}"]
