"""The page that a long command serves while it goes on."""

import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import in_process
from tests.report import modelled, searched
from tests.report.comparisons import comparison_of, progress_of, slices_of
from wswarm.cli import ab, capacity, served, size
from wswarm.experiment.sizing.size import Sized

CASES = {
    "capacity": (
        (capacity, "search", searched.progress(4), searched.search()),
        ("capacity", "echo"),
        "carried 800, too much 1,600 messages/s so far",
        "report.html",
    ),
    "size": (
        (size, "size", modelled.progress(3), Sized(modelled.model(), was_interrupted=False, is_gone=False)),
        ("size",),
        "3 of 16 cells so far",
        "report.html",
    ),
    "ab": (
        (ab, "compare", progress_of([1.0, 1.0]), comparison_of(slices_of([1.0, 1.0, 1.0]))),
        ("ab", "--base-cmd", "one {port}", "--head-cmd", "two {port}"),
        "base one {port} → head two {port}",
        "compare.html",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_takes_long_can_be_watched_from_its_first_step_on(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (module, function, progress, found), words, said, page = CASES[name]
    told: list[str] = []
    seen: list[str] = []

    def look(*_: Any) -> None:
        url = told[0].removeprefix("live: ")
        seen.append(urllib.request.urlopen(url, timeout=60).read().decode())

    def measure(_: Any, show: Any, *__: Any) -> Any:
        show(progress)
        look()
        return found

    monkeypatch.setattr(served, "print", lambda line, **_: told.append(line), raising=False)
    monkeypatch.setattr(module, function, measure)
    monkeypatch.setattr("wswarm.report.answer_page.AnswerPage.wait", look)
    done = in_process(*words, "--live", "--no-plots", "-o", "mine", cwd=tmp_path)
    assert done.code == 0, done
    assert said in seen[0]
    assert "data-live" in seen[0].partition("<head>")[0]
    assert "data-live" not in seen[1].partition("<head>")[0]
    assert seen[1].partition("<script")[0].count("<h1>") == 1
    assert (tmp_path / "mine" / page).exists()
