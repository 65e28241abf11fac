"""The page of a comparison: it stands alone, for a browser, a phone or paper."""

from collections.abc import Mapping, Sequence

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.captions import Caption
from wswarm.report.charts.chart import Chart
from wswarm.report.charts.of_comparison import drawn
from wswarm.report.compare.overlay import Overlay
from wswarm.report.context import Context
from wswarm.report.html import explored, page
from wswarm.stats.compare.ab import Comparison

LOOKS = {
    "regression": "invalid",
    "invalid": "invalid",
    "inconclusive": "suspect",
    "improved": "valid",
    "no regression": "valid",
}
EFFECTS_READING = (
    "Right of 0 % head has more of it. The bar is the interval; the pale field is what is tolerated, the grey stroke"
    " the slowdown that must be caught. A bar wholly beyond the field is a regression, one that ends before the"
    " stroke is not."
)
OVERLAY_READING = (
    "Left: go to the share that matters to you and read off the value it stayed below. Curves that cross are better"
    " in one place and worse in another. Right: how often each value occurred in either version."
)
HISTOGRAM_READING = "How often each value occurred; the lines are the medians."
PERCENTILES_READING = (
    "Go to the share that matters to you and read off the value it stayed below. Curves that cross are better in one"
    " place and worse in another."
)
TREND_READING = (
    "Each dot is one comparison, head over the base of its day, with its interval; a level above 1 that comes back is"
    " worth more than any single dot."
)


def render(
    comparison: Comparison,
    context: Context,
    pictures: Mapping[str, bytes],
    overlays: Sequence[Overlay] = (),
) -> str:
    """Return the page as HTML without any address that a browser would fetch.

    Args:
        comparison: What to show.
        context: Where it comes from.
        pictures: By name, PNG or SVG, shown where there are no charts.
        overlays: The values behind the figures, as far as they are known.
    """
    return page(
        "comparison.html.j2",
        title=f"wswarm {context.title}: {comparison.verdict} · {effects.sides(context)}",
        name=context.title,
        sides=effects.sides(context),
        serving=effects.serving(context),
        phrases=[*effects.facts(comparison, context), context.made_at],
        look=look(comparison, context),
        verdict=effects.verdict(comparison, context),
        advisory=context.advisory,
        reasons=[show.printable(reason) for reason in comparison.reasons],
        columns=effects.columns(context),
        rows=effects.rows(comparison, context),
        notes=[show.printable(note) for note in context.notes],
        settings=_settings(context),
        miss=effects.percent((1 - context.confidence) / 2),
        **explored(drawn(comparison, context, overlays), pictures, _caption),
    )


def look(comparison: Comparison, context: Context) -> str:
    """Return the look of what came of it: of a verdict, as pages and pictures know them."""
    is_advisory = context.advisory is not None and comparison.verdict != "invalid"
    return "suspect" if is_advisory else LOOKS[comparison.verdict]


def _caption(name: str, chart: Chart | None) -> Caption:
    if name == "effects":
        return Caption("Head over base for each metric, with its interval.", EFFECTS_READING)
    if name == "trend":
        return Caption("The ratios of all comparisons so far.", TREND_READING)
    if chart is None:
        return Caption(
            "Distributions of base and head over each other: percentiles and histogram.", OVERLAY_READING
        )
    return overlay_caption(chart)


def overlay_caption(chart: Chart) -> Caption:
    """Return the words for a chart of distributions over each other."""
    reading = HISTOGRAM_READING if chart.is_lying else PERCENTILES_READING
    return Caption("Distributions over each other.", reading)


def _settings(context: Context) -> list[tuple[str, str]]:
    rows = [("command", context.command), ("base", effects.side(context.base))]
    rows += [("head", effects.side(context.head)), ("made", context.made_at)]
    seen = context.environment
    if seen is not None:
        rows += [
            ("cores", str(seen.cores)),
            ("processor", seen.cpu),
            ("kernel", seen.kernel),
            ("python", seen.python),
        ]
    return [(label, show.printable(value)) for label, value in rows if value]
