"""What may be in a folder that a report is written to."""

from pathlib import Path

import pytest

from wswarm.report.folders import stranger

RUN = '{\n  "schema": "wswarm/run@1"'


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RUN)
    return folder


@pytest.mark.parametrize(
    "names",
    [
        (),
        (".gitignore",),
        ("run.json", "summary.txt", "report.html", "over-time.png", "over-time.svg", ".run.json.partial"),
        (
            "index.json",
            "summary.txt",
            "report.html",
            "connect/run.json",
            "fanout/run.json",
            "fanout/fanout.png",
        ),
        ("ab.json", "summary.txt", "compare.html", "trend.png"),
        ("compare.json", "compare.html"),
        ("decisions.jsonl", "decision-001.json", "summary.txt"),
    ],
)
def test_an_empty_folder_or_one_with_a_report_of_ours_holds_nothing_strange(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    assert stranger(fill(tmp_path, *names)) is None


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("thesis.tex",), "thesis.tex"),
        (("run.json", "thesis.tex"), "thesis.tex"),
        (("report.html",), "report.html"),
        (("picture.png",), "picture.png"),
        (("index.json", "connect/run.json", "connect/thesis.tex"), "connect"),
        (("run.json", "src/main.py"), "src"),
    ],
)
def test_anything_else_is_named(names: tuple[str, ...], found: str, tmp_path: Path) -> None:
    assert stranger(fill(tmp_path, *names)) == found


def test_a_run_file_of_another_tool_is_strange(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"name": "mine"}')
    assert stranger(tmp_path) == "run.json"


def test_a_file_that_the_command_itself_writes_there_is_not(tmp_path: Path) -> None:
    fill(tmp_path, "run.json", "slo.xml")
    assert stranger(tmp_path) == "slo.xml"
    assert stranger(tmp_path, [tmp_path / "slo.xml"]) is None


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert stranger(tmp_path / "new") is None
