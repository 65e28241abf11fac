"""Which charts a comparison has: head over base for every metric, then the distributions over each other."""

import re
from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.charts.chart import Axis, Chart, Colour, Drawn, Frame, Mark, Series
from wswarm.report.charts.overlaid import add_overlaid
from wswarm.report.compare.overlay import Overlay
from wswarm.report.context import Context
from wswarm.stats.compare.ab import Comparison, Effect
from wswarm.stats.compare.faults import Outcome

COLOURS: dict[Outcome, Colour] = {
    "regression": "vermilion",
    "invalid": "grey",
    "inconclusive": "orange",
    "improved": "green",
    "no regression": "blue",
}
EFFECTS = "effects"
MOST, MOST_OVERLAYS = 40, 12  # a file of benchmarks may hold hundreds
NAME_LENGTH = 48


def _ticks(name: str, frame: str, y: str, colour: Colour) -> Series:
    return Series(name=name, frame=frame, x="row", y=y, look="points", marker="tick", colour=colour)


_BACKGROUND = (
    Series(
        name="tolerated", frame=EFFECTS, x="row", y="high", low="low", high="high", look="bars", colour="grey"
    ),
    _ticks("to be caught", EFFECTS, "caught", "grey"),
)


def drawn(comparison: Comparison, context: Context, overlays: Sequence[Overlay] = ()) -> Drawn:
    """Return the charts of a comparison and their figures.

    Args:
        overlays: The values behind the figures, as far as they are known.
    """
    found = Drawn()
    _add_effects(comparison, context, found)
    for number, one in enumerate(overlays[:MOST_OVERLAYS], 1):
        samples = [("base", one.base), ("head", one.head)]
        name = show.printable(one.name)
        add_overlaid(found, _stem(one.name, number), name, samples, unit=one.unit, what=one.what)
    return found


def _add_effects(comparison: Comparison, context: Context, drawn: Drawn) -> None:
    known = [effect for effect in comparison.effects if effect.ratio is not None][:MOST]
    if not known:
        return
    drawn.frames[EFFECTS] = _allowed(known)
    low, high = _limits(known)
    names = [_label(effect, context) for effect in known]
    chart = Chart(
        name=EFFECTS,
        title="Head over base",
        x=Axis(label="change from base to head", kind="change", low=low, high=high),
        y=Axis(label="metric", kind="name", low=-0.5, high=len(known) - 0.5, names=names),
        series=[*_BACKGROUND, *_generations(known, drawn), *_verdicts(known, drawn)],
        marks=[Mark(way="x", at=1.0, name="no change", colour="ink")],
        is_lying=True,
    )
    drawn.charts.append(chart)


def _generations(known: Sequence[Effect], drawn: Drawn) -> list[Series]:
    pairs = [
        (row, ratio) for row, one in enumerate(known) if one.generations > 1 for ratio in one.by_generation
    ]
    if not pairs:
        return []
    drawn.frames["generations"] = {"row": [row for row, _ in pairs], "ratio": [ratio for _, ratio in pairs]}
    return [_ticks("each generation", "generations", "ratio", "purple")]


def _verdicts(known: Sequence[Effect], drawn: Drawn) -> list[Series]:
    lines = []
    for verdict, colour in COLOURS.items():
        own = [row for row, one in enumerate(known) if one.verdict == verdict]
        if own:
            key = f"effects-{verdict.replace(' ', '-')}"
            drawn.frames[key] = _judged(own, known)
            lines.append(
                Series(
                    name=verdict,
                    frame=key,
                    x="row",
                    y="ratio",
                    low="low",
                    high="high",
                    hollow="is_alone",
                    words="sides",
                    look="points",
                    colour=colour,
                )
            )
    return lines


def _allowed(known: Sequence[Effect]) -> Frame:
    """Return what is tolerated around 1, and the slowdown to be caught on the side where it is."""
    metrics = [effect.metric for effect in known]
    return {
        "row": list(range(len(known))),
        "low": [1 / (1 + one.tolerated) for one in metrics],
        "high": [1 + one.tolerated for one in metrics],
        "caught": [1 / (1 + one.theta) if one.is_lower_worse else 1 + one.theta for one in metrics],
    }


def _judged(rows: Sequence[int], known: Sequence[Effect]) -> Frame:
    own = [known[row] for row in rows]
    return {
        "row": list(rows),
        "ratio": [one.ratio for one in own],
        "low": [one.low if one.high is not None else None for one in own],
        "high": [one.high if one.low is not None else None for one in own],
        "is_alone": [one.low is None for one in own],
        "sides": [
            f"{effects.figure(one.base, one.metric)} → {effects.figure(one.head, one.metric)}" for one in own
        ],
    }


def _label(effect: Effect, context: Context) -> str:
    mark = "" if effect.metric.is_gating or context.advisory is not None else " (advisory)"
    return f"{show.shortened(show.printable(effect.metric.name), NAME_LENGTH)}{mark}"


def _limits(known: Sequence[Effect]) -> tuple[float, float]:
    """Return the axis' ends: all of it, bounds and θ included, with a little room."""
    places = [1.0]
    for effect in known:
        places += [place for place in (effect.ratio, effect.low, effect.high) if place is not None]
        places += [1 + effect.metric.theta, 1 / (1 + effect.metric.theta)]
    low, high = min(places), max(places)
    room = 0.06 * (high - low)
    return low - room, high + room


def _stem(name: str, number: int) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"distribution-{number}-{word[:60]}".rstrip("-")
