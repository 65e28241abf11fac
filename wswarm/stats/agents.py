"""What agents spent and suffered, whose findings may come in several parts: one per group of connections."""

from collections.abc import Iterable, Sequence

import msgspec

from wswarm.stats.findings import Effort, Findings


def of_one_agent(groups: Sequence[Findings]) -> list[Findings]:
    """Return what one agent found in each of its groups, its whole effort with the first of them."""
    if len(groups) == 1:
        return list(groups)
    cpu_s = sum(one.effort.cpu_s for one in groups)
    first, *others = groups
    first = msgspec.structs.replace(first, effort=msgspec.structs.replace(first.effort, cpu_s=cpu_s))
    return [first, *(msgspec.structs.replace(one, is_further=True) for one in others)]


def efforts_of(findings: Iterable[Findings]) -> list[Effort]:
    """Return the effort of each agent."""
    return [one.effort for one in findings if not one.is_further]


def shares_of(effort: Effort, handled: Sequence[int]) -> list[Effort]:
    """Return each group's share of what its agent spent: as many messages as it sent and received."""
    total = sum(handled)
    if len(handled) == 1 or not total:
        return [effort] * len(handled)
    return [msgspec.structs.replace(effort, cpu_s=effort.cpu_s * own / total) for own in handled]
