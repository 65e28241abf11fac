"""The one file that reads and writes comparisons, and what stands beside them.

::

    reports/20...Z-compare/   compare.json  summary.txt  compare.html  *.png  (*.svg)

`ab.json` of an interleaved comparison is read too; its pages are made by the same functions.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from wswarm import bounded
from wswarm.errors import ResultError
from wswarm.report import store
from wswarm.report.ab import history
from wswarm.report.ab.file import AB_SCHEMA, AbFile, comparison_of, context_of, overlays_of
from wswarm.report.compare.html import render
from wswarm.report.compare.overlay import Overlay
from wswarm.report.compare.text import summary
from wswarm.report.context import Context
from wswarm.report.drawing import settings_folder
from wswarm.stats.compare.ab import Comparison

SCHEMA = "wswarm/comparison@1"
COMPARE_FILE, AB_FILE = "compare.json", "ab.json"
PAGE_FILE = "compare.html"


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison of stored runs as a file, or what is shown of an interleaved one."""

    schema: str = SCHEMA
    context: Context
    comparison: Comparison


class _Head(msgspec.Struct, frozen=True):
    schema: str


def save(
    stored: Stored, folder: Path, overlays: Sequence[Overlay] = (), *, plots: bool, svg: bool = False
) -> None:
    """Write the comparison with its summary, pictures and page; the comparison first.

    Args:
        stored: What to write.
        folder: Where to; made if need be.
        overlays: The values behind the figures, to be drawn over each other.
        plots: Whether to draw; `svg`: SVG beside PNG, and in the page.

    Raises:
        ResultError: something can't be written.
    """
    store.prepare(folder)
    store.write_file(folder / COMPARE_FILE, store.pretty(msgspec.to_builtins(stored)) + "\n")
    store.write_file(folder / store.SUMMARY_FILE, summary(stored.comparison, stored.context))
    save_page(stored, folder, overlays, plots=plots, svg=svg)


def save_page(
    stored: Stored, folder: Path, overlays: Sequence[Overlay] = (), *, plots: bool, svg: bool = False
) -> None:
    """Write the pictures and the page alone; the folder exists.

    Raises:
        ResultError: one can't be written.
    """
    pictures = _draw(stored, folder, overlays, svg=svg) if plots else {}
    store.write_file(folder / PAGE_FILE, render(stored.comparison, stored.context, pictures, overlays))


def is_comparison(path: Path) -> bool:
    """Return whether the path is a comparison, or a folder that holds one."""
    return find(path) is not None


def find(path: Path) -> Path | None:
    """Return the comparison's file that the path is or holds, `None` if neither."""
    if path.is_dir():
        return next((path / name for name in (AB_FILE, COMPARE_FILE) if (path / name).is_file()), None)
    try:
        schema = msgspec.json.decode(bounded.stored(path), type=_Head).schema
        return path if schema in (SCHEMA, AB_SCHEMA) else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def load(path: Path) -> tuple[Stored, list[Overlay]]:
    """Return a stored comparison, and the values behind it as far as they were stored.

    Raises:
        ResultError: it can't be read, or is none.
    """
    try:
        content = bounded.stored(path)
        if msgspec.json.decode(content, type=_Head).schema == AB_SCHEMA:
            ab = msgspec.json.decode(content, type=AbFile)
            return Stored(context=context_of(ab), comparison=comparison_of(ab)), overlays_of(ab)
        return msgspec.json.decode(content, type=Stored), []
    except OSError as error:
        raise ResultError(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, msgspec.DecodeError) as error:  # a histogram may be damaged too
        raise ResultError(f"{path} is not a comparison: {error}") from error


def append_history(path: Path, entry: history.Entry) -> list[history.Entry]:
    """Append the entry to the history, which is made if need be, and return all entries.

    Raises:
        ResultError: the file can't be read or written, or is no history.
    """
    before = read_history(path) if path.exists() else []
    append_text(path, history.line(entry))
    return [*before, entry]


def read_history(path: Path) -> list[history.Entry]:
    """Return the entries of a history, oldest first.

    Raises:
        ResultError: the file can't be read, or is no history.
    """
    try:
        return history.parse(bounded.stored(path).decode("utf-8"), str(path))
    except OSError as error:
        raise ResultError(
            f"{path} can't be read: {error.strerror}; write it with --history {path}"
        ) from error
    except UnicodeDecodeError as error:
        raise ResultError(f"{path} is no history: {error}") from error


def append_text(path: Path, text: str) -> None:
    """Append to the file in one write; it begins on a line of its own.

    Raises:
        ResultError: it can't be written.
    """
    try:
        before = path.read_bytes() if path.is_file() else b""
        gap = "" if before.endswith(b"\n") or not before else "\n"
        with path.open("ab") as file:
            file.write(f"{gap}{text}".encode())
    except OSError as error:
        raise ResultError(f"{path} can't be written: {error.strerror}") from error


def _draw(stored: Stored, folder: Path, overlays: Sequence[Overlay], *, svg: bool) -> Mapping[str, bytes]:
    """Draw the pictures, and return those for the page by name."""
    with settings_folder(folder):
        # matplotlib takes half a second to import: only when drawing
        from wswarm.report.plots.comparison import draw

        files = draw(stored.comparison, stored.context, overlays, folder, svg=svg)
    suffix = ".svg" if svg else ".png"
    return {file.stem: file.read_bytes() for file in files if file.suffix == suffix}


def draw_trend(entries: Sequence[history.Entry], folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw the history's ratios into the folder, which is made if need be; return the files.

    Raises:
        ResultError: they can't be written.
    """
    store.prepare(folder)
    with settings_folder(folder):
        from wswarm.report.plots.comparison import draw_trend as draw_files

        return draw_files(entries, folder, svg=svg)
