"""The one file that reads and writes comparisons: `ab.json` and the summary beside it."""

from pathlib import Path

import msgspec

from wswarm import bounded
from wswarm.errors import ResultError
from wswarm.report.ab.text import ab_summary
from wswarm.report.store import SUMMARY_FILE, prepare, pretty, write_file
from wswarm.stats.compare.comparison import AB_SCHEMA, Ab

AB_FILE = "ab.json"


def save_ab(ab: Ab, folder: Path) -> Path:
    """Write a comparison and its summary; return the path of `ab.json`.

    Raises:
        ResultError: they can't be written.
    """
    prepare(folder)
    path = write_file(folder / AB_FILE, pretty(msgspec.to_builtins(ab)) + "\n")
    write_file(folder / SUMMARY_FILE, ab_summary(ab))
    return path


def load_ab(path: Path) -> Ab:
    """Return the comparison in an `ab.json` or its folder.

    Raises:
        ResultError: missing, not JSON, not a comparison, or of a version this wswarm does not know.
    """
    file = path / AB_FILE if path.is_dir() else path
    try:
        ab = msgspec.json.decode(bounded.stored(file), type=Ab)
    except OSError as error:
        raise ResultError(f"{file} can't be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ResultError(f"{file} holds no comparison: {error}") from None
    if ab.schema != AB_SCHEMA:
        raise ResultError(f"{file} is of {ab.schema}; this wswarm reads {AB_SCHEMA}")
    return ab
