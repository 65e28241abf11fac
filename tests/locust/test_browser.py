"""Locust's web UI as a person uses it, in a headless Chromium."""

from collections.abc import Iterator

import pytest

from tests.browser import Browser, Page, needs_a_browser
from tests.locust.harness import CHAT_AND_ECHO, until
from tests.locust.served import Served, served
from wswarm.drive.host.target import ReferenceApp

pytestmark = [
    needs_a_browser,
    pytest.mark.xdist_group("a browser"),
]

_CELLS = "[...document.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.innerText))"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp) -> Iterator[Served]:
    """Locust with its web UI; each test leaves it stopped, and the first one finds it new, with its form."""
    folder = tmp_path_factory.mktemp("browsed")
    (folder / "locustfile.py").write_text(CHAT_AND_ECHO)
    with served(folder, "-H", app.url, "--ws-no-plots") as one:
        yield one


@pytest.fixture
def page(a_browser: Browser) -> Iterator[Page]:
    with a_browser.window() as window:
        one = window.page()
        one.shape(1280, 900)
        yield one


def open_form(page: Page, web: Served) -> None:
    """Open the page and wait for its first answer, which shows the form again to one faster than a person."""
    page.open(web.url + "/")
    page.wait(
        "performance.getEntriesByType('resource')"
        ".some(one => one.name.includes('stats/requests') && one.responseEnd > 0)"
    )


def begin(page: Page, web: Served) -> None:
    """Show a test that has begun.

    For two seconds and more Locust tells the state that it told last, and its page asks no more once it has been told
    that the test before was stopped.
    """
    web.start(20, ws_rate="")
    until(lambda: web.json("/stats/requests")["state"] in ("spawning", "running"))
    page.open(web.url + "/")


def stop(page: Page, web: Served) -> None:
    """Stop the test and wait until the page says so.

    Locust's page asks no more once it has been told of the clean-up, which lasts longer on a busy machine; a
    person loads it again then.
    """
    page.click("Stop")
    until(lambda: web.json("/stats/requests")["state"] == "stopped")
    state = "document.body.innerText.toLowerCase()"
    page.wait(f"['stopped', 'stopping', 'cleanup'].some(word => {state}.includes(word))")
    if not page.ask(f"{state}.includes('stopped')"):
        page.open(web.url + "/")
        page.wait(f"{state}.includes('stopped')")


def test_a_wrong_value_is_told_in_the_form_and_the_mended_form_starts(web: Served, page: Page) -> None:
    open_form(page, web)
    page.click("Custom parameters")
    page.type("userCount", "20")
    page.type("spawnRate", "50")
    page.type("wsRate", "fast")
    page.click("Start")
    page.wait("document.body.innerText.includes(\"--ws-rate: 'fast' is not a rate\")")
    page.type("wsRate", "40/s")
    page.click("Start")
    stop(page, web)


def test_the_fan_out_tab_fills_and_is_exact_after_stop(web: Served, page: Page) -> None:
    begin(page, web)
    page.click("Fan-out")
    page.wait(f"{_CELLS}.length === 1 && {_CELLS}[0][5] > 100")
    row = page.wait(f"{_CELLS}[0][3] === '10' && {_CELLS}[0]")
    assert row[:4] == ["Chat", "so far", "", "10"]
    page.wait(f"{_CELLS}[0][12] !== ''")
    stop(page, web)
    page.click("Fan-out")
    page.wait(f"{_CELLS}.length === 1 && {_CELLS}[0][1] === 'exact'")
    row = page.ask(f"{_CELLS}[0]")
    assert row[4] == row[5]
    assert row[6:9] == ["0", "0", "0"]


def test_the_live_charts_are_linked_and_draw_every_class(web: Served, page: Page) -> None:
    begin(page, web)
    page.click("Download Data")
    page.click("WebSocket live charts and report")
    page.wait("location.pathname === '/wswarm' && !!document.querySelector('svg path')")
    lines = "[...document.querySelectorAll('svg path')].map(path => path.getAttribute('d'))"
    page.wait(f"{lines}.length === 9 && {lines}.every(line => line.includes('L'))")
    titles = page.ask("[...document.querySelectorAll('h3')].map(one => one.innerText)")
    assert titles[:4] == ["Delivery time", "Completion time", "Deliveries per s", "Connections"]
    assert titles[4:] == ["Response time", "Replies per s", "Connections"]
    page.shape(400, 900, is_dark=True)
    page.wait("document.querySelector('svg').viewBox.baseVal.width < 400")
    assert page.ask("document.documentElement.scrollWidth") <= 400
    web.post("/stop")
    page.wait("document.getElementById('state').innerText === 'stopped, figures exact'")
    page.wait("!document.getElementById('report').hidden")
    page.click("Report of this test")
    page.wait("location.pathname === '/wswarm/report/report.html' && document.title !== ''")
