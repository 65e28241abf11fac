"""A target whose capacity is known is said to have it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Outcome, in_process
from tests.end_to_end.limits import serving
from tests.end_to_end.servers.hole import queue

DOOR = 57
OTHERS = "others used this machine's cores, and the search told nothing but a lower bound: as it has to"
pytestmark = pytest.mark.xdist_group("capacity")


CONNECT = ("capacity", "connect", "-d", "300ms", "--no-plots", "--quiet", "--print", "json")


def judged(done: Outcome, true: float, trials: int) -> dict[str, Any]:
    """The search, if its round had so many trials that say something.

    Others may have had the cores before that. Then it claims no more than is true, or says that it knows nothing, and
    there is no more to test.
    """
    if not done.out:
        assert "no load could be judged" in done.err or "was over before one load was carried" in done.err, (
            done
        )
        pytest.skip(OTHERS)
    search: dict[str, Any] = json.loads(done.out)
    if sum(one["round"] == 1 and one["passed"] is not None for one in search["trials"]) < trials:
        assert search["capacity"]["interval"][0] <= true
        pytest.skip(OTHERS)
    return search


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to search from."""
    return tmp_path_factory.mktemp("capacity")


@pytest.fixture(scope="module")
def counted(place: Path) -> Outcome:
    """A search for how many connections a server takes that refuses all beyond `DOOR`."""
    return in_process(*CONNECT, *serving(most=DOOR), "-c", "50", "--rounds", "2", cwd=place)


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
    failed = [trial for trial in found["trials"] if trial["passed"] is False]
    assert failed
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


@pytest.mark.parametrize(
    ("limits", "options", "evidence"),
    [
        ({"most": 1, "after": 1}, ("-c", "20"), "1013 full: 19 of 20 connections were dropped"),
        ({"most": 6, "stalls": 1}, ("-c", "9", "--connect-timeout", "1s"), "timeout: 3 of 9 handshakes"),
    ],
    ids=["who is let in and told to go", "who is never accepted"],
)
def test_however_a_target_refuses_it_is_counted_to_the_last_one(
    limits: dict[str, float], options: tuple[str, ...], evidence: str, tmp_path: Path
) -> None:
    done = in_process(
        *CONNECT, *serving(**limits), *options, "--rounds", "1", "--budget", "30s", cwd=tmp_path
    )
    search = judged(done, limits["most"], trials=2)
    assert (done.code, search["capacity"]["value"]) == (0, limits["most"])
    assert search["capacity"]["interval"] == [limits["most"], limits["most"] + 1]
    first = next(trial for trial in search["trials"] if trial["passed"] is not None)
    assert (search["capacity"]["limited_by"], first["evidence"]) == ("target", evidence)


def test_where_handshakes_slow_down_the_answer_is_that_of_the_arithmetic(tmp_path: Path) -> None:
    each_s, limit_s = 0.010, 0.300  # the n-th takes n times as long as the first: p50 is that of the middle
    options = ("-c", "50", "--rounds", "1", "--slo", f"p50<{limit_s}s", "--budget", "30s")
    done = in_process(*CONNECT, *serving(slower=1e6 * each_s), *options, cwd=tmp_path)
    true = 2 * limit_s / each_s
    search = judged(done, 1.05 * true, trials=6)
    assert done.code == 0
    assert search["capacity"]["value"] == pytest.approx(true, rel=0.05)
    assert search["capacity"]["limited_by"] == "neither"
    assert search["capacity"]["known"]["broker_cpu"] is None


def test_the_budget_is_not_exceeded_for_a_server_that_does_not_start(tmp_path: Path) -> None:
    done = in_process(*CONNECT, *serving(start=10_000), "--budget", "6s", cwd=tmp_path)
    assert (done.code, done.out) == (1, ""), done
    assert "--budget 6s was over before the target answered: --serve has not answered on port" in done.err


def test_the_budget_is_not_exceeded_for_a_server_that_never_answers(tmp_path: Path) -> None:
    with queue("127.0.0.1") as port:
        url = f"ws://127.0.0.1:{port}/"
        done = in_process(
            *CONNECT, url, "-c", "3", "--connect-timeout", "10m", "--budget", "9s", cwd=tmp_path
        )
    assert (done.code, done.out) == (1, ""), done
    assert re.search(
        "--budget 9s was over before the target answered: (every handshake failed|no handshake had ended)",
        done.err,
    ), done
