"""The data file of `--data`: its columns stand for something else in each connection."""

import csv
import io
from collections.abc import Sequence

from wswarm import bounded
from wswarm.errors import PlanError, ResultError
from wswarm.load.escaping import json_string
from wswarm.load.fill import fill, is_json, names_in
from wswarm.load.plan import Plan

_OURS = ("id", "room", "marker", "marker:int")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_data(path: str) -> tuple[list[str], list[list[str]]]:
    """Return the columns of a data file, and its rows.

    Raises:
        PlanError: it is no table. ResultError: it can't be read.
    """
    try:
        content = bounded.read(path, bounded.STORED, f"--data {path}", "leave out rows beyond -c")
        with io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file, strict=True) if line]
    except UnicodeDecodeError as error:
        raise ResultError(
            f"--data {path} is not UTF-8 at byte {error.start + 1}: save it as UTF-8, in a spreadsheet as CSV UTF-8"
        ) from None
    except (OSError, ValueError, csv.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise ResultError(
            f"--data {path} can't be read: {why}; name a CSV file whose first line names its columns"
        ) from None
    if not lines:
        raise PlanError(
            f"--data {path} is empty: its first line names the columns, each further one is a connection's"
        )
    columns = [name.strip() for name in lines[0]]
    _check_separator(path, columns)
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(columns):
            raise PlanError(
                f"--data {path}: row {number} has {counted(len(line), 'value')}, the first line names"
                f" {counted(len(columns), 'column')}: quote what holds a comma"
            )
    _check_columns(path, columns)
    return columns, lines[1:]


def check_json(plan: Plan, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Check that `--json` is JSON with the values of each row.

    Raises:
        PlanError: it is not.
    """
    named = set(names_in(plan.json)) & set(columns) if plan.json is not None else ()
    for number, row in enumerate(rows if named else (), 1):
        values = dict(zip(columns, row, strict=True))
        odd = [name for name in columns if name in named and json_string(values[name])[1:-1] != values[name]]
        if odd and not is_json(fill(plan.json or "", values)):
            raise PlanError(
                f"--data {plan.data}: row {number} has a quote, a backslash or a line break in {odd[0]!r}, with"
                f" which --json is not JSON: write {{{odd[0]}|json}}, which escapes it"
            )


def _check_separator(path: str, columns: list[str]) -> None:
    found = [one for one in _SEPARATORS if one in columns[0]] if len(columns) == 1 else []
    if found:
        raise PlanError(
            f"--data {path}: its first line names one column, {columns[0]!r}: separate columns with commas, not"
            f" with {_SEPARATORS[found[0]]}"
        )


def _check_columns(path: str, columns: list[str]) -> None:
    for name in columns:
        if not name or name in _OURS or columns.count(name) > 1:
            why = (
                "stands twice" if columns.count(name) > 1 else "is a name of ours" if name else "has no name"
            )
            raise PlanError(
                f"--data {path}: column {name!r} {why}: name each column once, and not {', '.join(_OURS)}"
            )


def counted(count: int, noun: str) -> str:
    """Return `1 row` or `2 rows`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
