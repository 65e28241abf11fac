"""The guards as a person meets them, in a headless Chromium."""

import json
from collections.abc import Iterator

import pytest

from target_app.guard.on_duty import OnDuty
from tests.browser import Browser, Page, needs_a_browser
from tests.target_app.hosted import hardened, hosting
from tests.target_app.server import FRAMING, Server
from wswarm.drive.host.ports import free_ports

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]

TOKENS = {"alice": "s3cret-of-alice"}
SHOWN = "[...document.querySelectorAll('#messages > li')].map(item => item.textContent)"

# What a page of another site tries: the close code and reason are all that it learns.
INTRUSION = """
new Promise(resolve => {{
  const socket = new WebSocket("ws://127.0.0.1:{port}{path}");
  socket.onopen = () => socket.send("let me in");
  socket.onmessage = (event) => resolve("answered: " + event.data);
  socket.onclose = (event) => resolve(`${{event.code}} ${{event.reason}}`);
}})
"""


@pytest.fixture
def page(a_browser: Browser) -> Iterator[Page]:
    """A tab in a window without cookies."""
    with a_browser.window() as window:
        yield window.page()


def address(server: Server, path: str) -> str:
    """Of a page."""
    return f"http://127.0.0.1:{server.port}{path}"


def shows(page: Page, message: str) -> None:
    """Wait until the page's list shows the message."""
    page.wait(f"{SHOWN}.includes({json.dumps(message)})")


def is_on(page: Page, title: str) -> None:
    """Wait until the page of that title is there, and its scripts have run."""
    page.wait(f"document.title === '{title}' && document.readyState === 'complete'")


def is_connected(page: Page) -> None:
    """Wait until the page says so."""
    page.wait("document.querySelector('#status')?.textContent === 'Connected.'")


def send(page: Page, text: str) -> None:
    """Type and press Send."""
    page.fill("#messageText", text)
    page.click("Send")


@pytest.mark.parametrize(
    ("refuse", "learns"), [("before", "1006 "), ("after", "1008 this origin is not known here")]
)
@pytest.mark.parametrize("path", ["/ws", "/items/foo/ws"])
def test_a_page_of_another_origin_is_refused_though_it_brings_the_cookie(
    refuse: str, learns: str, path: str, page: Page
) -> None:
    app = hardened(guard="strict", tokens=TOKENS, refuse=refuse)
    guards: OnDuty = app.state.guards
    with hosting(hardened(), ws=FRAMING) as elsewhere, hosting(app, ws=FRAMING) as server:
        page.cookie(address(server, "/"), "session", TOKENS["alice"])
        page.open(address(elsewhere, "/items"))
        assert page.ask(INTRUSION.format(port=server.port, path=path)) == learns
        assert guards.refusals.of("origin") == 1
        page.open(address(server, "/items"))
        assert page.ask(INTRUSION.format(port=server.port, path=path)).startswith("answered: ")


def test_strict_pages_ask_for_the_token_and_then_work(page: Page) -> None:
    with hosting(hardened(guard="strict", tokens=TOKENS), ws=FRAMING) as server:
        page.open(address(server, "/chat"))
        page.type("token", "nobody's")
        page.enter()
        page.wait("document.querySelector('#status')?.textContent === 'This token is not known here.'")
        is_on(page, "Log in")
        page.type("token", TOKENS["alice"])
        page.click("Log in")
        is_on(page, "Chat")
        is_connected(page)
        send(page, "Hello")
        shows(page, "You wrote: Hello")
        assert page.ask("location.href") == address(server, "/chat")
        assert page.ask("document.cookie") == ""
        page.click("Items")
        is_on(page, "Items")
        page.click("Connect")
        is_connected(page)
        send(page, "Hello")
        shows(page, "Session cookie or query token value is: alice")
        page.click("Echo")
        is_on(page, "Echo")
        is_connected(page)
        send(page, "Hello")
        shows(page, "Message text was: Hello")


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_a_page_open_before_a_restart_comes_back(path: str, page: Page) -> None:
    settings = {"guard": "strict", "tokens": TOKENS}
    page.before_each_page("Math.random = () => 0.02")  # of the seconds that it waits
    (port,) = free_ports(1)  # which the system gives to nobody meanwhile
    with hosting(hardened(**settings), ws=FRAMING, port=port) as server:
        page.cookie(address(server, "/"), "session", TOKENS["alice"])
        page.open(address(server, path))
        is_connected(page)
        server.stop()
        page.wait("document.querySelector('#status')?.textContent?.includes('Connecting again')")
        with hosting(hardened(**settings), ws=FRAMING, port=port) as again:
            is_connected(page)
            send(page, "still here")
            page.wait(f"{SHOWN}.some(message => message.includes('still here'))")
            assert again.log() == ""


def test_a_page_that_was_closed_for_what_it_did_stays_closed(page: Page) -> None:
    with hosting(hardened(message_rate=1), ws="wsproto") as server:
        page.open(address(server, "/"))
        is_connected(page)
        send(page, "once")
        shows(page, "Message text was: once")
        page.ask("line.send('twice') && line.send('too often')")
        page.wait(
            "document.querySelector('#status')?.textContent?.includes('more than 1 messages per second')"
        )
        assert "connect again" in page.text()
