"""Showing a token to a page, as a browser does it in the background."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.target_app.hosted import hardened, hosting
from tests.target_app.server import Server

TOKEN = "s3cret+/=&%"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that asks for tokens."""
    with hosting(hardened(guard="strict", tokens={"alice": TOKEN})) as running:
        yield running


def ask(
    server: Server, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body, {**form, **headers})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/items", "/chat"])
def test_a_page_asks_for_a_token_and_shows_itself_when_it_has_one(server: Server, path: str) -> None:
    status, headers, page = ask(server, "GET", path)
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert 'name="token"' in page
    status, headers, page = ask(server, "POST", path, urlencode({"token": TOKEN}))
    assert (status, headers["location"], page) == (303, path, "")
    cookie, *rules = headers["set-cookie"].split("; ")
    assert {rule.lower() for rule in rules} == {"httponly", "path=/", "samesite=strict"}
    status, _, page = ask(server, "GET", path, Cookie=cookie)
    assert status == 200
    assert 'id="messageText"' in page


@pytest.mark.parametrize(
    "body",
    [
        "",
        "token=",
        "token=nobody",
        "other=s3cret",
        "&".join(f"a{number}=b" for number in range(1000)),
        "token=" + "x" * 100_000,
        "%ff=%ff&token=%ff",
    ],
)
def test_another_token_is_asked_for_again_and_shown_nowhere(server: Server, body: str) -> None:
    status, headers, page = ask(server, "POST", "/chat", body)
    assert status == 401
    assert "This token is not known here." in page
    assert "set-cookie" not in headers
    assert "nobody" not in page


def test_who_was_wrong_too_often_waits_a_minute_though_the_next_would_be_right() -> None:
    app = hardened(guard="strict", tokens={"alice": TOKEN}, max_guesses=2)
    with hosting(app) as server:
        tried = ["", "wrong", "wrong", "wrong, too", "and again"]
        statuses = [ask(server, "POST", "/chat", urlencode({"token": token}))[0] for token in tried]
        assert statuses == [401, 401, 401, 401, 429]
        cookie = f"session={TOKEN}"
        for again in (
            ask(server, "POST", "/chat", urlencode({"token": TOKEN})),
            ask(server, "GET", "/chat", Cookie=cookie),
        ):
            status, headers, page = again
            assert (status, headers["retry-after"], headers["cache-control"]) == (429, "60", "no-store")
            assert "Too many wrong tokens from this address: try again in a minute." in page
        assert ask(server, "GET", "/stats", Cookie=cookie)[0] == 429
        assert ask(server, "GET", "/chat")[0] == 200
        assert ask(server, "GET", "/healthz", Cookie=cookie)[0] == 200
        assert server.log() == ""


def test_a_form_of_another_site_is_refused(server: Server) -> None:
    body = urlencode({"token": TOKEN})
    assert ask(server, "POST", "/chat", body, Origin="https://evil.example")[0] == 403
    assert ask(server, "POST", "/chat", body, Origin=f"http://127.0.0.1:{server.port}")[0] == 303


def test_over_https_the_cookie_is_for_https_alone() -> None:
    with hosting(hardened(guard="strict", tokens={"alice": TOKEN})) as server:
        _, headers, _ = ask(
            server, "POST", "/", urlencode({"token": TOKEN}), **{"X-Forwarded-Proto": "https"}
        )
    assert "; secure" in headers["set-cookie"].lower()


def test_a_head_of_a_page_is_answered(server: Server) -> None:
    assert ask(server, "HEAD", "/chat")[0] == 200


def test_without_tokens_nothing_can_be_posted() -> None:
    with hosting(hardened()) as server:
        assert ask(server, "POST", "/chat", "token=x")[0] == 405
