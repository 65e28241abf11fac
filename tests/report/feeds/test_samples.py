"""The times of single messages in a file."""

import json
from collections.abc import Callable
from io import BufferedWriter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

from tests.report.feeds.readings import last
from wswarm.report.feeds.parquet import Table
from wswarm.report.feeds.samples import Lines, Samples, Written
from wswarm.stats.kept import UNKNOWN_NS, Kept, Sampled

MS = 1_000_000
FOUND = Sampled(
    Kept(
        np.array([1, 2]),
        np.array([7, 8]),
        np.array([1_000 * MS, 1_500 * MS]),
        np.array([1_000 * MS + 1, 1_501 * MS]),
        np.array([1_002 * MS, UNKNOWN_NS]),
    ),
    left_out=0,
)
ROWS = [
    {"connection": 1, "number": 7, "intended": 1.0, "sent": 1.000000001, "received": 1.002},
    {"connection": 2, "number": 8, "intended": 1.5, "sent": 1.501, "received": None},
]


def written(path: Path, form: Callable[[BufferedWriter], Written], found: Sampled) -> list[str]:
    said: list[str] = []
    file = path.open("xb")
    samples = Samples(file, form(file), said.append)
    samples.take(found)
    samples.hear(last())
    samples.close(is_done=True)
    return said


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def table(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    return found


@pytest.mark.parametrize(("form", "read"), [(Lines, lines), (Table, table)])
def test_a_message_is_a_row(tmp_path: Path, form: Any, read: Callable[[Path], list[dict[str, Any]]]) -> None:
    written(tmp_path / "file", form, FOUND)
    assert read(tmp_path / "file") == [{"scenario": "echo", "name": "echo"} | row for row in ROWS]


def test_how_many_are_not_in_it_is_told(tmp_path: Path) -> None:
    (said,) = written(tmp_path / "file", Lines, FOUND._replace(left_out=3))
    assert "has 2 of 5 messages of echo: raise --samples-limit" in said


def test_a_run_that_came_to_nothing_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = path.open("xb")
    Samples(file, Lines(file), print).close(is_done=False)
    assert not path.exists()
