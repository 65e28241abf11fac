"""What is beside a stored model: its summary, page and pictures.

::

    reports/20...Z-size/   model.json  summary.txt  report.html  *.png  (*.svg)
"""

from pathlib import Path

from wswarm.report.drawing import settings_folder
from wswarm.report.pages import forget_pictures
from wswarm.report.sizing.html import READINGS as PICTURES
from wswarm.report.sizing.html import render
from wswarm.report.sizing.model_file import write_model
from wswarm.report.sizing.text import summary
from wswarm.report.store import PAGE_FILE, SUMMARY_FILE, prepare, write_file
from wswarm.results.sizing import Model


def keep(model: Model, folder: Path) -> None:
    """Write a model and its summary, each whole or not at all; pictures of another one go.

    Raises:
        ResultError: one can't be written.
    """
    prepare(folder)
    forget_pictures(folder, PICTURES)
    write_model(model, folder)
    write_file(folder / SUMMARY_FILE, summary(model))


def write_page(model: Model, folder: Path, *, plots: bool, svg: bool = False) -> None:
    """Write the pictures and the page; the folder exists.

    Raises:
        ResultError: one can't be written.
    """
    pictures = {}
    if plots:
        with settings_folder(folder):
            # matplotlib takes half a second to import: only when drawing
            from wswarm.report.plots.sizing import draw

            files = draw(model, folder, svg=svg)
        suffix = ".svg" if svg else ".png"
        pictures = {file.stem: file.read_bytes() for file in files if file.suffix == suffix}
    write_file(folder / PAGE_FILE, render(model, pictures))
