"""The one file that reads and writes forecasts, and the page and pictures beside them.

::

    reports/20...Z-forecast/   forecast.json  summary.txt  report.html  *.png  (*.svg)
"""

from pathlib import Path

from wswarm.report.drawing import settings_folder
from wswarm.report.forecast.html import READINGS as PICTURES
from wswarm.report.forecast.html import render
from wswarm.report.forecast.text import summary
from wswarm.report.json_file import JsonFile
from wswarm.report.pages import forget_pictures
from wswarm.report.store import PAGE_FILE, SUMMARY_FILE, prepare, write_file
from wswarm.results.forecast import FORECAST_SCHEMA, Outlook

FORECAST = JsonFile("forecast.json", FORECAST_SCHEMA, Outlook, "forecast")


def save(outlook: Outlook, folder: Path, *, plots: bool, svg: bool = False) -> None:
    """Write a forecast, its summary, pictures and page; pictures of another one go.

    Raises:
        ResultError: something can't be written; the forecast itself comes first.
    """
    prepare(folder)
    forget_pictures(folder, PICTURES)
    FORECAST.write(outlook, folder)
    write_file(folder / SUMMARY_FILE, summary(outlook))
    pictures = {}
    if plots:
        with settings_folder(folder):
            # matplotlib takes half a second to import: only when drawing
            from wswarm.report.plots.forecast import draw

            files = draw(outlook, folder, svg=svg)
        suffix = ".svg" if svg else ".png"
        pictures = {file.stem: file.read_bytes() for file in files if file.suffix == suffix}
    write_file(folder / PAGE_FILE, render(outlook, pictures))
