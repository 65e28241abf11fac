"""The one file that reads and writes the decisions of a self-test: a line each, so that it can go on later."""

from pathlib import Path

import msgspec

from wswarm.errors import ResultError
from wswarm.report.ab.selftest_text import selftest_summary
from wswarm.report.store import SUMMARY_FILE, prepare, write_file
from wswarm.stats.compare.comparison import Ab
from wswarm.stats.compare.selftest import Decision

DECISIONS_FILE = "decisions.jsonl"


def load_decisions(folder: Path) -> list[Decision]:
    """Return the decisions that are in the folder, none if it is new.

    Raises:
        ResultError: they can't be read.
    """
    path = folder / DECISIONS_FILE
    if not path.exists():
        return []
    try:
        return msgspec.json.Decoder(Decision).decode_lines(path.read_bytes())
    except OSError as error:
        raise ResultError(f"{path} can't be read: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise ResultError(f"{path} holds no decisions of a self-test: {error}") from None


def add_decision(decision: Decision, ab: Ab, folder: Path, number: int) -> None:
    """Append a decision, with all its slices in a file beside.

    Raises:
        ResultError: they can't be written.
    """
    prepare(folder)
    write_file(folder / f"decision-{number:03}.json", msgspec.json.encode(ab).decode())
    try:
        with (folder / DECISIONS_FILE).open("ab") as file:
            file.write(msgspec.json.encode(decision) + b"\n")
    except OSError as error:
        raise ResultError(f"{folder / DECISIONS_FILE} can't be written: {error.strerror}") from None


def save_summary(decisions: list[Decision], folder: Path) -> str:
    """Write what the decisions say, and return it.

    Raises:
        ResultError: it can't be written.
    """
    text = selftest_summary(decisions)
    write_file(folder / SUMMARY_FILE, text)
    return text
