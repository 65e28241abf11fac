"""Two versions of known difference, compared from the command line."""

import json
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.instrument import PATIENCE_S, cli, wait_until
from tests.end_to_end.servers import ROOT
from tests.end_to_end.servers.version import WORDS
from wswarm.comparison import Ab
from wswarm.report.ab_store import load_ab

SERVER = f"{shlex.quote(sys.executable)} -m tests.end_to_end.servers.version {{port}}"
BRIEF = ("--budget", "5m", "--slice", "100ms", "--blocks", "2", "-c", "5", "-r", "2k/s", "--seed", "7")
pytestmark = pytest.mark.xdist_group("clock")


def command(folder: Path, faults: dict[str, int], *more: str) -> list[str]:
    """The comparison of a server without faults with one that has them."""
    head = f"{SERVER} '{json.dumps(faults)}'"
    return cli("ab", "--base-cmd", SERVER, "--head-cmd", head, "-o", str(folder), *BRIEF, *more)


def compare(folder: Path, faults: dict[str, int], *more: str) -> "subprocess.CompletedProcess[str]":
    """How that ended."""
    return subprocess.run(
        command(folder, faults, *more),
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE_S,
        cwd=ROOT,
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
    # The first, but on a machine so busy that fewer messages than that are sent in it.
    assert {one.slice.generation for one in ab.slices if one.slice.counts.lost} == {
        ab.comparison.generations - 1
    }
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


def dear(folder: Path, length: str) -> "tuple[subprocess.CompletedProcess[str], Ab]":
    """How the comparison with a server that is twice as dear ended, in slices of that length."""
    done = compare(folder, {"spin": 150}, "--print", "json", "-r", "1500", "--slice", length)
    assert done.returncode == 97, done.stderr
    return done, load_ab(folder)


def test_a_head_that_is_twice_as_dear_is_found_in_four_generations(tmp_path: Path) -> None:
    done, ab = dear(tmp_path / "brief", "100ms")
    if any(
        one.slice.reasons for one in ab.slices
    ):  # the machine is busy: what it does to a slice is to be less of it
        done, ab = dear(tmp_path / "long", "1s")
    assert json.loads(done.stdout)["comparison"]["verdict"] == ab.comparison.verdict
    (cpu,) = [one for one in ab.comparison.effects if one.metric.name == "cpu"]
    assert cpu.verdict == "regression"
    assert cpu.ratio is not None
    assert cpu.ratio > 1.5
    assert ab.comparison.generations == 4
    assert len(ab.slices) == 4 * 4 * 2
    assert cpu.base is not None
    assert cpu.head == pytest.approx(cpu.base * cpu.ratio)
    assert {ab.base.served, ab.head.served} == {"tests/end_to_end/servers/version.py"}
    lines = [line for line in done.stderr.splitlines() if line.startswith("[")]
    assert [line.partition("generation ")[2][:1] for line in lines] == ["1", "2", "3", "4"]


def interrupted(folder: Path, after_s: float) -> tuple[str, list[psutil.Process]]:
    """What a comparison says that is ended so long after both servers are connected to, and these."""
    pipe = subprocess.PIPE
    words = command(folder, {}, "--blocks", "40")
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as process:
        wait_until(lambda: len(servers_of(process.pid)) == 2)
        servers = servers_of(process.pid)
        wait_until(lambda: all(len(one.net_connections()) >= 6 for one in servers))
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    return output, servers


def test_ctrl_c_ends_after_the_slice_with_what_is_known_and_leaves_no_server(tmp_path: Path) -> None:
    output, servers = interrupted(tmp_path, 4)
    ab = load_ab(tmp_path)
    assert ab.is_interrupted
    # On a busy machine slices are spoilt, or none was measured yet: then nothing is known, and that is said.
    is_spoilt = not ab.slices or any(one.slice.reasons for one in ab.slices)
    assert "INCONCLUSIVE (ended early)" in output or (is_spoilt and "INVALID" in output), output
    assert not any(one.is_running() for one in servers)
