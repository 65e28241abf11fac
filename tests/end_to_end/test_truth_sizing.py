"""A target whose costs are known is said to have them, as far as a busy machine lets anybody see."""

import json
import sys
from pathlib import Path
from shlex import quote
from typing import Any

import pytest

from tests.cli.command import Command, Outcome, in_process, wait_until

SPIN_S = 0.002  # that the server works for each message
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("sizing")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to size from."""
    return tmp_path_factory.mktemp("sizing")


def server() -> str:
    """The command of an echo that works for each message."""
    limits = json.dumps({"spin": round(1e6 * SPIN_S)})
    module = f"{quote(sys.executable)} -m tests.end_to_end.servers.limited"
    return f"env PYTHONPATH={quote(str(ROOT))} {module} {{port}} {quote(limits)}"


@pytest.fixture(scope="module")
def sized(place: Path) -> Outcome:
    """The sizing of that echo."""
    brief = ("--starts", "1", "-d", "500ms", "--warmup", "0s", "--drain", "2s")
    load = ("--scenario", "echo", "-c", "4,20", "-r", "20,120", "--size", "64,256", "--seed", "1")
    shown = ("--no-plots", "--quiet", "--print", "json")
    return in_process("size", "--serve", server(), *load, *brief, *shown, cwd=place)


@pytest.fixture(scope="module")
def model(sized: Outcome) -> dict[str, Any]:
    """What it found."""
    assert sized.code == 0, sized
    found: dict[str, Any] = json.loads(sized.out)
    return found


def test_a_message_costs_no_more_than_the_server_works_for_it(model: dict[str, Any]) -> None:
    costs = model["cpu"]
    each_s = costs["per_publish_s"] + costs["per_delivery_s"] + 256 * costs["per_byte_s"]
    assert 0 < each_s < 1.5 * SPIN_S


def test_the_cells_are_those_that_were_asked_for(model: dict[str, Any]) -> None:
    cells = model["cells"]
    left_out = [reason for reason in model["reasons"] if reason.startswith("left out")]
    assert len(cells) + len(left_out) == 8
    assert all(4 <= cell["connections"] <= 20 and 20 <= cell["rate"] <= 120 for cell in cells)
    assert {cell["size"] for cell in cells} <= {64, 256}
    assert len({cell["start"] for cell in cells}) == len(cells)


def test_what_the_processes_hold_is_known(model: dict[str, Any]) -> None:
    assert all(cell["memory"] > 1_000_000 and len(cell["cpu"]) == 1 for cell in model["cells"])
    assert model["mechanism"]["scenario"] == "echo"
    assert model["broker"] is None


def test_a_model_beyond_its_bounds_says_so(model: dict[str, Any]) -> None:
    errors = model["held_out"]
    bounds = {"cpu_error": 0.10, "p50_error": 0.25, "p99_error": 0.25}
    is_within = all(errors[name] is not None and errors[name] <= bound for name, bound in bounds.items())
    assert model["validated"] is is_within
    assert is_within or model["reasons"]


def test_a_stored_model_is_shown_again(place: Path, sized: Outcome) -> None:
    assert sized.code == 0
    (folder,) = (one for one in (place / "reports").iterdir() if not one.is_symlink())
    (folder / "report.html").unlink()
    again = in_process("report", str(folder), cwd=place)
    assert again.code == 0
    assert "validated" in again.out
    assert (folder / "report.html").exists()
    assert (folder / "fit.png").exists()


def test_ctrl_c_before_anything_is_known_leaves_nothing(tmp_path: Path) -> None:
    command = Command("size", "--serve", server(), "--scenario", "echo", "-c", "4,20", cwd=tmp_path)
    wait_until(lambda: len(command.family()) > 2, "its server and its agents are there")
    command.interrupt()
    done = command.outcome()
    assert done.code == 130
    assert list(tmp_path.iterdir()) == []
