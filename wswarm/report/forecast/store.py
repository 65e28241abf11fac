"""The one file that reads and writes forecasts, and the page and pictures beside them.

::

    reports/20...Z-forecast/   forecast.json  summary.txt  report.html  *.png  (*.svg)
"""

from collections.abc import Sequence
from pathlib import Path

from wswarm.report.answer_files import AnswerFiles
from wswarm.report.forecast.html import READINGS, render
from wswarm.report.forecast.text import summary
from wswarm.report.json_file import JsonFile
from wswarm.results.forecast import FORECAST_SCHEMA, Outlook

FORECAST = JsonFile("forecast.json", FORECAST_SCHEMA, Outlook, "forecast")


def _draw(outlook: Outlook, folder: Path, *, svg: bool) -> Sequence[Path]:
    from wswarm.report.plots.forecast import draw

    return draw(outlook, folder, svg=svg)


FORECASTS = AnswerFiles(file=FORECAST, summary=summary, render=render, draw=_draw, pictures=READINGS)
