"""The pages as a person uses them, documented and hardened, in a headless Chromium.

`PICTURES=write` brings the pictures of `docs/target_app.md` up to date.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, Page, Window, needs_a_browser
from tests.target_app.hosted import documented, hardened, hosting
from tests.target_app.server import FRAMING, ROOT, Server

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]

HOSTILE = ("<img src=x onerror=alert(1)>", "</li><script>alert(1)</script>")
PICTURES = ROOT / "docs" / "pictures"

# The documented pages know one address; the tests' servers have others. The pages themselves stay as they are.
ELSEWHERE = """
window.WebSocket = class extends WebSocket {
  constructor(url) { super(url.replace("//localhost:8000/", `//${location.host}/`)); }
};
"""
SHOWN = "[...document.querySelectorAll('#messages > li')].map(item => item.textContent)"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def main() -> Iterator[Server]:
    with hosting(hardened(), ws=FRAMING) as server:
        yield server


@pytest.fixture(scope="module")
def documented_echo() -> Iterator[Server]:
    with hosting(documented("echo")) as server:
        yield server


@pytest.fixture(scope="module")
def documented_items() -> Iterator[Server]:
    with hosting(documented("items")) as server:
        yield server


@pytest.fixture(scope="module")
def documented_chat() -> Iterator[Server]:
    with hosting(documented("chat")) as server:
        yield server


@pytest.fixture
def window(a_browser: Browser) -> Iterator[Window]:
    with a_browser.window() as one:
        yield one


@pytest.fixture
def tab(window: Window) -> Open:
    """Opens a page of a server in a new tab; with a cookie if asked to."""

    def tab(server: Server, path: str = "/", cookie: str | None = None) -> Page:
        page, url = window.page(), f"http://127.0.0.1:{server.port}{path}"
        page.shape(560, 560)
        page.before_each_page(ELSEWHERE)
        if cookie is not None:
            page.cookie(url, "session", cookie)
        page.open(url)
        return page

    return tab


def wait_for(page: Page, message: str) -> None:
    """Wait until the page's list shows the message."""
    page.wait(f"{SHOWN}.includes({json.dumps(message)})")


def send(page: Page, text: str) -> None:
    """Type and press Send, once there is a connection."""
    page.fill("#messageText", text)
    page.click("Send")
    page.wait("document.querySelector('#messageText').value === ''")


def is_ready(page: Page) -> None:
    """Wait until the page's connection is open, as the page or its script says."""
    page.wait(
        "document.querySelector('#status')?.textContent === 'Connected.'"
        " || (typeof ws !== 'undefined' && ws !== null && ws.readyState === WebSocket.OPEN)"
    )


def check_plain(page: Page) -> None:
    """Check that no message became markup, and that nothing stands in the console in red."""
    assert page.ask("document.querySelectorAll('#messages img, #messages script, #messages b').length") == 0
    assert page.ask("document.querySelectorAll('#messages li > *').length") == 0
    assert page.complaints() == []


def keep_picture(page: Page, name: str) -> None:
    """Write the picture if that was asked for."""
    if os.environ.get("PICTURES") == "write":
        PICTURES.mkdir(exist_ok=True)
        page.picture(Path(PICTURES, f"{name}.png"))


@pytest.mark.parametrize("name", ["documented_echo", "main"])
def test_the_echo_answers_in_the_page_and_shows_what_is_hostile_as_text(
    name: str, tab: Open, request: pytest.FixtureRequest
) -> None:
    page = tab(request.getfixturevalue(name))
    is_ready(page)
    send(page, "Hello")
    wait_for(page, "Message text was: Hello")
    keep_picture(page, f"{'hardened' if name == 'main' else 'documented'}-echo")
    for text in HOSTILE:
        send(page, text)
        wait_for(page, f"Message text was: {text}")
    check_plain(page)


@pytest.mark.parametrize(("name", "path"), [("documented_chat", "/"), ("main", "/chat")])
def test_three_tabs_chat_and_read_who_has_left(
    name: str, path: str, window: Window, tab: Open, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue(name)
    tabs = [tab(server, path) for _ in range(3)]
    for page in tabs:
        is_ready(page)
    identities = [page.wait("document.querySelector('#ws-id').textContent") for page in tabs]
    assert len(set(identities)) == 3
    first, second, third = tabs
    for text in ("Hello everybody", HOSTILE[0]):
        send(first, text)
        wait_for(first, f"You wrote: {text}")
        for page in tabs:
            wait_for(page, f"Client #{identities[0]} says: {text}")
    send(second, "Good evening")
    for page in tabs:
        wait_for(page, f"Client #{identities[1]} says: Good evening")
    assert not any("You wrote: Good evening" in page.text() for page in (first, third))
    check_plain(third)
    window.close(third)
    for page in (first, second):
        wait_for(page, f"Client #{identities[2]} left the chat")
        check_plain(page)
    keep_picture(second, f"{'hardened' if name == 'main' else 'documented'}-chat")


@pytest.mark.parametrize(
    ("name", "token", "cookie", "value"),
    [
        ("documented_items", "some-key-token", None, "some-key-token"),
        ("documented_items", "some-key-token", "from-a-cookie", "from-a-cookie"),
        (
            "documented_items",
            "",
            None,
            "",
        ),  # documented: only a missing token is refused, and the page sends one
        ("main", "some-key-token", None, "some-key-token"),
        ("main", "", "from-a-cookie", "from-a-cookie"),
    ],
)
def test_items_come_with_a_token_or_a_cookie(
    name: str, token: str, cookie: str | None, value: str, tab: Open, request: pytest.FixtureRequest
) -> None:
    page = tab(request.getfixturevalue(name), "/items" if name == "main" else "/", cookie)
    if token != "some-key-token":
        page.fill("#token", token)
    page.click("Connect")
    is_ready(page)
    send(page, HOSTILE[1])
    wait_for(page, f"Session cookie or query token value is: {value}")
    wait_for(page, f"Message text was: {HOSTILE[1]}, for item ID: foo")
    check_plain(page)
    if cookie is None and token:
        keep_picture(page, f"{'hardened' if name == 'main' else 'documented'}-items")


def test_the_hardened_items_refuse_who_has_neither_and_the_page_says_so(main: Server, tab: Open) -> None:
    page = tab(main, "/items")
    page.fill("#token", "")
    page.click("Connect")
    page.wait("document.querySelector('#status').textContent.startsWith('Refused')")
    assert "(code 1006)" in page.text()
    page.fill("#messageText", "Hello")
    page.click("Send")
    page.wait("document.querySelector('#status').textContent.includes('nothing was sent')")
    (complaint,) = page.complaints()  # the browser's own, of the handshake
    assert "403" in complaint


def test_enter_sends_from_the_hardened_items(main: Server, tab: Open) -> None:
    page = tab(main, "/items")
    page.click("Connect")
    is_ready(page)
    page.fill("#messageText", "typed")
    page.enter()
    wait_for(page, "Message text was: typed, for item ID: foo")
    check_plain(page)


def test_sending_before_there_is_a_connection_keeps_what_was_typed(main: Server, tab: Open) -> None:
    page = tab(main, "/items")
    page.fill("#messageText", "too early")
    page.click("Send")
    page.wait("document.querySelector('#status').textContent.includes('nothing was sent')")
    assert page.ask("document.querySelector('#messageText').value") == "too early"
    check_plain(page)
