from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from target_app.pages import read
from tests.target_app.server import Server

PAGES = ["/", "/items", "/chat"]


class Parts(HTMLParser):
    """The element IDs of a page, and the addresses it refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.addresses: set[str] = set()
        self.buttons: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids |= {named["id"] or ""} if "id" in named else set()
        self.addresses |= {named[name] or "" for name in ("href", "src") if name in named}
        if tag == "button":
            self.buttons.append(named.get("type"))


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/", {"messageText", "messages"}),
        ("/items", {"messageText", "messages", "itemId", "token"}),
        ("/chat", {"messageText", "messages", "ws-id"}),
    ],
)
def test_a_page_is_html_with_the_documented_element_ids(main: Server, path: str, ids: set[str]) -> None:
    status, content_type, page = main.get(path)
    assert (status, content_type) == (200, "text/html; charset=utf-8")
    assert ids <= Parts(page).ids


@pytest.mark.parametrize("path", PAGES)
def test_every_page_links_to_all_and_no_address_is_broken(main: Server, path: str) -> None:
    addresses = {urljoin(path, address) for address in Parts(main.get(path)[2]).addresses}
    assert set(PAGES) <= addresses
    local = [address for address in addresses if not address.startswith("data:")]
    assert {address: main.get(address)[0] for address in local} == dict.fromkeys(local, 200)


@pytest.mark.parametrize(
    ("path", "content_type"), [("/page.js", "text/javascript"), ("/page.css", "text/css")]
)
def test_script_and_style_have_their_types(main: Server, path: str, content_type: str) -> None:
    assert main.get(path)[1] == f"{content_type}; charset=utf-8"


@pytest.mark.parametrize("name", ["echo.html", "items.html", "chat.html", "page.js"])
def test_no_page_names_a_host(name: str) -> None:
    assert [word for word in ("localhost", "127.0.0.1", "ws://", "http://") if word in read(name)] == []


def test_the_script_asks_the_page_for_host_and_scheme() -> None:
    script = read("page.js")
    assert "new URL(path, location.href)" in script
    assert 'location.protocol === "https:" ? "wss:" : "ws:"' in script


def test_the_default_is_prevented_before_anything_can_throw() -> None:
    body = read("page.js").partition("function sendMessage(event, line) {")[2]
    assert body.split()[0] == "event.preventDefault();"


def test_enter_in_the_message_field_of_the_items_page_sends() -> None:
    # The form's first submit button is what Enter presses: Connect must not be one.
    assert Parts(read("items.html")).buttons == ["button", None]


def test_item_id_and_token_are_escaped() -> None:
    page = read("items.html")
    assert "encodeURIComponent(itemId)" in page
    assert "encodeURIComponent(token)" in page
