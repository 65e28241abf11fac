"""`wswarm report` and `wswarm doctor`: no measurement, only what is known."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.report import runs
from wswarm.cli.main import main
from wswarm.experiment import doctor
from wswarm.load.plan import Plan
from wswarm.report import store
from wswarm.results import stored_plan


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    store.write_run(runs.echo(), tmp_path / "one")
    store.save_suite([runs.connect(), runs.echo()], tmp_path / "suite", plots=False)
    return tmp_path


@pytest.mark.parametrize("path", ["one", "one/run.json"])
def test_a_stored_run_is_drawn_again(path: str, stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", path, "--no-plots"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("wswarm echo · ")
    assert shown.out.endswith("\nreport: one/report.html\n")
    assert (stored / "one" / "report.html").exists()


@pytest.mark.parametrize("path", ["suite", "suite/index.json"])
def test_a_stored_suite_is_drawn_again(path: str, stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stored / "suite" / "report.html").unlink()
    assert main(["report", path, "--no-plots"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("wswarm connect · ") < shown.index("wswarm echo · ") < shown.index("wswarm run · ")
    assert (stored / "suite" / "report.html").exists()


def test_the_latest_run_stays_the_latest_when_it_is_drawn_again(stored: Path) -> None:
    store.write_run(runs.echo(), stored / "reports" / "one")
    store.link_latest(Path("reports/one"))
    assert main(["report", "reports/latest", "--no-plots", "--quiet"]) == 0
    assert Path("reports/latest").readlink() == Path("one")


def test_stored_runs_are_printed_as_they_are_stored(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "one", "--no-plots", "--print", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((stored / "one" / "run.json").read_text())
    store.save_suite([runs.echo()], stored / "short", plots=False)
    for path, scenarios in (("suite", ["connect", "echo"]), ("short", ["echo"])):
        assert main(["report", path, "--no-plots", "--print", "json"]) == 0
        assert [run["scenario"] for run in json.loads(capsys.readouterr().out)] == scenarios


def test_quiet_draws_and_says_nothing(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "one", "--quiet", "--no-plots"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "does not exist"),
        ("", "is not a run file"),
        ('{"schema": "wswarm/run@1", ', "is not a run file"),
        ('{"schema": "wswarm/run@1"}', "missing required field"),
        ('{"schema": "wswarm/run@99"}', "'wswarm/run@99'"),
        ("[]", "is not a run file"),
        (b"\xff\xfe", "is not a run file"),
    ],
)
def test_a_file_that_is_no_run_is_told_in_one_line(
    content: str | bytes | None, word: str, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (stored / "bad.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["report", "bad.json"]) == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert shown.err.startswith("wswarm report: bad.json ")
    assert word in shown.err


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("plan", "rate"), "fast", "$.rate"),
        (("plan", "connections"), "\0", "$.connections"),
        (("plan", "headers"), 7, "$.headers"),
        (("plan", "stages"), [[1]], "$.stages[0]"),
        (("plan", "url"), {"a": 1}, "$.url"),
        (("response_time", "hdr"), "garbage", "damaged, or not of wswarm: measure again"),
    ],
)
def test_a_run_file_that_holds_something_strange_is_told_in_one_line(
    place: tuple[str, str], value: object, words: str, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stored / "one" / "run.json"
    run = json.loads(file.read_text())
    run[place[0]][place[1]] = value
    file.write_text(json.dumps(run))
    assert main(["compare", "one", "one", "--no-plots", "--quiet", "-o", "compared"]) == 1
    told = capsys.readouterr().err
    assert (words in told, told.count("\n")) == (True, 1)


def test_a_stored_plan_is_checked_in_all_its_settings() -> None:
    checked = {one.name for one in msgspec.structs.fields(stored_plan.StoredPlan)}
    assert checked == {one.name for one in msgspec.structs.fields(Plan)} - {"own"}  # is never stored


def test_the_doctor_finds_nothing_wrong_or_says_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = doctor.Machine(
        files=20_000,
        ports=28_232,
        backlog=1024,
        syn_backlog=1024,
        memory=8_000_000_000,
        cores=2,
        conntrack=None,
        has_fine_timer=True,
        has_uvloop=True,
    )
    monkeypatch.setattr(doctor, "inspect", lambda: machine)
    assert main(["doctor", "-c", "10k"]) == 0
    assert "10,000 connections, 500 handshakes per s" in (shown := capsys.readouterr().out)
    assert "LOW" not in shown
    assert main(["doctor", "-c", "25k", "--connect-rate", "10k/s"]) == 1
    shown = capsys.readouterr().out
    assert (shown.count("LOW"), shown.count("  ?   "), shown.count("→")) == (2, 2, 4)
    assert "25,032, or 2 workers" in shown
    assert max(map(len, shown.splitlines())) <= 100
