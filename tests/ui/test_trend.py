"""How a figure went over stored runs, with verdicts on it."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.report.comparisons import comparison_of, slices_of
from tests.ui import stored
from tests.ui.conftest import Bench
from wswarm.report import store
from wswarm.report.ab import history
from wswarm.report.ab.file import comparison_of as shown_comparison
from wswarm.report.ab.file import context_of
from wswarm.report.ab.store import save_ab
from wswarm.results.run import Run
from wswarm.stats import figures
from wswarm.ui.entry import Wanted
from wswarm.ui.index import Index
from wswarm.ui.trend import Trend, trend


def of(folder: Path, figure: str, by: str = "date", scenario: str = "echo") -> Trend:
    index = Index(folder)
    index.refresh()
    return trend(figure, by, index.figures(Wanted(scenario=scenario)), index.comparisons())


def points(one: Trend) -> list[tuple[float, float]]:
    (chart,) = one.drawn.charts
    frames = [one.drawn.frames[series.frame] for series in chart.series if series.look != "signs"]
    return sorted(pair for frame in frames for pair in zip(frame["at"], frame["value"], strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve runs, four of each scenario."""
    made = tmp_path_factory.mktemp("trend")
    stored.fill(made, 12)
    return made


@pytest.mark.parametrize(
    ("figure", "scenario"),
    [
        ("response_time.p50", "echo"),
        ("p99", "echo"),
        ("lost", "echo"),
        ('connections.failures."http 403"', "echo"),
        ("fanout.completion_time.p50", "fanout"),
        ("connections.handshake_time.p50", "connect"),
        ("target.peak_rss", "echo"),
    ],
)
def test_a_trend_has_the_values_of_the_run_files(figure: str, scenario: str, folder: Path) -> None:
    runs = [store.load(path)[0] for path in sorted(folder.glob(f"*-{scenario}"))]
    wanted = [figures.value_of(run, figures.full_path(figure, run.scenario)) for run in runs]
    found = of(folder, figure, scenario=scenario)
    assert [one.value for one in found.readings] == wanted
    assert sorted(y for _, y in points(found)) == sorted(value for value in wanted if value is not None)


def test_over_commits_runs_of_one_stand_at_one_place(folder: Path) -> None:
    places = [x for x, _ in points(of(folder, "p50", "commit", "echo"))]
    assert places == [0.0, 1.0, 2.0, 3.0]


def test_a_figure_that_no_run_file_has_is_named_with_what_is_like_it(seen: Bench) -> None:
    assert "response_time.p50" in seen.get("/trends?figure=response_time.q50", 400)


@pytest.mark.parametrize("figure", ["", "plan", "series", '"', "a.b.c", "x" * 3_000, "<script>"])
def test_what_is_no_figure_breaks_nothing(figure: str, seen: Bench) -> None:
    answer = seen.client.get("/trends", params={"figure": figure})
    assert answer.status_code == 400
    assert "<script>" not in answer.text


def test_the_page_shows_each_value_and_leads_to_its_run(bench: Bench) -> None:
    page = bench.get("/trends?figure=response_time.p50&scenario=echo")
    name = bench.names[1]
    value = json.loads((bench.folder / name / "run.json").read_text())["response_time"]["p50"]
    assert f'<a href="/runs/{name}">' in page
    assert f"{value * 1e6:.0f} µs" in page
    assert f"{value}" in page


def verdicts(folder: Path) -> None:
    """Store a comparison, and a history that has it, too, and another one."""
    ab = msgspec.structs.replace(comparison_of(slices_of([1.2] * 8)), started_at="2026-01-01T03:00:00Z")
    save_ab(ab, folder / "ab")
    own = history.entry(shown_comparison(ab), context_of(ab))
    other = msgspec.structs.replace(own, made_at="2026-01-01T05:00:00Z", verdict="improved")
    (folder / "history.jsonl").write_text(history.line(own) + history.line(other))
    (folder / "events.jsonl").write_text('{"schema": "something else"}\n')


def test_verdicts_of_comparisons_stand_on_it_once_each(tmp_path: Path) -> None:
    stored.fill(tmp_path, 6)
    verdicts(tmp_path)
    found = of(tmp_path, "p50")
    signs = [frame for frame in found.drawn.frames.values() if "sign" in frame]
    assert [(one.verdict.verdict, one.name) for one in found.judged] == [
        ("regression", "ab"),
        ("improved", None),
    ]
    marks = [pair for frame in signs for pair in zip(frame["sign"], frame["link"], strict=True)]
    assert marks == [("✗", "/runs/ab"), ("✓", None)]


def test_an_index_keeps_every_figure_but_no_long_list(folder: Path) -> None:
    index = Index(folder)
    index.refresh()
    record = index.figures(Wanted(scenario="fanout"))[0]
    run = msgspec.json.decode(record.detail, type=Run)
    assert run.series == []
    assert len(record.detail) < (folder / record.entry.name / "run.json").stat().st_size / 2
