"""How the trends of a long run are shown: what grows by how much, and how sure that is."""

from collections.abc import Callable

from wswarm.report import format as show
from wswarm.report.section import Row, Section
from wswarm.results.run import Run
from wswarm.results.trends import Trend

NAMES = {
    "response_time": "response time",
    "delivery_time": "delivery time",
    "target.memory": "target's memory",
    "target.descriptors": "target's descriptors",
    "target.threads": "target's threads",
}
_SIZES = {"target.memory"}


def trends_section(run: Run) -> Section | None:
    """Return what the run has of trends."""
    if not run.trends:
        return None
    rows = tuple(_row(one) for one in run.trends)
    return Section("Trends", rows, notes=(note(run.trends[0].tested),))


def verdict(trend: Trend) -> str:
    """Return what is said of it: `growing`, `flat`, `inconclusive, run 2 h`."""
    hours = trend.run_hours
    return trend.verdict if hours is None else f"{trend.verdict}, run {_rounded(hours)}"


def amount_of(trend: Trend) -> Callable[[float | None], str]:
    """Return how amounts of its figure are written."""
    if trend.figure.endswith("_time"):
        return show.seconds
    return show.size if trend.figure in _SIZES else show.number


def note(tested: int) -> str:
    """Return what the lines are laid through, and what `growing` takes."""
    together = f"; {tested} figures judged together" if tested > 1 else ""
    return (
        "medians of 30 equal parts of the hold without its first fifth; in brackets the 95 % interval of the slope,"
        f" widened as neighbours are alike{together}"
    )


def _row(trend: Trend) -> Row:
    name = NAMES.get(trend.figure, trend.figure)
    if trend.per_hour is None:
        return Row(name, show.UNKNOWN, f"{verdict(trend)}: too short a hold to tell")
    amount, each = amount_of(trend), trend.per_1000_sessions
    per_sessions = "" if each is None else f"; {amount(each)} per 1,000 sessions"
    bounds = f"[{amount(trend.low)}, {amount(trend.high)}]"
    return Row(name, f"{amount(trend.per_hour)}/h", f"{bounds} {verdict(trend)}{per_sessions}")


def _rounded(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(60 * hours))} min"
    return f"{hours:.0f} h" if hours >= 10 else f"{hours:.2g} h"
