"""The report of a test under Locust: stored, then drawn by a process of its own."""

import sys
from pathlib import Path

import pytest

from tests.report import runs
from wswarm.cli import drawing
from wswarm.errors import ResultError
from wswarm.locust.master.outcome import write
from wswarm.report import store

ECHO = runs.echo(connections=3, rate=10, duration=1)


@pytest.mark.parametrize(("plots", "images"), [(True, 3), (False, 0)])
def test_the_report_of_a_class_has_its_page_drawn_unless_refused(
    tmp_path: Path, plots: bool, images: int
) -> None:
    folder = write([ECHO], tmp_path, plots=plots)
    assert (tmp_path / "latest").resolve() == folder
    assert (folder / "report.html").exists()
    assert len(list(folder.glob("*.png"))) == images


def test_several_classes_have_a_page_each_and_a_joint_one(tmp_path: Path) -> None:
    folder = write([ECHO, ECHO], tmp_path, plots=False)
    assert {path.parent.name for path in folder.glob("*/report.html")} == {"echo", "echo-2"}
    assert (folder / "report.html").read_text().count('<section class="run"') == 2


def test_what_can_not_be_drawn_is_told_with_what_draws_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "module_command", lambda *_: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(ResultError, match=r"could not be drawn \(.*exit code 3\).*'wswarm report .*-locust'"):
        write([ECHO], tmp_path, plots=True)
    (folder,) = tmp_path.glob("*-locust")
    assert len(store.load(folder)) == 1
    assert (folder / "report.html").exists()
