"""What stands above the pictures of a comparison."""

from wswarm.report.ab import effects
from wswarm.report.compare.html import LOOKS
from wswarm.report.context import Context
from wswarm.report.plots.canvas import Heading
from wswarm.stats.compare.ab import Comparison


def heading(comparison: Comparison, context: Context, title: str) -> Heading:
    """Return the heading: title, the two versions, how they were measured, the verdict."""
    is_advisory = context.advisory is not None and comparison.verdict != "invalid"
    return Heading(
        title=title,
        plan=effects.sides(context),
        origin="   ".join([*effects.facts(comparison, context), context.made_at]),
        badge=effects.verdict(comparison, context),
        look="suspect" if is_advisory else LOOKS[comparison.verdict],
    )
