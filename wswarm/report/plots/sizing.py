"""The pictures of a model, of the charts that its page has."""

from pathlib import Path

from wswarm.report.charts.of_model import drawn
from wswarm.report.plots import canvas, charted
from wswarm.report.sizing import words
from wswarm.results.sizing import Model


def draw(model: Model, folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw every picture that there are figures for; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    return charted.draw(
        drawn(model),
        lambda chart: canvas.Heading(
            title=f"{chart.title}: {words.title(model)}",
            plan=f"{words.how(model)}; held out: {words.errors(model)}",
            origin=f"{model.target}   {model.started_at}",
            badge="validated" if model.validated else "not validated",
            look="valid" if model.validated else "suspect",
            reasons=model.reasons,
        ),
        folder,
        svg=svg,
    )
