"""What stands beside a figure: the reasons behind a count, in the target's own words where it gave any."""

import re

from wswarm.report import format as show
from wswarm.results.quoted import is_whereabouts
from wswarm.results.run import Connections, Messages, Run
from wswarm.stats import extras
from wswarm.stats.answers import BY
from wswarm.stats.drops import CLOSE_MEANINGS

_MARKER = re.compile("wswarm[0-9a-f]{40}")
SHOWN = 8  # reasons of one figure
SAID = 80  # characters of what was said beside a figure; the run file has more


def failures(run: Run) -> str:
    """Return why handshakes failed, and what the target said to it."""
    said = run.samples.refusals
    return counted({_with_words(reason, said): n for reason, n in run.connections.failures.items()})


def requests(refused: dict[str, int], run: Run) -> str:
    """Return why requests to publish failed, and what the target said to it."""
    words = {status: run.samples.refusals.get(f"{BY} {status}") for status in refused}
    return counted(
        {_with_words(one, {one: said} if said else {}): refused[one] for one, said in words.items()}
    )


def drops(seen: Connections) -> str:
    """Return why connections were lost, and how long they had been open."""
    if not seen.close_reasons:
        return f"closed by the peer: {counted(_explained(seen.closes))}" if seen.closes else ""
    been_open = ""
    if seen.open_time is not None and seen.open_time.n:
        low, high = show.seconds(seen.open_time.min), show.seconds(seen.open_time.max)
        been_open = f"; they had been open for {low}" + (f" to {high}" if low != high else "")
    return f"{counted(_explained(seen.close_reasons))}{been_open}"


def pings(seen: Connections) -> str:
    """Return how many pings were answered."""
    answered = f"{seen.ping_time.n:,} answered" if seen.ping_time is not None else ""
    if not seen.pings_unanswered:
        return answered
    return f"{answered}, {seen.pings_unanswered:,} not by the time of the next"


def unsent(seen: Messages) -> str:
    """Return how much of what was offered was sent, and why the rest was not."""
    told = f"{show.share(seen.sent, seen.offered)} of offered"
    if seen.unsent is None or not (seen.unsent.disconnected or seen.unsent.late):
        return told
    why = {"on closed connections": seen.unsent.disconnected, "late": seen.unsent.late}
    return f"{told}; not sent: {', '.join(f'{count:,} {name}' for name, count in why.items() if count)}"


def unmarked(run: Run) -> str:
    """Return what came that was not ours, with a sample."""
    if run.messages is None or not run.messages.unmarked:
        return ""
    sampled = run.samples.unmarked
    if any(_MARKER.search(sample) for sample in sampled):
        return "frames that were not ours, marks of another run of wswarm among them"
    return "frames that were not ours" + (f', such as "{_short(sampled[0])}"' if sampled else "")


def extra(seen: Messages) -> str:
    """Return what the messages are that nobody was owed."""
    return extras.listed(seen.extra_kinds) or ("not owed" if seen.extra else "")


def _with_words(reason: str, said: dict[str, str]) -> str:
    if reason not in said:
        return reason
    if is_whereabouts(reason, said[reason]):
        return f"{reason} {_short(said[reason])}"
    return f'{reason} ("{_short(said[reason])}")'


def _short(said: str) -> str:
    return show.shortened(show.printable(said), SAID)


def _explained(reasons: dict[str, int]) -> dict[str, int]:
    return {
        f"{code} ({CLOSE_MEANINGS[code]})" if code in CLOSE_MEANINGS else code: amount
        for code, amount in reasons.items()
    }


def counted(reasons: dict[str, int]) -> str:
    """Return how often there was what, most first."""
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{show.printable(reason)}: {amount:,}" for reason, amount in ordered[:SHOWN]]
    rest = sum(amount for _, amount in ordered[SHOWN:])
    return ", ".join([*told, *([f"others: {rest:,}"] if rest else [])])
