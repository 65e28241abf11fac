"""`wswarm compare` and `wswarm trend`, and what all commands write for CI."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.report import compared, runs
from wswarm.cli.main import main
from wswarm.report import store
from wswarm.report.compare import comparisons
from wswarm.report.compare.comparisons import Stored


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    store.write_run(runs.echo(), tmp_path / "base")
    store.write_run(compared.slow_echo(), tmp_path / "head")
    store.write_run(runs.fanout(), tmp_path / "fanout")
    store.save_suite([runs.connect(), runs.echo()], tmp_path / "suite", plots=False)
    return tmp_path


def compare(*arguments: str) -> int:
    """Compare without pictures."""
    return main(["compare", *arguments, "--no-plots", "-o", "out"])


def benchmarks(path: Path, medians: dict[str, float], **more: Any) -> str:
    """Write a file as pytest-benchmark would, with 40 rounds around each median; return its name."""
    rows = [
        {
            "fullname": name,
            "name": name,
            "stats": {"median": median, "data": [median * (1 + 0.001 * step) for step in range(-20, 21)]},
        }
        for name, median in medians.items()
    ]
    path.write_text(json.dumps({"benchmarks": rows, "version": "5.3.1", **more}))
    return str(path)


@pytest.mark.parametrize(
    ("base", "head"), [("base", "head"), ("base/run.json", "head/run.json"), ("suite", "head")]
)
def test_stored_runs_are_compared_and_exit_0_whatever_is_found(
    base: str, head: str, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(base, head) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"wswarm compare · base {base} → head {head}\n")
    assert "ADVISORY: regression\n  these are stored runs that were not interleaved" in shown
    assert "an interval is that of one run's values: it lacks what differs from run to run" in shown
    assert shown.endswith("report: out/compare.html\n")
    assert (stored / "out" / "compare.html").exists()


def test_stored_runs_decide_only_when_told_to(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare("base", "head", "--allow-unpaired") == 97
    assert "✗ REGRESSION" in capsys.readouterr().out
    assert compare("base", "base", "--allow-unpaired") == 0


def test_inconclusive_fails_when_strict(stored: Path) -> None:
    assert compare("fanout", "fanout", "--allow-unpaired") == 0
    assert compare("fanout", "fanout", "--allow-unpaired", "--strict") == 96
    assert compare("fanout", "fanout", "--strict") == 0


def test_an_invalid_run_is_never_a_pass(stored: Path) -> None:
    spoilt = msgspec.structs.replace(runs.echo(), validity=runs.verdict("invalid", "too slow"))
    store.write_run(spoilt, stored / "spoilt")
    assert compare("base", "spoilt") == 98


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("base", "fanout"), 2, "base is a run of echo, head of fanout"),
        (("base", "absent"), 1, "absent does not exist"),
        (("base",), 2, "HEAD is missing: base is one run, not a comparison of two"),
        (("base", "micro.json"), 2, "micro.json is of pytest-benchmark, the other is not"),
        (
            ("base", "head", "--junit", "no/where.xml"),
            2,
            "--junit no/where.xml can't be written: there is no folder no",
        ),
        (("base", "head", "--markdown", "suite"), 2, "--markdown suite can't be written: it is a folder"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    arguments: tuple[str, ...], code: int, words: str, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmarks(stored / "micro.json", {"a": 1.0})
    assert compare(*arguments) == code
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert shown.err.startswith(f"wswarm compare: {words}")
    assert not (stored / "out").exists()


def test_files_of_pytest_benchmark_are_compared(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = benchmarks(stored / "a.json", {"t.py::fast": 1e-6, "t.py::slow": 2e-3, "t.py::gone": 1.0})
    head = benchmarks(stored / "b.json", {"t.py::fast": 1e-6, "t.py::slow": 2.6e-3})
    assert compare(base, head, "--print", "json") == 0
    found = json.loads(capsys.readouterr().out)
    effects = {one["metric"]["name"]: one for one in found["comparison"]["effects"]}
    assert {name: one["verdict"] for name, one in effects.items()} == {
        "t.py::fast": "no regression",
        "t.py::slow": "regression",
    }
    assert effects["t.py::slow"]["ratio"] == pytest.approx(1.3)
    assert "t.py::gone is in base only" in found["context"]["notes"]
    assert compare(base, head, "--quiet", "--allow-unpaired") == 97


def test_benchmarks_whose_rounds_were_not_kept_have_no_interval(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, median in (("a.json", 1.0), ("b.json", 2.0)):
        row = {"fullname": "t", "stats": {"median": median}}
        (stored / name).write_text(json.dumps({"benchmarks": [row]}))
    assert compare("a.json", "b.json") == 0
    shown = capsys.readouterr().out
    assert "ADVISORY: inconclusive" in shown
    assert "save with --benchmark-json=FILE" in shown


def test_a_stored_comparison_alone_is_shown_again_and_decides(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, found, code in (
        ("regression", compared.REGRESSION, 97),
        ("fine", compared.FINE, 0),
        ("nothing", compared.NOTHING, 98),
    ):
        comparisons.save(Stored(context=compared.CONTEXT, comparison=found), stored / name, plots=False)
        assert compare(name) == code
        assert capsys.readouterr().out.startswith("wswarm ab · base origin/main")
    assert compare("fine", "regression") == 2
    assert "fine is a comparison already: give it alone" in capsys.readouterr().err


def test_an_interleaved_comparison_decides_when_shown_again(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (stored / "ab.json").write_text(json.dumps(compared.ab_file(compared.SLOWER)))
    for path in ("ab.json", "."):
        assert compare(path) == 97
        assert "✗ REGRESSION" in capsys.readouterr().out


def test_the_report_has_the_pictures_unless_refused(stored: Path) -> None:
    assert main(["compare", "base", "head", "-o", "out", "--quiet", "--history", "h.jsonl"]) == 0
    names = {path.name for path in (stored / "out").iterdir()}
    assert {"compare.json", "summary.txt", "compare.html", "effects.png", "trend.png"} <= names
    assert "distribution-1-echo-response-time.png" in names
    assert not [name for name in names if name.endswith(".svg")]
    assert main(["compare", "base", "head", "-o", "out", "--quiet", "--history", "h.jsonl", "--svg"]) == 0
    assert {"effects.svg", "trend.svg"} <= {path.name for path in (stored / "out").iterdir()}


def test_every_output_for_ci_is_written(stored: Path) -> None:
    files = {"--markdown": "s.md", "--junit": "j.xml", "--smaller-is-better": "g.json", "--bencher": "b.json"}
    options = [word for pair in files.items() for word in pair]
    assert compare("base", "head", "--quiet", "--history", "h.jsonl", *options) == 0
    assert (stored / "s.md").read_text().startswith("### ")
    assert (stored / "j.xml").read_text().startswith("<?xml")
    assert json.loads((stored / "g.json").read_text())
    assert json.loads((stored / "b.json").read_text())
    assert (stored / "h.jsonl").read_text().count("\n") == 1


def test_on_github_the_summary_is_appended_and_annotations_are_printed(
    stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (stored / "step.md").write_text("what came before")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(stored / "step.md"))
    assert compare("base", "head", "--quiet") == 0
    assert (stored / "step.md").read_text() == "what came before"
    assert compare("base", "head", "--quiet", "--github") == 0
    assert (stored / "step.md").read_text().startswith("what came before\n### ")
    assert capsys.readouterr().out.startswith("::notice title=wswarm.compare%3A ")
    assert compare("base", "head", "--quiet", "--github", "--markdown", str(stored / "step.md")) == 0
    assert (stored / "step.md").read_text().count("### ") == 2
    assert compare("base", "head", "--github", "--print", "json") == 0
    capsys.readouterr()


def test_json_stands_on_stdout_alone(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare("base", "head", "--github", "--print", "json") == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "wswarm/comparison@1"


def test_a_file_that_cannot_be_written_is_told(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stored / "h.jsonl").write_text("no history\n")
    assert compare("base", "head", "--quiet", "--history", "h.jsonl") == 1
    assert "h.jsonl, line 1, is no entry of a history" in capsys.readouterr().err


def test_the_trend_of_a_history_is_printed_and_drawn(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert compare("base", "head", "--quiet", "--history", "h.jsonl") == 0
    assert main(["trend", "h.jsonl", "-o", "pictures", "--svg"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("regression (advisory)") == 2
    assert shown.endswith("trend: pictures/trend.png\n")
    assert (stored / "pictures" / "trend.svg").exists()


@pytest.mark.parametrize(("content", "word"), [(None, "can't be read"), ("", "holds no comparison yet")])
def test_a_trend_without_a_history_is_refused(
    content: str | None, word: str, stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (stored / "h.jsonl").write_text(content)
    assert main(["trend", "h.jsonl"]) == 1
    assert word in capsys.readouterr().err
