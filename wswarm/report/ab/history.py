"""How ratios went over time: one JSON line per comparison, appended and never changed.

Ratios, not times: a comparison is made in one place within minutes, so that its ratio means the same on any runner.
A trend over them is advisory all the same.
"""

from collections.abc import Sequence

import msgspec

from wswarm.errors import ResultError
from wswarm.report.context import Context, Side
from wswarm.stats.compare.ab import Comparison
from wswarm.stats.compare.faults import Outcome

SCHEMA = "wswarm/history@1"


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """Head over base for one metric, as in a comparison's effect."""

    verdict: Outcome
    ratio: float | None
    low: float | None = None
    high: float | None = None
    is_lower_worse: bool = False
    theta: float | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison.

    Attributes:
        is_advisory: Whether its verdict decided nothing: of stored runs.
        metrics: By name.
        lost: Messages that head lost; `base_lost` those of base.
    """

    schema: str = SCHEMA
    made_at: str
    command: str
    base: Side
    head: Side
    verdict: Outcome
    is_advisory: bool
    generations: int
    metrics: dict[str, Ratio]
    lost: int = 0
    base_lost: int = 0


def entry(comparison: Comparison, context: Context) -> Entry:
    """Return the comparison as one entry of a history."""
    lost = [one for one in comparison.faults if one.kind == "lost"]
    return Entry(
        made_at=context.made_at,
        command=context.title,
        base=context.base,
        head=context.head,
        verdict=comparison.verdict,
        is_advisory=context.advisory is not None,
        generations=comparison.generations,
        metrics={
            effect.metric.name: Ratio(
                verdict=effect.verdict,
                ratio=effect.ratio,
                low=effect.low,
                high=effect.high,
                is_lower_worse=effect.metric.is_lower_worse,
                theta=effect.metric.theta,
            )
            for effect in comparison.effects
        },
        lost=sum(one.head for one in lost),
        base_lost=sum(one.base for one in lost),
    )


def line(one: Entry) -> str:
    """Return the entry as a line of the file."""
    return msgspec.json.encode(one).decode() + "\n"


def parse(text: str, name: str) -> list[Entry]:
    """Return the entries of a history, oldest first as they were appended.

    Raises:
        ResultError: a line is none; `name` is what the message calls the file.
    """
    return [_parse(one, name, number) for number, one in enumerate(text.split("\n"), 1) if one.strip()]


def metric_names(entries: Sequence[Entry]) -> list[str]:
    """Return every metric of the history, in the order in which they first appear."""
    return list(dict.fromkeys(name for one in entries for name in one.metrics))


def _parse(text: str, name: str, number: int) -> Entry:
    try:
        found = msgspec.json.decode(text, type=Entry)
    except msgspec.DecodeError as error:
        raise ResultError(f"{name}, line {number}, is no entry of a history: {error}") from None
    if found.schema != SCHEMA:
        raise ResultError(
            f"{name}, line {number}, is of version {found.schema!r}, this wswarm reads {SCHEMA!r}"
        )
    return found
