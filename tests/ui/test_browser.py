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
READING = "document.querySelector('.reading')"


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


@SIZES
def test_runs_are_chosen_in_the_list_and_compared(
    width: int, height: int, is_dark: bool, page: Page, address: str
) -> None:
    page.shape(width, height, is_dark=is_dark)
    page.open(f"{address}/?scenario=echo")
    assert_fits(page, width)
    page.ask("[...document.querySelectorAll('[name=run]')].slice(0, 2).forEach(one => one.click())")
    page.click("Compare the chosen")
    page.wait("location.pathname === '/compare' && document.querySelectorAll('svg .line').length === 4")
    page.ask("document.querySelector('svg').focus()")
    assert "p0 " in page.wait(f"{READING}.textContent.includes('p0 ') && {READING}.textContent")
    page.ask("document.querySelector('.legend button').click()")
    page.wait("document.querySelectorAll('svg .line').length === 3")
    assert_fits(page, width)


@SIZES
def test_a_trend_tells_the_value_of_the_run_that_is_pointed_at(
    width: int, height: int, is_dark: bool, page: Page, address: str, folder: Path
) -> None:
    page.shape(width, height, is_dark=is_dark)
    page.open(f"{address}/trends?figure=response_time.p50&scenario=echo")
    page.wait("document.querySelectorAll('svg .dot').length === 4")
    box = page.ask(
        "{const dot = document.querySelector('svg .dot').getBoundingClientRect(); [dot.x + 3, dot.y + 3]}"
    )
    moved = f"{{clientX: {box[0]}, clientY: {box[1]}, bubbles: true}}"
    page.ask(f"document.querySelector('svg').dispatchEvent(new PointerEvent('pointermove', {moved}))")
    value = page.wait(f"{READING}.dataset.value")
    name = page.ask(f"{READING}.querySelector('a').getAttribute('href')").removeprefix("/runs/")
    run = json.loads((folder / name / "run.json").read_text())
    assert float(value) == run["response_time"]["p50"]
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
    assert_fits(page, width)
    page.click("Stop", "button")
    page.wait("document.getElementById('state')?.innerText === 'ended'")
    page.wait("document.getElementById('meaning')?.innerText.includes('exit code')")
    page.click("Report of this run", "a")
    page.wait("location.pathname.startsWith('/runs/') && document.body?.innerText.includes('interrupted')")
