"""Ctrl-C: once ends early with a report, twice aborts without; and which exit code wins."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.cli.command import Command, Outcome
from tests.end_to_end.servers import Server, serve
from tests.report import runs
from wswarm.cli import exit_code
from wswarm.run import Run, SloResult, Validity

pytestmark = pytest.mark.xdist_group("command line: interrupts")
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


def test_ctrl_c_while_connecting_ends_at_once(echo: Server, tmp_path: Path) -> None:
    command = Command("connect", echo.url, "-c", "100", "--connect-rate", "6/m", cwd=tmp_path)
    read_until(command, "ramp:")
    command.interrupt()
    end: Outcome = command.outcome()
    assert (end.code, end.out) == (130, "")
    assert "Traceback" not in end.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_a_suite_keeps_the_runs_that_are_done(relay: Server, tmp_path: Path) -> None:
    options = ("--scenarios", "connect,fanout", "-d", "2s", "--connect-rate", "6/s")
    command = Command("run", relay.url, *LONG, *options, cwd=tmp_path)
    read_until(command, f"fanout {relay.url}")
    read_until(command, "ramp:")
    command.interrupt()
    assert command.outcome().code == 130
    assert json.loads((tmp_path / "mine" / "index.json").read_text())["runs"] == ["connect"]
    assert (tmp_path / "mine" / "connect" / "report.html").exists()
