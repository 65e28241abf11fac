"""What is in the way of a report, or of a scenario: no figure is lost by it."""

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import msgspec
import pytest

from tests.cli.command import URL, in_process
from tests.report import runs
from wswarm.cli import measure
from wswarm.errors import ResultError
from wswarm.load.plan import Plan
from wswarm.report import store
from wswarm.results.run import Run

TWO = ("--base-cmd", "a {port}", "--head-cmd", "b {port}")


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("options", [(), ("--print", "json")])
def test_what_was_measured_stands_on_the_screen_also_when_the_disk_is_full(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    end = in_process("echo", URL, "--no-plots", "--junit", "slo.xml", *options, cwd=tmp_path)
    assert end.code == 1
    assert ('"scenario":"echo"' if options else "wswarm echo · ws://") in end.out
    assert "run.json can't be written: No space left on device; free space or choose another" in end.err
    assert "what was measured stands above" in end.err
    assert "Traceback" not in end.err


@pytest.mark.usefixtures("measured")
def test_a_report_that_can_t_be_written_keeps_no_other_output_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise ResultError("no space")

    monkeypatch.setattr(store, "keep", full)
    end = in_process("echo", URL, "--no-plots", "--junit", "slo.xml", "-o", "mine", cwd=tmp_path)
    assert (end.code, (tmp_path / "slo.xml").exists()) == (1, True)
    assert "report: " not in end.out


@pytest.mark.usefixtures("measured")
def test_every_file_that_can_be_written_is_and_every_one_that_can_t_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, full = store.write_file, ("slo.xml", "b.json")

    def some(path: Path, text: str) -> None:
        if path.name in full:
            raise ResultError(f"{path.name} can't be written: No space left on device")
        write(path, text)

    monkeypatch.setattr(store, "write_file", some)
    outputs = ("--junit", "slo.xml", "--bencher", "b.json", "--markdown", "s.md")
    end = in_process("echo", URL, "--no-plots", *outputs, cwd=tmp_path)
    assert (end.code, (tmp_path / "s.md").exists()) == (1, True)
    assert all(f"{name} can't be written: No space left on device" in end.err for name in full)


@pytest.mark.usefixtures("measured")
def test_a_folder_that_goes_away_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish(*_: Any, **__: Any) -> Run:
        (tmp_path / "mine").rmdir()
        return runs.echo()

    monkeypatch.setattr(measure, "measure", vanish)
    assert in_process("echo", URL, "--no-plots", "-o", "mine", cwd=tmp_path).code == 0
    assert (tmp_path / "mine" / "run.json").exists()


def test_a_suite_goes_on_after_a_scenario_that_can_t_be_measured_and_tells_it_everywhere(
    measured: set[str], tmp_path: Path
) -> None:
    measured |= {"connect"}
    files = ("--junit", "j.xml", "--markdown", "m.md")
    end = in_process("run", URL, "--no-plots", "-o", "mine", *files, cwd=tmp_path)
    why = "every handshake of connect failed: http 403"
    assert end.code == 1
    assert f"wswarm run: connect: {why}" in end.err
    assert end.out.index("wswarm echo ·") < end.out.index("wswarm fanout ·") < end.out.index("wswarm run ·")
    assert f"connect could not be measured: {why}" in end.out
    index = json.loads((tmp_path / "mine" / "index.json").read_text())
    assert (index["runs"], index["failures"]) == (["echo", "fanout"], {"connect": why})
    for name in ("mine/summary.txt", "mine/report.html", "m.md"):
        assert f"connect could not be measured: {why}" in (tmp_path / name).read_text()
    (error,) = Xml.parse(tmp_path / "j.xml").getroot().iter("error")
    assert error.get("message") == why
    again = in_process("report", "mine", "--no-plots", cwd=tmp_path)
    assert (again.code, f"connect could not be measured: {why}" in again.out) == (0, True)


def test_the_scenarios_that_are_done_are_shown_when_a_later_one_fails(
    measured: set[str], tmp_path: Path
) -> None:
    measured |= {"fanout"}
    end = in_process("run", URL, "--no-plots", "-o", "mine", cwd=tmp_path)
    assert end.code == 1
    assert "wswarm connect ·" in end.out
    assert "wswarm echo ·" in end.out
    assert "report: mine/report.html" in end.out


def test_a_suite_of_which_nothing_can_be_measured_leaves_nothing(measured: set[str], tmp_path: Path) -> None:
    measured |= {"connect", "echo", "fanout"}
    end = in_process("run", URL, "--no-plots", cwd=tmp_path)
    assert (end.code, end.out) == (1, "")
    assert all(f"{name}: every handshake" in end.err for name in ("connect", "echo", "fanout"))
    assert end.err.endswith("nothing could be measured (connect, echo, fanout): the reasons are above\n")
    assert list(tmp_path.iterdir()) == []


def test_a_suite_cut_off_in_its_midst_shows_and_stores_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def aborted(plan: Plan, *_: Any, **__: Any) -> Run:
        if plan.scenario == "echo":
            raise KeyboardInterrupt
        return runs.connect()

    monkeypatch.setattr(measure, "measure", aborted)
    end = in_process("run", URL, "--no-plots", "-o", "mine", cwd=tmp_path)
    assert (end.code, end.out.count("wswarm connect ·")) == (130, 1)
    assert json.loads((tmp_path / "mine" / "index.json").read_text())["runs"] == ["connect"]


@pytest.mark.parametrize("command", [("echo", URL), ("run", URL), ("ab", *TWO)])
def test_a_folder_with_other_files_in_it_is_refused_before_anything_is_done(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    end = in_process(*command, "-o", "mine", cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (2, "", 1)
    assert "-o mine holds 'thesis.tex', which is no report of wswarm's" in end.err
    assert "-o mine/wswarm" in end.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


@pytest.mark.usefixtures("measured")
def test_an_earlier_report_of_ours_is_replaced(tmp_path: Path) -> None:
    options = ("--no-plots", "--quiet", "-o", "mine", "--junit", "mine/slo.xml")
    (tmp_path / "mine").mkdir()
    assert in_process("run", URL, *options, cwd=tmp_path).code == 0
    assert in_process("echo", URL, *options, cwd=tmp_path).code == 0
    assert json.loads((tmp_path / "mine" / "run.json").read_text())["scenario"] == "echo"


@pytest.mark.usefixtures("measured")
def test_the_run_file_on_standard_output_needs_no_folder(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way, as a read-only folder would be")
    end = in_process("echo", URL, "--print", "json", cwd=tmp_path)
    assert (end.code, end.err.count("echo: no report")) == (0, 0)
    assert msgspec.json.decode(end.out, type=Run).scenario == "echo"
    refused = in_process("echo", URL, "--print", "json", "-o", "reports", cwd=tmp_path)
    assert (refused.code, refused.out) == (2, "")


@pytest.mark.usefixtures("measured")
def test_what_the_sample_won_t_carry_is_told_before_the_load(tmp_path: Path) -> None:
    end = in_process("connect", URL, "--slo", "p99<1s", "--no-plots", "--quiet", cwd=tmp_path)
    assert end.err == (
        "wswarm connect: --slo 'p99<1s' can't be met: p99 needs 381 handshakes, and this plan has 100;"
        " use -c 381, or set it on p95\n"
    )
    end = in_process("run", URL, "--slo", "p99<1s", "--no-plots", "--quiet", cwd=tmp_path)
    assert end.err == (
        "wswarm run: --slo 'p99<1s' is not held against connect: p99 needs 381 handshakes, and this plan has 100\n"
    )
