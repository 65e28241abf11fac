"""A comparison in words: one row per figure, the verdict, how head stands to base."""

from collections.abc import Callable
from typing import NamedTuple

from wswarm.report import format as show
from wswarm.report.context import Context, Side
from wswarm.stats.compare.ab import Comparison, Effect
from wswarm.stats.compare.faults import Faults, Outcome
from wswarm.stats.compare.slices import Metric

SIGNS: dict[Outcome, str] = {
    "regression": "✗",
    "invalid": "✗",
    "inconclusive": "?",
    "improved": "✓",
    "no regression": "✓",
}
STORED = (
    "these are stored runs that were not interleaved: two runs of one version differ by what the machine did"
    " meanwhile, and no interval below knows of that; `wswarm ab` decides"
)


class EffectRow(NamedTuple):
    """One line of the table.

    Attributes:
        remark: What else belongs beside the verdict: the slowdown to catch, whether it decides.
        is_deciding: Whether the verdict on the whole depends on it.
    """

    metric: str
    base: str
    head: str
    change: str
    interval: str
    verdict: str
    remark: str
    outcome: Outcome
    is_deciding: bool


def rows(comparison: Comparison, context: Context) -> list[EffectRow]:
    """Return a row per figure, then one each for lost and duplicated messages."""
    is_mixed = context.advisory is None
    return [
        *(_effect(effect, is_mixed=is_mixed) for effect in comparison.effects),
        *(_faults(one, is_deciding=is_mixed) for one in comparison.faults),
    ]


def columns(context: Context) -> tuple[str, ...]:
    """Return the table's heads."""
    return ("metric", "base", "head", "change", f"{percent(context.confidence)} interval", "verdict")


def verdict(comparison: Comparison, context: Context) -> str:
    """Return the verdict in a word or two with its sign: `✗ REGRESSION`, `ADVISORY: regression`."""
    if context.advisory is not None and comparison.verdict != "invalid":
        return f"ADVISORY: {comparison.verdict}"
    return f"{SIGNS[comparison.verdict]} {comparison.verdict.upper()}"


def sides(context: Context) -> str:
    """Return `base main (1a2b3c4d5e) → head fix (…)`."""
    return f"base {side(context.base)} → head {side(context.head)}"


def serving(context: Context, quote: Callable[[str], str] = show.printable) -> list[str]:
    """Return what was served of either version, as far as it is known: `base serves app.py, started by uvicorn …`."""
    pairs = [(arm, served(own.served, own.command, own.name, quote)) for arm, own in _arms(context)]
    return [f"{arm} {what}" for arm, what in pairs if what]


def served(file: str | None, command: str, name: str, quote: Callable[[str], str] = show.printable) -> str:
    """Return `serves app.py, started by uvicorn app:app`; a command that is the version's name is not repeated."""
    by = f"started by {quote(command)}" if command and command != name else ""
    if file:
        return f"serves {quote(file)}{', ' if by else ''}{by}"
    return f"{by}; which file it serves could not be told" if by else ""


def _arms(context: Context) -> tuple[tuple[str, Side], tuple[str, Side]]:
    return ("base", context.base), ("head", context.head)


def facts(comparison: Comparison, context: Context) -> list[str]:
    """Return what was measured and how long, as short phrases."""
    phrases = [show.printable(context.scenario)] if context.scenario else []
    if context.advisory is None and comparison.generations > 1:
        phrases.append(show.plural(comparison.generations, "generation"))
    if context.seconds is not None:
        phrases.append(show.duration(context.seconds))
    if context.seed is not None:
        phrases.append(f"seed {context.seed}")
    return phrases


def change(ratio: float | None) -> str:
    """Return head over base as a change in percent: 1.124 is `+12.4 %`; ratios from 10 as `×12`."""
    if ratio is None:
        return show.UNKNOWN
    return f"×{show.number(ratio)}" if ratio >= 10 else f"{100 * (ratio - 1):+.1f} %".replace("-", "−")


def tick(ratio: float) -> str:
    """Return the change as a tick of an axis: without a decimal that says nothing."""
    return "0 %" if abs(ratio - 1) < 1e-9 else change(ratio).replace(".0 %", " %")


def percent(share: float) -> str:
    """Return a share in percent: `5 %`, `2.5 %`."""
    return f"{100 * share:.3g} %"


def interval(low: float | None, high: float | None) -> str:
    """Return the bounds as changes: `[+8.9 %, +16.0 %]`."""
    return show.UNKNOWN if low is None or high is None else f"[{change(low)}, {change(high)}]"


def figure(value: float | None, metric: Metric) -> str:
    """Return a value in its metric's unit."""
    if metric.unit == "s":
        return show.seconds(value)
    if metric.unit == "bytes":
        return show.size(value)
    return show.rate(value) if metric.unit == "per s" else show.number(value)


def _effect(effect: Effect, *, is_mixed: bool) -> EffectRow:
    metric = effect.metric
    remark = f"θ {percent(metric.theta)}" + (", advisory" if is_mixed and not metric.is_gating else "")
    return EffectRow(
        metric=show.printable(metric.name),
        base=figure(effect.base, metric),
        head=figure(effect.head, metric),
        change=change(effect.ratio),
        interval=interval(effect.low, effect.high),
        verdict=effect.verdict,
        remark=remark,
        outcome=effect.verdict,
        is_deciding=is_mixed and metric.is_gating,
    )


def _faults(faults: Faults, *, is_deciding: bool) -> EffectRow:
    return EffectRow(
        metric=f"{faults.kind} messages",
        base=show.count(faults.base),
        head=show.count(faults.head),
        change="",
        interval="",
        verdict=faults.verdict,
        remark="",
        outcome=faults.verdict,
        is_deciding=is_deciding,
    )


def side(version: Side) -> str:
    """Return the version's name with its commit, if that says more."""
    commit = version.commit[:10] if version.commit else ""
    name = show.printable(version.name)
    return f"{name} ({commit})" if commit and commit not in name else name
