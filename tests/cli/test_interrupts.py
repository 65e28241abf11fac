"""Ctrl-C: once ends early with a report, twice aborts without; and which exit code wins."""

import json
import os
import signal
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.cli.command import Command, Outcome, wait_until
from tests.end_to_end.instrument import agents_of
from tests.end_to_end.servers import Server, serve
from tests.end_to_end.servers.hole import queue
from tests.report import runs
from wswarm.exit_codes import of_runs as exit_code
from wswarm.results.run import Run, SloResult, Validity

pytestmark = pytest.mark.xdist_group("command line: interrupts")
SLOW_RAMP = ("-c", "100", "--connect-rate", "4/s", "-d", "10m", "-o", "mine")
LONG = ("-c", "2", "-r", "50", "--warmup", "0", "--no-plots", "-o", "mine")


def read_until(command: Command, words: str) -> str:
    """What it says on standard error, up to the line with the words."""
    said = ""
    assert command.process.stderr is not None
    while words not in said:
        line = command.process.stderr.readline()
        assert line, said
        said += line
    return said


def wait_for_sockets(command: Command, count: int) -> None:
    """Wait until its agents have as many sockets, open or still in their handshake."""
    agents: list[psutil.Process] = []

    def are_there() -> bool:
        time.sleep(0.08)  # each look reads what the machine knows of all processes: no oftener than need be
        if not sum(map(sockets_of, agents)):
            agents[:] = agents_of(command.process.pid)
        return sum(map(sockets_of, agents)) >= count

    wait_until(are_there, f"{count} sockets")


def sockets_of(agent: psutil.Process) -> int:
    try:
        return len(agent.net_connections())
    except psutil.Error:
        return 0


def run(verdict: str = "valid", *, met: bool = True) -> Run:
    slo = [SloResult(expression="lost==0", value=0.0, met=met)]
    return msgspec.structs.replace(
        runs.echo(),
        validity=Validity(verdict=verdict, reasons=[]),  # type: ignore[arg-type]
        slo=slo,
    )


@pytest.mark.parametrize(
    ("measured", "is_interrupted", "code"),
    [
        ([run()], False, 0),
        ([run("suspect")], False, 0),
        ([run(met=False)], False, 99),
        ([run("suspect", met=False)], False, 99),
        ([run("invalid", met=False)], False, 98),
        ([run(met=False), run("invalid")], False, 98),
        ([run(), run(met=False)], False, 99),
        ([run("invalid", met=False)], True, 130),
        ([], True, 130),
    ],
)
def test_the_exit_code_is_the_gravest(measured: list[Run], is_interrupted: bool, code: int) -> None:
    assert exit_code(measured, is_interrupted=is_interrupted) == code


def test_ctrl_c_once_ends_the_hold_early_and_writes_the_report(echo: Server, tmp_path: Path) -> None:
    command = Command("echo", echo.url, *LONG, "-d", "10m", cwd=tmp_path)
    read_until(command, "hold:")
    command.interrupt()
    end = command.outcome()
    assert end.code == 130
    assert f"wswarm echo · {echo.url}" in end.out
    assert "report: mine/report.html" in end.out
    stored = json.loads((tmp_path / "mine" / "run.json").read_text())
    assert 0 < stored["messages"]["sent"] < 30_000
    held = stored["phases"]["drain"] - stored["phases"]["hold"]
    assert stored["interrupted"]
    assert stored["notices"][0] == f"interrupted: the hold lasted {held:.3g} s of the 600 s asked for"
    page = (tmp_path / "mine" / "report.html").read_text()
    for shown in (end.out, page, (tmp_path / "mine" / "summary.txt").read_text()):
        assert stored["notices"][0] in shown
        assert "s of 10 min hold" in shown


def test_ctrl_c_in_the_drain_ends_it_at_once(tmp_path: Path) -> None:
    with serve("faulty_echo", lose={"every": 1}) as mute:
        options = ("-d", "200ms", "--drain", "10m")
        command = Command("echo", mute.url, *LONG, *options, cwd=tmp_path)
        read_until(command, "drain:")
        command.interrupt()
        end = command.outcome()
    assert end.code == 130
    stored = json.loads((tmp_path / "mine" / "run.json").read_text())
    assert stored["interrupted"]
    assert (
        "s into the drain of at most 600 s: what was still under way counts as lost" in stored["notices"][0]
    )
    assert stored["messages"]["sent"] == stored["messages"]["lost"]["silent"] == 10


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_its_processes_before_the_first_connection_ends_it_without_a_traceback(
    number: signal.Signals, tmp_path: Path
) -> None:
    with queue("127.0.0.1") as port:
        url = f"ws://127.0.0.1:{port}/"
        command = Command("connect", url, *SLOW_RAMP, cwd=tmp_path, start_new_session=True)
        wait_until(lambda: agents_of(command.process.pid), "an agent that begins")
        os.killpg(command.process.pid, number)
        end = command.outcome()
    assert (end.code, end.out) == (130, "")
    assert "Traceback" not in end.err
    assert end.err.endswith("wswarm connect: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_twice_aborts_without_a_report(tmp_path: Path) -> None:
    with serve("faulty_echo", lose={"every": 1}) as mute:
        command = Command("echo", mute.url, *LONG, "-d", "10m", "--drain", "10m", cwd=tmp_path)
        read_until(command, "hold:")
        command.interrupt()
        read_until(command, "once more to abort")
        command.interrupt()
        end = command.outcome()
    assert (end.code, end.out) == (130, "")
    assert end.err.endswith("wswarm echo: interrupted\n")
    assert "Traceback" not in end.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_connecting_reports_what_was_opened(echo: Server, tmp_path: Path) -> None:
    command = Command("connect", echo.url, *SLOW_RAMP, cwd=tmp_path)
    wait_for_sockets(command, 3)
    command.interrupt()
    end: Outcome = command.outcome()
    assert end.code == 130
    assert "Traceback" not in end.err
    assert "report: mine/report.html" in end.out
    stored = json.loads((tmp_path / "mine" / "run.json").read_text())
    seen = stored["connections"]
    assert (seen["requested"], seen["failed"], seen["dropped"]) == (100, 0, 0)
    assert 3 <= seen["opened"] == seen["peak"] == seen["handshake_time"]["n"] < 50
    assert stored["validity"]["verdict"] != "valid"
    assert any(one.startswith("interrupted while connecting") for one in stored["validity"]["reasons"])
    assert stored["phases"]["hold"] == stored["phases"]["drain"]


@pytest.mark.parametrize("scenario", ["echo", "fanout"])
def test_ctrl_c_while_connecting_leaves_nothing_measured(
    scenario: str, relay: Server, tmp_path: Path
) -> None:
    command = Command(scenario, relay.url, *SLOW_RAMP, "--processes", "2", "--no-plots", cwd=tmp_path)
    wait_for_sockets(command, 3)
    command.interrupt()
    end = command.outcome()
    assert end.code == 130
    assert "Traceback" not in end.err
    stored = json.loads((tmp_path / "mine" / "run.json").read_text())
    assert stored["validity"]["verdict"] == "invalid"
    assert "nothing measured: interrupted while connecting" in "\n".join(stored["validity"]["reasons"])
    assert stored["messages"] is None
    assert 3 <= stored["connections"]["opened"] < 50
    assert stored["connections"]["requested"] == (101 if scenario == "fanout" else 100)


def test_ctrl_c_while_connecting_soon_gives_up_handshakes_that_nobody_answers(tmp_path: Path) -> None:
    with serve("refusing", ignore_every=4) as server:
        options = ("--connect-timeout", "10m", "--no-plots")
        command = Command("connect", server.url, *SLOW_RAMP, *options, cwd=tmp_path)
        wait_for_sockets(command, 4)
        command.interrupt()
        assert command.outcome().code == 130
        facts = server.log()
    seen = json.loads((tmp_path / "mine" / "run.json").read_text())["connections"]
    assert facts["ignored"] >= 1
    assert (seen["opened"], seen["failed"], seen["failures"]) == (facts["connections"], 0, {})


def test_ctrl_c_twice_while_connecting_aborts_without_a_report(tmp_path: Path) -> None:
    with serve("refusing", ignore_every=4) as server:
        command = Command("connect", server.url, *SLOW_RAMP, "--connect-timeout", "10m", cwd=tmp_path)
        wait_for_sockets(command, 4)
        command.interrupt()
        read_until(command, "once more to abort")
        command.interrupt()
        end = command.outcome()
    assert (end.code, end.out) == (130, "")
    assert "Traceback" not in end.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_every_handshake_fails_tells_why_and_leaves_no_report(tmp_path: Path) -> None:
    with serve("refusing", ignore_every=1) as server:
        command = Command("connect", server.url, *SLOW_RAMP, "--connect-timeout", "300ms", cwd=tmp_path)
        wait_for_sockets(command, 1)
        command.interrupt()
        end = command.outcome()
    assert (end.code, end.out) == (1, "")
    assert "every handshake failed" in end.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_before_the_first_handshake_ends_at_once(tmp_path: Path) -> None:
    with queue("127.0.0.1") as port:
        url = f"ws://127.0.0.1:{port}/"
        command = Command("connect", url, *SLOW_RAMP, cwd=tmp_path)
        read_until(command, f"connect {url}")
        command.interrupt()
        end = command.outcome()
    assert (end.code, end.out) == (130, "")
    assert "Traceback" not in end.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_a_suite_keeps_the_runs_that_are_done(relay: Server, tmp_path: Path) -> None:
    options = ("-d", "500ms", "--connect-rate", "20/m")
    command = Command("run", relay.url, *LONG, *options, cwd=tmp_path)
    read_until(command, f"echo {relay.url}")
    wait_for_sockets(command, 1)
    command.interrupt()
    assert command.outcome().code == 130
    assert json.loads((tmp_path / "mine" / "index.json").read_text())["runs"] == ["connect", "echo"]
    assert (tmp_path / "mine" / "connect" / "report.html").exists()
