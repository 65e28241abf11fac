"""Two versions of known difference, compared from the command line."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.end_to_end.instrument import PATIENCE_S, cli, wait_until
from tests.end_to_end.servers import ROOT
from tests.end_to_end.servers.version import WORDS
from wswarm.report.ab_store import load_ab

SERVER = f"{sys.executable} -m tests.end_to_end.servers.version {{port}}"
BRIEF = ("--budget", "5m", "--slice", "100ms", "--blocks", "2", "-c", "5", "-r", "2k/s", "--seed", "7")
pytestmark = pytest.mark.xdist_group("clock")


def command(folder: Path, faults: dict[str, int], *more: str) -> list[str]:
    """The comparison of a server without faults with one that has them."""
    head = f"{SERVER} '{json.dumps(faults)}'"
    return cli("ab", "--base-cmd", SERVER, "--head-cmd", head, "-o", str(folder), *BRIEF, *more)


def compare(folder: Path, faults: dict[str, int], *more: str) -> "subprocess.CompletedProcess[str]":
    """How that ended."""
    return subprocess.run(
        command(folder, faults, *more), capture_output=True, text=True, check=False, timeout=120, cwd=ROOT
    )


def servers_of(pid: int) -> list[psutil.Process]:
    """The servers that a front end has started."""
    found = psutil.Process(pid).children()
    return [one for one in found if "tests.end_to_end.servers.version" in one.cmdline()]


def test_a_head_that_loses_one_message_in_ten_thousand_is_a_regression_at_once(tmp_path: Path) -> None:
    done = compare(tmp_path, {"lose": 10_000, "from": 8_300}, "-r", "6k/s")
    assert done.returncode == 97, done.stderr
    assert "REGRESSION" in done.stdout
    assert "base none" in done.stdout
    ab = load_ab(tmp_path)
    assert ab.comparison.generations == 1
    (lost,) = [one for one in ab.comparison.faults if one.kind == "lost"]
    assert (lost.base, lost.head) == (0, 1)


def test_a_head_that_duplicates_messages_is_a_regression_at_once(tmp_path: Path) -> None:
    done = compare(tmp_path, {"duplicate": 50})
    assert done.returncode == 97, done.stderr
    assert load_ab(tmp_path).comparison.generations == 1


def test_a_head_that_does_not_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    done = compare(tmp_path / "report", {"fail": 1})
    assert done.returncode == 1
    assert "head did not start" in done.stderr
    assert WORDS in done.stderr
    assert not (tmp_path / "report").exists()


def test_a_head_that_refuses_every_handshake_is_named(tmp_path: Path) -> None:
    done = compare(tmp_path, {"refuse": 1})
    assert done.returncode == 1
    assert "head: " in done.stderr
    assert "every handshake failed" in done.stderr


def test_a_head_that_answers_nothing_is_no_measurement(tmp_path: Path) -> None:
    done = compare(tmp_path, {"mute": 1}, "--drain", "200ms")
    assert done.returncode == 98, done.stderr
    assert "head measured nothing" in done.stdout


def test_a_head_that_is_twice_as_dear_is_found_at_an_early_look(tmp_path: Path) -> None:
    done = compare(tmp_path, {"spin": 150}, "--print", "json", "-r", "1500")
    assert done.returncode == 97, done.stderr
    ab: dict[str, Any] = json.loads(done.stdout)
    (cpu,) = [one for one in ab["comparison"]["effects"] if one["metric"]["name"] == "cpu"]
    assert cpu["verdict"] == "regression"
    assert cpu["ratio"] > 1.5
    generations = ab["comparison"]["generations"]
    assert generations in (4, 6, 8)  # four on a machine that does nothing else
    assert len(ab["slices"]) == generations * 4 * 2
    assert cpu["head"] / cpu["base"] == pytest.approx(cpu["ratio"])
    for arm in ("base", "head"):
        assert ab[arm]["served"] == "tests/end_to_end/servers/version.py"
    lines = [line for line in done.stderr.splitlines() if line.startswith("[")]
    assert [line.partition("generation ")[2][:1] for line in lines] == [
        str(number) for number in range(1, generations + 1)
    ]


def test_ctrl_c_ends_after_the_slice_with_what_is_known_and_leaves_no_server(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    words = command(tmp_path, {}, "--blocks", "40")
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as process:
        wait_until(lambda: len(servers_of(process.pid)) == 2)
        servers = servers_of(process.pid)
        wait_until(lambda: all(len(one.net_connections()) >= 6 for one in servers))
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "INCONCLUSIVE (ended early)" in output
    assert load_ab(tmp_path).is_interrupted
    assert not any(one.is_running() for one in servers)
