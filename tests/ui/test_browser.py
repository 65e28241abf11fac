"""The workbench as a person uses it, in a headless Chromium."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, Page, needs_a_browser
from tests.cli.test_ui import workbench
from tests.end_to_end.servers import Server, serve
from tests.ui import stored

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]
SIZES = pytest.mark.parametrize(("width", "height", "is_dark"), [(1280, 900, False), (390, 844, True)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve stored runs."""
    made = tmp_path_factory.mktemp("workbench") / "runs"
    stored.fill(made, 12)
    return made


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where they are shown."""
    with workbench(folder) as (_, url):
        yield url.rstrip("/")


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    """Sends every message back."""
    with serve("echo") as server:
        yield server


@pytest.fixture
def page(a_browser: Browser) -> Iterator[Page]:
    with a_browser.window() as window:
        yield window.page()


def assert_fits(page: Page, width: int) -> None:
    """Nothing is wider than the window, and the console is silent."""
    assert page.ask("document.documentElement.scrollWidth") <= width
    assert page.complaints() == []


CHART = "document.querySelector('figure.chart')"
DRAWN = f"Chart.getChart({CHART}.querySelector('canvas'))"
READY = "document.documentElement?.dataset.ready === 'yes'"


def area(page: Page) -> tuple[float, float, float, float]:
    """Return where the first chart is drawn, having scrolled to it: left, top, right, bottom."""
    page.ask(f"{CHART}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
    left, top, right, bottom = page.ask(
        f"(() => {{ const {{ left, top }} = {DRAWN}.canvas.getBoundingClientRect(), area = {DRAWN}.chartArea;"
        " return [left + area.left, top + area.top, left + area.right, top + area.bottom]; })()"
    )
    return left, top, right, bottom


def assert_zooms(page: Page) -> None:
    """Dragging across the first chart shows a part of it; a double click all of it again."""
    left, top, right, bottom = area(page)
    ends = f"[{DRAWN}.scales.x.min, {DRAWN}.scales.x.max]"
    before, middle = page.ask(ends), (top + bottom) / 2
    page.drag((left + (right - left) / 4, middle), (left + (right - left) * 3 / 4, middle))
    low, high = page.ask(ends)
    assert before[0] < low < high < before[1]
    page.ask(f"{CHART}.querySelector('.plot').dispatchEvent(new Event('dblclick'))")
    assert page.ask(ends) == before


def assert_tells_and_toggles(page: Page) -> None:
    """The first chart tells the values of both runs, and of one when the other is left out."""
    page.ask("document.activeElement?.blur()")
    page.ask(f"{CHART}.querySelector('.plot').focus()")
    values = f"{CHART}.querySelectorAll('.readout data').length"
    assert page.ask(values) == 2
    assert page.ask(f"{CHART}.querySelector('.readout').innerText").startswith("p0")
    for left in (1, 2):
        page.ask(f"{CHART}.querySelector('.legend button').click()")
        assert page.ask(values) == left


@SIZES
def test_runs_are_chosen_in_the_list_and_compared(
    width: int, height: int, is_dark: bool, page: Page, address: str
) -> None:
    page.shape(width, height, is_dark=is_dark)
    page.open(f"{address}/?scenario=echo")
    assert_fits(page, width)
    page.ask("[...document.querySelectorAll('[name=run]')].slice(0, 2).forEach(one => one.click())")
    page.click("Compare the chosen")
    page.wait(f"location.pathname === '/compare' && {READY}")
    assert page.ask("document.querySelectorAll('figure.chart').length") == 2
    for scheme in (is_dark, not is_dark):
        page.shape(width, height, is_dark=scheme)
        assert_tells_and_toggles(page)
        assert_zooms(page)
        assert_fits(page, width)


@SIZES
def test_a_run_s_own_page_has_its_charts_and_what_can_be_done_with_it(
    width: int, height: int, is_dark: bool, page: Page, address: str
) -> None:
    page.shape(width, height, is_dark=is_dark)
    page.open(f"{address}/runs/2026-01-01T010000Z-echo")
    page.wait("!!document.querySelector('.remarks button')")
    assert_fits(page, width)


@SIZES
def test_a_trend_tells_the_value_of_the_run_that_is_pointed_at(
    width: int, height: int, is_dark: bool, page: Page, address: str, folder: Path
) -> None:
    page.shape(width, height, is_dark=is_dark)
    page.open(f"{address}/trends?figure=response_time.p50&scenario=echo")
    page.wait(READY)
    for scheme in (is_dark, not is_dark):
        page.shape(width, height, is_dark=scheme)
        left, top, _right, bottom = area(page)
        at = page.ask(f"{DRAWN}.scales.x.getPixelForValue({DRAWN}.data.datasets[0].data[0].x)")
        page.point(left - page.ask(f"{DRAWN}.chartArea.left") + at, (top + bottom) / 2)
        value = page.ask(f"{CHART}.querySelector('.readout data').value")
        name = page.ask(f"{CHART}.querySelector('.readout a').getAttribute('href')").removeprefix("/runs/")
        run = json.loads((folder / name / "run.json").read_text())
        assert float(value) == run["response_time"]["p50"]
        assert_zooms(page)
        assert_fits(page, width)


@SIZES
def test_a_run_is_started_watched_and_stopped(
    width: int, height: int, is_dark: bool, page: Page, address: str, echo: Server
) -> None:
    page.shape(width, height, is_dark=is_dark)
    page.open(f"{address}/start")
    page.type("url", echo.url)
    page.type("rate", "fast")
    page.click("Start", "button")
    page.wait("document.body?.innerText.includes(\"'fast' is not a rate\")")
    page.type("rate", "20/s")
    page.type("duration", "120s")
    page.type("arguments", "--no-plots")
    page.click("Start", "button")
    page.wait(
        "location.pathname === '/watch' && document.getElementById('lines')?.textContent.includes('hold:')"
    )
    frame = "document.getElementById('live').contentDocument"
    page.wait(
        f"{frame}?.querySelector('figure.chart.rates .readout') && {frame}.documentElement.dataset.ready"
    )
    rows = f"{frame}.querySelectorAll('.listing tbody tr').length"
    seen = page.ask(rows)
    page.wait(f"{rows} > {seen}")
    assert_fits(page, width)
    page.click("Stop", "button")
    page.wait("document.getElementById('state')?.innerText === 'ended'")
    page.wait("document.getElementById('meaning')?.innerText.includes('exit code')")
    page.click("Report of this run", "a")
    page.wait("location.pathname.startsWith('/runs/') && document.body?.innerText.includes('interrupted')")
