"""The page of a run as a person uses it: values on hover and focus, zoom, series, sorting, light and dark, phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, Window, needs_a_browser
from tests.report import edges, runs
from tests.report.explored import DESK, PHONE, Shown
from wswarm.report import format as show
from wswarm.report import store
from wswarm.report.html import render
from wswarm.results.run import Second

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]

FANOUT = runs.fanout(subscribers=40, rate=20, duration=6, slo=runs.objectives(("p99<1us", 0.003, False)))
SAMPLE = Path(__file__).parents[2] / "reports/sample-run"


BLUE = {"light": "#0072b2", "dark": "#4ea8e0"}


def drawn_blue(shown: Shown) -> str:
    """The colour of the first series, as an expression."""
    return f"Chart.getChart({shown.figure('over-time')}.querySelector('canvas')).data.datasets[0].borderColor"


@pytest.fixture(scope="module")
def window(a_browser: Browser) -> Iterator[Window]:
    with a_browser.window() as one:
        yield one


@pytest.fixture(scope="module")
def pages(window: Window, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    sizes = {"desk": DESK, "phone": PHONE}
    return {
        name: Shown(window, tmp_path_factory.mktemp(name), render([FANOUT]), size)
        for name, size in sizes.items()
    }


@pytest.fixture(params=["desk, light", "desk, dark", "phone, dark", "phone, light"])
def fanout(request: Any, pages: dict[str, Shown]) -> Iterator[Shown]:
    size, scheme = request.param.split(", ")
    shown = pages[size]
    shown.paint(is_dark=scheme == "dark")
    yield shown
    assert shown.page.complaints() == []
    assert shown.page.ask("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def at_a_desk(pages: dict[str, Shown]) -> Iterator[Shown]:
    shown = pages["desk"]
    shown.paint(is_dark=False)
    yield shown
    assert shown.page.complaints() == []
    shown.page.ask("document.querySelectorAll('.reset').forEach(one => one.click())")


def test_pointing_at_a_second_shows_the_values_that_the_run_file_has(fanout: Shown) -> None:
    left, top, right, bottom = fanout.box("over-time")
    low, high = fanout.range("over-time", "x")
    second = FANOUT.series[3]
    fanout.page.point(left + (second.t + 0.5 - low) / (high - low) * (right - left), (top + bottom) / 2)
    said = fanout.said("over-time")
    assert said.startswith("3 s")
    for name in ("p50", "p99", "max"):
        assert f"{name} {show.seconds(getattr(second, name))}" in said
    stored = fanout.page.ask(
        f"[...{fanout.figure('over-time')}.querySelectorAll('.readout data')].map(one => Number(one.value))"
    )
    assert stored == [pytest.approx(getattr(second, name), rel=1e-5) for name in ("p50", "p90", "p99", "max")]
    assert fanout.said("rates").startswith("3 s")


def test_the_arrow_keys_walk_over_values(at_a_desk: Shown) -> None:
    at_a_desk.page.ask(f"{at_a_desk.figure('fanout')}.querySelector('.plot').focus()")
    at_a_desk.page.press("Home")
    at_a_desk.page.press("ArrowRight")
    assert FANOUT.fanout is not None
    second = FANOUT.fanout.per_broadcast[1]
    said = at_a_desk.said("fanout")
    assert f"first {show.seconds(second.first)}" in said
    assert f"last {show.seconds(second.last)}" in said


def test_percentiles_are_read_as_the_run_file_has_them(at_a_desk: Shown) -> None:
    left, top, _right, bottom = at_a_desk.box("percentiles")
    chart = f"Chart.getChart({at_a_desk.figure('percentiles')}.querySelector('canvas'))"
    offset = at_a_desk.page.ask(f"{chart}.scales.x.getPixelForValue(100) - {chart}.chartArea.left")
    at_a_desk.page.point(left + offset, (top + bottom) / 2)
    assert FANOUT.fanout is not None
    said = at_a_desk.said("percentiles")
    assert said.startswith("p99")
    assert f"delivery {show.seconds(FANOUT.fanout.delivery_time.p99)}" in said


def test_the_histogram_is_read_along_its_axis_of_time_and_counts_all(at_a_desk: Shown) -> None:
    left, top, right, bottom = at_a_desk.box("histogram")
    at_a_desk.page.point((left + right) / 2, (top + bottom) / 2)
    assert "delivery" in at_a_desk.said("histogram")
    counts = at_a_desk.page.ask(
        "JSON.parse(document.getElementById('run-1-data').textContent).frames['bins-0'].count.reduce((a, b) => a + b)"
    )
    assert FANOUT.fanout is not None
    assert counts == FANOUT.fanout.delivery_time.n


def test_dragging_zooms_all_charts_over_the_run_and_a_button_goes_back(fanout: Shown) -> None:
    left, top, right, bottom = fanout.box("over-time")
    before = fanout.range("over-time", "x")
    middle = (top + bottom) / 2
    fanout.page.drag((left + (right - left) * 0.25, middle), (left + (right - left) * 0.75, middle))
    low, high = fanout.range("over-time", "x")
    assert before[0] < low < high < before[1]
    assert fanout.range("rates", "x") == [low, high]
    assert fanout.range("connections", "x") == [low, high]
    fanout.page.ask(f"{fanout.figure('over-time')}.querySelector('.reset').click()")
    assert fanout.range("rates", "x") == before


def test_times_zoom_alike_in_percentiles_histogram_and_over_time(at_a_desk: Shown) -> None:
    left, top, right, bottom = at_a_desk.box("over-time")
    before = at_a_desk.range("over-time", "y")
    assert at_a_desk.range("percentiles", "y") == at_a_desk.range("histogram", "y") == before
    across = (left + right) / 2
    at_a_desk.page.drag((across, bottom - 20), (across, top + (bottom - top) / 2))
    after = at_a_desk.range("over-time", "y")
    assert before[0] < after[0] < after[1] < before[1]
    assert at_a_desk.range("percentiles", "y") == at_a_desk.range("histogram", "y") == after


def test_a_series_goes_and_comes_by_its_button(fanout: Shown) -> None:
    button = f"{fanout.figure('over-time')}.querySelector('.legend button')"
    fanout.page.ask(f"{button}.click()")
    assert fanout.page.ask(f"{button}.ariaPressed") == "false"
    visible = f"Chart.getChart({fanout.figure('over-time')}.querySelector('canvas')).isDatasetVisible(0)"
    assert fanout.page.ask(visible) is False
    fanout.page.ask(f"{button}.click()")
    assert fanout.page.ask(visible) is True


def test_tables_sort_by_any_column_and_unknown_values_come_last(fanout: Shown) -> None:
    listing = "document.querySelector('[data-table=\"1\"]')"
    fanout.page.ask(f"{listing}.open = true")
    fanout.page.wait(f"{listing}.querySelectorAll('tbody tr').length === 120")
    last = f"[...{listing}.querySelectorAll('th button')].find(one => one.innerText === 'last')"
    column = f"[...{listing}.querySelectorAll('tbody tr')].map(row => row.cells[5].innerText)"
    assert FANOUT.fanout is not None
    times = sorted(row.last for row in FANOUT.fanout.per_broadcast if row.last is not None)
    fanout.page.ask(f"{last}.click()")
    assert fanout.page.ask(column) == [show.seconds(time) for time in times]
    fanout.page.ask(f"{last}.click()")
    assert fanout.page.ask(column)[0] == show.seconds(times[-1])


def test_the_command_is_copied(at_a_desk: Shown) -> None:
    at_a_desk.page.ask("navigator.clipboard.writeText = async text => { window.copied = text; }")
    at_a_desk.page.click("Copy")
    at_a_desk.page.wait("window.copied")
    assert at_a_desk.page.ask("window.copied") == at_a_desk.page.ask(
        "document.querySelector('.command code').innerText"
    )
    at_a_desk.page.wait("document.querySelector('[data-copies]').innerText === 'Copied'")


def test_a_chart_has_the_colours_of_the_system(fanout: Shown) -> None:
    scheme = "dark" if fanout.size[2] else "light"
    assert fanout.page.ask(drawn_blue(fanout)) == BLUE[scheme]
    assert fanout.page.ask("getComputedStyle(document.querySelector('canvas')).filter") == "none"


EDGES = (
    "hostile",
    "unknown",
    "nothing arrived",
    "all refused",
    "one message",
    "a storm",
    "slow readers",
    "churn",
)
VALUES = [0.0, 1e-9, 4.21e-6, 9.994e-5, 0.0009996, 0.00421, 0.0123, 0.99949, 1.2, 71.5, 1234.5, 0.1, 2e7]


def test_figures_are_written_as_the_summary_writes_them(window: Window, tmp_path: Path) -> None:
    rows = [
        {
            **dict.fromkeys(("p50", "p90", "p99", "max"), value),
            "t": float(place),
            "connections": 10**place,
        }
        for place, value in enumerate(VALUES)
    ]
    run = runs.echo(series=[Second(**row) for row in rows])
    shown = Shown(window, tmp_path, render([run]), DESK)
    cells = shown.page.ask(
        "[...document.querySelectorAll('[data-table=\"0\"] tbody tr')].map(row => [row.cells[1].innerText,"
        " row.cells[row.cells.length - 1].innerText])"
    )
    assert cells == [[show.count(10**place), show.seconds(value)] for place, value in enumerate(VALUES)]
    window.close(shown.page)


def test_every_edge_is_drawn_without_a_complaint_and_hostile_text_stays_text(
    window: Window, tmp_path: Path
) -> None:
    shown = Shown(window, tmp_path, render([edges.run(name) for name in EDGES]), PHONE)
    assert shown.page.complaints() == []
    assert shown.page.ask("document.documentElement.scrollWidth <= innerWidth")
    assert shown.page.ask("document.querySelectorAll('img, main b, iframe').length") == 0
    assert "<img src=x onerror=alert(1)>" in shown.page.text()
    window.close(shown.page)


def test_runs_that_the_first_version_wrote_are_shown(window: Window, tmp_path: Path) -> None:
    shown = Shown(window, tmp_path, render(store.load(SAMPLE)), DESK)
    assert shown.page.complaints() == []
    assert shown.page.ask("document.querySelectorAll('figure.chart').length") >= 12
    window.close(shown.page)


def test_on_paper_the_page_is_light(at_a_desk: Shown) -> None:
    at_a_desk.page.shape(1280, 900, is_dark=True)
    at_a_desk.page.ask("dispatchEvent(new Event('beforeprint'))")
    assert at_a_desk.page.ask(drawn_blue(at_a_desk)) == BLUE["light"]
    at_a_desk.page.ask("dispatchEvent(new Event('afterprint'))")
    assert at_a_desk.page.ask(drawn_blue(at_a_desk)) == BLUE["dark"]
    at_a_desk.page.shape(*DESK[:2])
