"""A target whose capacity is known is said to have it."""

import json
import sys
from pathlib import Path
from shlex import quote
from typing import Any

import pytest

from tests.cli.command import Outcome, in_process

DOOR = 57
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("capacity")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to search from."""
    return tmp_path_factory.mktemp("capacity")


@pytest.fixture(scope="module")
def counted(place: Path) -> Outcome:
    """A search for how many connections a server takes that refuses all beyond `DOOR`."""
    limits = json.dumps({"most": DOOR})
    module = f"{quote(sys.executable)} -m tests.end_to_end.servers.limited"
    serve = f"env PYTHONPATH={quote(str(ROOT))} {module} {{port}} {quote(limits)}"
    options = ("-c", "50", "--rounds", "2", "-d", "300ms", "--no-plots", "--quiet", "--print", "json")
    return in_process("capacity", "connect", "--serve", serve, *options, cwd=place)


@pytest.fixture(scope="module")
def found(counted: Outcome) -> dict[str, Any]:
    """What it found."""
    assert counted.code == 0, counted
    search: dict[str, Any] = json.loads(counted.out)
    return search


def test_connections_are_counted_to_the_last_one(found: dict[str, Any]) -> None:
    assert (found["capacity"]["value"], found["capacity"]["interval"]) == (DOOR, [DOOR, DOOR])


def test_the_target_that_refuses_is_the_limit_and_says_why(found: dict[str, Any]) -> None:
    assert found["capacity"]["limited_by"] == "target"
    failed = [trial for trial in found["trials"] if not trial["passed"]]
    assert all(trial["evidence"].startswith("http 503") for trial in failed)


def test_the_loads_around_it_are_told(found: dict[str, Any]) -> None:
    assert (found["capacity"]["carried"], found["capacity"]["failed"]) == (DOOR, DOOR + 1)
    assert found["capacity"]["unit"] == "connections"
    assert [one["value"] for one in found["rounds"]] == [DOOR, DOOR]


def test_a_stored_search_is_shown_again(place: Path, counted: Outcome) -> None:
    assert counted.code == 0
    (folder,) = (one for one in (place / "reports").iterdir() if not one.is_symlink())
    (folder / "report.html").unlink()
    again = in_process("report", str(folder), cwd=place)
    assert again.code == 0
    assert f"{DOOR} connections, counted" in again.out
    assert f"{DOOR} connections" in (folder / "report.html").read_text()
    assert (folder / "trials.png").exists()
