"""The pictures of a forecast, of the charts that its page has."""

from pathlib import Path

from wswarm.report.charts.of_forecast import drawn
from wswarm.report.forecast import words
from wswarm.report.forecast.html import look
from wswarm.report.plots import canvas, charted
from wswarm.results.forecast import Outlook

_TITLES = {"work": "What it takes", "times": "How long it takes"}


def draw(outlook: Outlook, folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw every picture that there are figures for; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    return charted.draw(
        drawn(outlook),
        lambda chart: canvas.Heading(
            title=_TITLES[chart.name],
            plan=f"{words.wanted(outlook)}; {words.off(outlook.held_out)}",
            origin=f"{outlook.target}   measured {outlook.measured_at}",
            badge=f"{words.headline(outlook)}: {'validated' if outlook.validated else 'not validated'}",
            look=look(outlook),
            reasons=words.remarks(outlook),
        ),
        folder,
        svg=svg,
    )
