"""Runs side by side: what `wswarm compare` says of them."""

import re
from pathlib import Path

import pytest

from tests.ui import stored
from tests.ui.conftest import Bench
from wswarm.report import store
from wswarm.report.ab import effects
from wswarm.report.compare import stored_runs
from wswarm.report.compare.stored_runs import Asked
from wswarm.ui.beside import Report, beside


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    """Three runs of echo and one of fanout."""
    folder = tmp_path_factory.mktemp("beside")
    made = stored.fill(folder, 9)
    return [Report(name, store.load(folder / name)) for name in (made[1], made[4], made[7], made[2])]


def test_each_is_held_against_the_first_as_the_command_does(reports: list[Report]) -> None:
    base, *others = reports[:3]
    shown = beside(reports[:3])
    for other, found in zip(others, shown.against, strict=True):
        told, _ = stored_runs.compared(Asked(base.name, other.name), base.runs, other.runs)
        assert list(found.rows) == effects.rows(told.comparison, told.context)
        assert found.verdict == effects.verdict(told.comparison, told.context)


def test_their_distributions_are_laid_over_each_other(reports: list[Report]) -> None:
    charts = beside(reports[:3]).drawn.charts
    assert [chart.title for chart in charts] == [
        "echo response time: percentiles",
        "echo response time: histogram",
    ]
    names = [series.name.partition(" (")[0] for series in charts[0].series]
    assert names == [one.name for one in reports[:3]]


def test_a_curve_has_the_percentiles_of_the_run(reports: list[Report]) -> None:
    shown = beside(reports[:2])
    seen = reports[0].runs[0].response_time
    assert seen is not None
    frame = shown.drawn.frames[shown.drawn.charts[0].series[0].frame]
    by_place = dict(zip(frame["x"], frame["value"], strict=True))
    assert by_place[100.0] == pytest.approx(1.07e-3, rel=0.01)


def test_runs_that_do_not_compare_say_why_and_are_shown_beside_each_other(reports: list[Report]) -> None:
    shown = beside([reports[0], reports[3]])
    assert "only runs of one scenario compare" in str(shown.against[0].problem)
    assert ("measured", ["echo", "fanout"]) in shown.figures


def test_a_suite_can_be_compared_with_another(tmp_path: Path) -> None:
    report = Report("sample-run", store.load(stored.SAMPLE))
    shown = beside([report, report])
    assert len(shown.drawn.charts) > 2
    assert shown.against[0].problem is None


def test_the_page_has_the_table_and_the_charts(bench: Bench) -> None:
    one, other = bench.names[1], bench.names[4]
    page = bench.get(f"/compare?run={one}&run={other}")
    assert re.findall(r'<th scope="col">(\w+)</th>', page)[:3] == ["metric", "base", "head"]
    assert page.count("data-chart=") == 2


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("", 400, "choose 2 to 8"),
        ("run={0}", 400, "choose 2 to 8"),
        ("run={0}&run={0}", 400, "choose 2 to 8"),
        ("run={0}&run=nowhere", 404, "no report"),
        ("run={0}&run=..%2f..%2fetc", 404, "no report"),
        ("run={0}&run=spoilt", 400, "not a run file"),
    ],
)
def test_what_can_t_be_compared_says_why(query: str, status: int, word: str, bench: Bench) -> None:
    stored.store(bench.folder / "spoilt", "{}")
    assert word in bench.get(f"/compare?{query.format(bench.names[0])}", status)
