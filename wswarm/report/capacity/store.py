"""The one file that reads and writes searches for a capacity, and the page and pictures beside them.

::

    reports/20...Z-capacity/   capacity.json  summary.txt  report.html  *.png  (*.svg)
"""

from pathlib import Path

import msgspec

from wswarm.errors import ResultError
from wswarm.report.capacity.html import READINGS as PICTURES
from wswarm.report.capacity.html import render
from wswarm.report.capacity.text import summary
from wswarm.report.drawing import settings_folder
from wswarm.report.store import PAGE_FILE, SUMMARY_FILE, prepare, pretty, write_file
from wswarm.results.capacity import CAPACITY_SCHEMA, Search

CAPACITY_FILE = "capacity.json"


class _Head(msgspec.Struct, frozen=True):
    schema: str


def keep(search: Search, folder: Path) -> None:
    """Write a search and its summary, each whole or not at all; pictures of another one go.

    Raises:
        ResultError: one can't be written.
    """
    prepare(folder)
    for name in PICTURES:
        for suffix in (".png", ".svg"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
    write_file(folder / CAPACITY_FILE, pretty(msgspec.to_builtins(search)) + "\n")
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
    if path.is_dir():
        file = path / CAPACITY_FILE
        return file if file.is_file() else None
    try:
        is_search = msgspec.json.decode(path.read_bytes(), type=_Head).schema == CAPACITY_SCHEMA
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return path if is_search else None


def load(file: Path) -> Search:
    """Return the search that was stored in the file.

    Raises:
        ResultError: it can't be read, or is none.
    """
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Search)
    except OSError as error:
        raise ResultError(f"{file} can't be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ResultError(f"{file} holds no search for a capacity: {error}") from None
    if found.schema != CAPACITY_SCHEMA:
        raise ResultError(f"{file} is of {found.schema}; this wswarm reads {CAPACITY_SCHEMA}")
    return found
