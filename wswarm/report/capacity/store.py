"""The one file that reads and writes searches for a capacity, and the page and pictures beside them.

::

    reports/20...Z-capacity/   capacity.json  summary.txt  report.html  *.png  (*.svg)
"""

from pathlib import Path

from wswarm.report.capacity.html import READINGS as PICTURES
from wswarm.report.capacity.html import render
from wswarm.report.capacity.text import summary
from wswarm.report.drawing import settings_folder
from wswarm.report.json_file import JsonFile
from wswarm.report.pages import forget_pictures
from wswarm.report.store import PAGE_FILE, SUMMARY_FILE, prepare, write_file
from wswarm.results.capacity import CAPACITY_SCHEMA, Search

FILE = "capacity.json"
_FILE = JsonFile(FILE, CAPACITY_SCHEMA, Search, "search for a capacity")


def keep(search: Search, folder: Path) -> None:
    """Write a search and its summary, each whole or not at all; pictures of another one go.

    Raises:
        ResultError: one can't be written.
    """
    prepare(folder)
    forget_pictures(folder, PICTURES)
    _FILE.write(search, folder)
    write_file(folder / SUMMARY_FILE, summary(search))


def write_page(search: Search, folder: Path, *, plots: bool, svg: bool = False) -> None:
    """Write the pictures and the page; the folder exists.

    Raises:
        ResultError: one can't be written.
    """
    pictures = {}
    if plots:
        with settings_folder(folder):
            # matplotlib takes half a second to import: only when drawing
            from wswarm.report.plots.capacity import draw

            files = draw(search, folder, svg=svg)
        suffix = ".svg" if svg else ".png"
        pictures = {file.stem: file.read_bytes() for file in files if file.suffix == suffix}
    write_file(folder / PAGE_FILE, render(search, pictures))


def find(path: Path) -> Path | None:
    """Return the file of a search that the path is or holds, `None` if neither."""
    return _FILE.find(path)


def load(file: Path) -> Search:
    """Return the search that was stored in the file.

    Raises:
        ResultError: it can't be read, or is none.
    """
    return _FILE.load(file)
