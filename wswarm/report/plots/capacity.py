"""The pictures of a search, of the charts that its page has."""

from pathlib import Path

from wswarm.report.capacity import words
from wswarm.report.charts.of_search import drawn
from wswarm.report.plots import canvas, charted
from wswarm.results.capacity import Search


def draw(search: Search, folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw every picture that there are figures for; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    remedy = words.remedy(search)
    return charted.draw(
        drawn(search),
        lambda chart: canvas.Heading(
            title=f"{chart.title}: {words.title(search)}",
            plan=f"{words.criterion(search)}; {words.how(search)}",
            origin=f"{search.target}   {search.started_at}",
            badge=words.headline(search),
            look="valid" if search.is_found else "invalid",
            reasons=[*([remedy] if remedy else []), *search.notices],
        ),
        folder,
        svg=svg,
    )
