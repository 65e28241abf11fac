"""The sessions of a script, made of what all agents found out together."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from wswarm.results.run import Fanout, Sessions, Step
from wswarm.stats import summary
from wswarm.stats.drops import OTHER
from wswarm.stats.findings import Findings, Window
from wswarm.stats.scripted import Block, Scripted
from wswarm.stats.summary import distribution, merged

_TOLD = 3
_SHOWN = 100  # characters of a reason


def scripted_of(findings: Sequence[Findings]) -> list[Scripted]:
    """Return what the agents found that hold sessions."""
    return [one.scripted for one in findings if one.scripted is not None]


def sessions(found: Sequence[Scripted]) -> Sessions | None:
    """Return how all sessions fared; `None` without any agent that holds some."""
    if not found:
        return None
    failures: Counter[str] = Counter()
    for one in found:
        failures.update(one.failures)
    return Sessions(
        started=sum(one.started for one in found),
        finished=sum(one.finished for one in found),
        failed=sum(one.failed for one in found),
        failures=dict(failures.most_common()),
        refused=sum(one.refused for one in found),
    )


def steps(found: Sequence[Scripted]) -> dict[str, Step]:
    """Return all steps by name, in the order in which they came up first."""
    names = dict.fromkeys(name for one in found for name in one.steps)
    parts = {name: [one.steps[name] for one in found if name in one.steps] for name in names}
    return {
        name: Step(
            count=sum(one.count for one in own),
            failed=sum(one.failed for one in own),
            time=distribution(merged(one.times for one in own)),
        )
        for name, own in parts.items()
    }


def relayed(findings: Sequence[Findings]) -> list[Findings]:
    """Return the agents' findings of what sessions published and received of it; empty if nobody did."""
    return [
        msgspec.structs.replace(one, sends=one.relayed.sends, arrivals=one.relayed.arrivals)
        for one in findings
        if one.relayed is not None
    ]


def fanout(findings: Sequence[Findings], window: Window) -> Fanout | None:
    """Return how what sessions published reached those that had subscribed; `None` if nobody did."""
    found = [one.relayed for one in findings if one.relayed is not None]
    if not found:
        return None
    publishers = sum(one.publishers for one in found)
    reached = summary.fanout(relayed(findings), window, publishers=publishers)
    return msgspec.structs.replace(reached, subscribers=sum(one.subscribers for one in found))


def notices(found: Sequence[Scripted]) -> list[str]:
    """Return what a reader has to know first: what failed, what was not begun, what was not kept."""
    seen = sessions(found)
    if seen is None:
        return []
    told = []
    if seen.failed:
        told.append(f"{seen.failed:,} of {_sessions(seen.started)} failed: {_listed(seen.failures)}")
    unanswered: Counter[str] = Counter()
    for one in found:
        unanswered.update(one.unanswered)
    if unanswered:
        told.append(
            f"the run ended before {_plural(unanswered.total(), 'step')} had an answer:"
            f" {_listed(dict(unanswered.most_common()), 'others')}; see whether the target still answered"
        )
    if seen.refused:
        told.append(
            f"{_sessions(seen.refused)} of {seen.started + seen.refused:,} that arrived were not begun: as many as"
            " there may be at once were there; raise -c, or lower --sessions"
        )
    if overflowed := sum(one.overflowed for one in found):
        told.append(
            f"{overflowed:,} messages that no session had expected by then were dropped, the oldest first: a"
            " connection keeps 1,000 of them, and 32 MiB"
        )
    return told


def blocks(found: Sequence[Scripted]) -> dict[str, Block]:
    """Return where scripts have blocked the loop, the longest first."""
    total: dict[str, Block] = {}
    for one in found:
        for place, block in one.blocks.items():
            before = total.get(place, Block(count=0, longest_ns=0))
            total[place] = Block(
                count=before.count + block.count, longest_ns=max(before.longest_ns, block.longest_ns)
            )
    return dict(sorted(total.items(), key=lambda item: -item[1].longest_ns))


def _sessions(number: int) -> str:
    return _plural(number, "session")


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(failures: dict[str, int], rest_of: str = "for other reasons") -> str:
    ordered = sorted(failures.items(), key=lambda item: (item[0] == OTHER, -item[1]))
    told = [f"{_short(reason)} ({count:,})" for reason, count in ordered[:_TOLD]]
    rest = sum(count for _, count in ordered[_TOLD:])
    return ", ".join(told) + (f" and {rest:,} {rest_of}" if rest else "")


def _short(reason: str) -> str:
    return reason if len(reason) <= _SHOWN else f"{reason[: _SHOWN - 1]}…"
