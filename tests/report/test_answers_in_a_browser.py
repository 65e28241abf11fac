"""Pages of comparisons, searches, models and forecasts as one explores them: at a desk, and on a phone at night."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.browser import Browser, Window, needs_a_browser
from tests.report import compared, modelled, runs, searched, sized
from tests.report.explored import DESK, PHONE, READY, Shown
from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.answer_page import AnswerPage
from wswarm.report.capacity import words
from wswarm.report.capacity.html import render as render_search
from wswarm.report.capacity.html import render_progress
from wswarm.report.captions import Caption
from wswarm.report.charts.chart import Axis, Chart, Drawn, Series
from wswarm.report.compare import overlay
from wswarm.report.compare.html import render as render_comparison
from wswarm.report.forecast import words as forecast_words
from wswarm.report.forecast.html import render as render_forecast
from wswarm.report.html import explored, page
from wswarm.report.sizing.html import render as render_model
from wswarm.stats.recording import of_run

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]


class Asked(NamedTuple):
    """What one points at on a page, and what is said then.

    Attributes:
        chart: Which. `way`: along which axis, `at` where.
        said: Among others, in words; `values`: those that the file has.
    """

    page: str
    chart: str
    way: str
    at: float
    said: str
    values: tuple[float | None, ...]


def of_a_search() -> Asked:
    trial = searched.TRIALS[4]
    said = f"p99, too much {show.seconds(trial.p99)}"
    shown = render_search(searched.search(), {})
    return Asked(shown, "curve", "x", trial.load, said, (trial.p50, trial.p99))


def of_a_model() -> Asked:
    cell = modelled.CELLS[0]
    said = f"p50, fitted {show.seconds(cell.p50)} · 50 connections, 400/s to 50 each"
    shown = render_model(modelled.model(), {})
    return Asked(shown, "times", "x", cell.utilisation, said, (cell.p50, cell.p99))


def of_a_forecast() -> Asked:
    found = sized.outlook()
    assert found.curve is not None
    point = found.curve.points[3]
    values = tuple(band.mid for band in (point.p50, point.p99, point.last) if band is not None)
    shown = render_forecast(found, {})
    return Asked(shown, "times", "x", point.connections, "last, completion p50", values)


def of_two_commits() -> Asked:
    effect = compared.REGRESSION.effects[0]
    said = f"regression {effects.change(effect.ratio)} ({effects.change(effect.low)} to"
    slices = overlay.of_slices(compared.SLOWER, compared.DESIGN.metrics[:1])
    shown = render_comparison(compared.REGRESSION, compared.CONTEXT, {}, slices)
    return Asked(
        shown, "effects", "y", 0, said, (1 + effect.metric.theta, *effect.by_generation, effect.ratio)
    )


def of_two_runs() -> Asked:
    base, head = runs.echo().response_time, compared.slow_echo().response_time
    assert base is not None
    assert head is not None
    recordings = overlay.of_recordings(of_run(runs.echo()), of_run(compared.slow_echo()))
    shown = render_comparison(compared.UNCLEAR, compared.advisory(), {}, recordings)
    chart = "distribution-1-echo-response-time"
    return Asked(shown, chart, "x", 100.0, f"base {show.seconds(base.p99)}", (base.p99, head.p99))


ASKED = {
    "capacity": of_a_search,
    "size": of_a_model,
    "forecast": of_a_forecast,
    "ab": of_two_commits,
    "compare": of_two_runs,
}


@pytest.fixture(scope="module")
def window(a_browser: Browser) -> Iterator[Window]:
    with a_browser.window() as one:
        yield one


@pytest.fixture(scope="module", params=ASKED)
def asked(request: pytest.FixtureRequest) -> Asked:
    return ASKED[request.param]()


@pytest.fixture(scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
def shown(
    request: pytest.FixtureRequest, asked: Asked, window: Window, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    yield (one := Shown(window, tmp_path_factory.mktemp("answer"), asked.page, request.param))
    window.close(one.page)


def test_pointing_shows_the_values_that_the_file_has(shown: Shown, asked: Asked) -> None:
    shown.point_at(asked.chart, asked.way, asked.at)
    assert asked.said in shown.said(asked.chart).replace("\n", " ")
    assert shown.values(asked.chart) == [pytest.approx(value, rel=2e-3) for value in asked.values]


def test_dragging_zooms_and_a_double_click_goes_back(shown: Shown, asked: Asked) -> None:
    left, top, right, bottom = shown.box(asked.chart)
    before, middle = shown.range(asked.chart, "x"), (top + bottom) / 2
    shown.page.drag((left + (right - left) * 0.25, middle), (left + (right - left) * 0.75, middle))
    low, high = shown.range(asked.chart, "x")
    assert before[0] < low < high < before[1]
    shown.page.ask(f"{shown.figure(asked.chart)}.querySelector('.plot').dispatchEvent(new Event('dblclick'))")
    assert shown.range(asked.chart, "x") == before


def test_a_series_goes_and_comes_by_its_button(shown: Shown, asked: Asked) -> None:
    shown.point_at(asked.chart, asked.way, asked.at)
    known = shown.values(asked.chart)
    buttons = f"{shown.figure(asked.chart)}.querySelectorAll('.legend button:not(.reset)')"
    shown.page.ask(f"{buttons}.forEach(one => one.click())")
    assert shown.values(asked.chart) == []
    shown.page.ask(f"{buttons}.forEach(one => one.click())")
    assert shown.values(asked.chart) == known


def test_nothing_complains_and_nothing_is_wider_than_the_window(shown: Shown) -> None:
    assert shown.page.complaints() == []
    assert shown.page.ask("document.documentElement.scrollWidth <= innerWidth")
    assert shown.page.ask("document.querySelectorAll('img').length") == 0


TOLD = {
    "change": (effects.change, [0.5, 0.9951, 0.9996, 1.0, 1.0004, 1.124, 9.99, 10.0, 12.34, 123456.0]),
    "load": (words.figure, [0.5, 57.0, 931.04, 957.44, 1600.0, 12345.6, 1e6]),
    "cores": (forecast_words.cores, [0.0012346, 0.4899, 2.0, 12.346, 1234.6]),
    "size": (show.size, [0.0, 900.0, 14_200.0, 157e6]),
    "date": (lambda at: f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}", [0.0, 1_767_229_200.0]),
}


def test_figures_are_written_as_the_summaries_write_them(window: Window, tmp_path: Path) -> None:
    drawn = Drawn()
    for kind, (_, values) in TOLD.items():
        drawn.frames[kind] = {"row": list(range(len(values))), "value": values}
        line = Series(name="value", frame=kind, x="row", y="value", look="points", colour="blue")
        names = [f"row {row}" for row in range(len(values))]
        x = Axis(label="row", kind="name", low=-0.5, high=len(values) - 0.5, names=names)
        y = Axis(label=kind, kind=kind)  # type: ignore[arg-type]
        drawn.charts.append(Chart(name=kind, title=kind, x=x, y=y, series=[line]))
    empty = {"title": "t", "name": "n", "target": "", "look": "", "headline": "", "meaning": ""}
    lists: dict[str, list[str]] = {name: [] for name in ("phrases", "notes", "facts", "tables", "settings")}
    told = explored(drawn, {}, lambda *_: Caption("", ""))
    shown = Shown(window, tmp_path, page("answer.html.j2", **empty, **lists, **told), DESK)
    for kind, (say, values) in TOLD.items():
        found = []
        shown.page.ask(f"{shown.figure(kind)}.querySelector('.plot').focus()")
        shown.page.press("Home")
        for row in range(len(values)):
            found.append(shown.said(kind).split("\n"))
            assert found[-1][0] == f"row {row}"
            shown.page.press("ArrowRight")
        assert [said[1] for said in found] == [f"value {say(value)}" for value in values]
    assert shown.page.complaints() == []
    window.close(shown.page)


def test_a_search_that_goes_on_keeps_what_one_has_chosen_and_ends_with_its_answer(window: Window) -> None:
    going = partial(render_progress, "echo", "a target", ["p99<50ms"])
    with closing(AnswerPage(going, lambda found: render_search(found, {}))) as served:
        served.show(searched.progress(2))
        (shown := window.page()).open(served.url)
        shown.wait(READY)
        buttons = "[...document.querySelectorAll('figure.chart.curve .legend button:not(.reset)')]"
        assert shown.ask(f"{buttons}.map(one => one.innerText)") == ["p50, carried", "p99, carried"]
        shown.ask(f"{buttons}[0].click()")
        served.show(searched.progress(4))
        shown.wait(f"{buttons}.some(one => one.innerText === 'p99, too much')")
        assert shown.ask(f"{buttons}[0].ariaPressed") == "false"
        served.end(searched.search())
        shown.wait(f"document.querySelector('figure.chart.posterior') && {READY}")
        assert shown.ask("document.documentElement.dataset.live === undefined")
        assert words.headline(searched.search()) in shown.text()
        assert shown.ask(f"{buttons}[0].ariaPressed") == "false"
        assert shown.complaints() == []
        window.close(shown)
