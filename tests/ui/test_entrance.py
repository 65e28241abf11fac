"""Who may come in."""

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from wswarm.ui.entrance import Entrance, is_loopback, name_in, new_token

TOKEN, COOKIE = "a" * 32, "wswarm-ui-80"


def client(
    host: str = "127.0.0.1", token: str | None = None, base: str = "http://127.0.0.1:80"
) -> TestClient:
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("in"), methods=["GET", "POST"])])
    return TestClient(Entrance(app, host, token, COOKIE), base_url=base, follow_redirects=False)


@pytest.mark.parametrize(
    ("host", "called", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8765", 200),
        ("127.0.0.1", "localhost", 200),
        ("127.0.0.1", "LOCALHOST.:8765", 200),
        ("127.0.0.1", "[::1]:8765", 200),
        ("127.0.0.1", "evil.example", 421),
        ("127.0.0.1", "127.0.0.1.evil.example", 421),
        ("127.0.0.1", "localhost@evil.example", 421),
        ("127.0.0.1", "10.0.0.7", 421),
        ("127.0.0.1", "", 421),
        ("127.0.0.1", "[", 421),
        ("127.0.0.1", "127.0.0.1, evil.example", 421),
        ("0.0.0.0", "10.0.0.7:8765", 200),
        ("0.0.0.0", "evil.example", 421),
        ("bench.example", "bench.example", 200),
    ],
)
def test_a_page_is_there_under_our_own_names_alone(host: str, called: str, status: int) -> None:
    assert client(host).get("/", headers={"host": called}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:80"}, 403),  # the port of the header `Host` is left out by the client
        ({"origin": "http://127.0.0.1"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1"}, 200),
    ],
)
def test_a_form_of_another_page_is_refused(headers: Mapping[str, str], status: int) -> None:
    assert client().post("/", headers=headers).status_code == status


def test_who_has_no_token_is_not_let_in() -> None:
    asked = client(token=TOKEN)
    assert asked.get("/").status_code == 401
    assert asked.get("/?token=wrong").status_code == 401
    assert asked.get("/", headers={"authorization": "Bearer ü".encode()}).status_code == 401
    assert asked.post(f"/?token={TOKEN}").status_code == 401


def test_a_token_is_shown_once_and_then_a_cookie_that_scripts_and_other_pages_do_not_have() -> None:
    asked = client(token=TOKEN)
    answer = asked.get(f"/?token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["set-cookie"] == f"{COOKIE}={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    assert asked.get("/").text == "in"


def test_a_program_shows_its_token_in_a_header() -> None:
    assert client(token=TOKEN).get("/", headers={"authorization": f"Bearer {TOKEN}"}).text == "in"


@pytest.mark.parametrize("token", [None, TOKEN])
def test_every_answer_forbids_scripts_that_are_not_ours_and_frames(token: str | None) -> None:
    headers = client(token=token).get("/").headers
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "is_so"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)],
)
def test_loopback_is_known(host: str, is_so: bool) -> None:
    assert is_loopback(host) is is_so


@pytest.mark.parametrize(
    ("called", "name"), [("A.b:1", "a.b"), ("[::1]", "::1"), ("a:x", None), ("a/b", None)]
)
def test_the_name_in_a_header_is_found(called: str, name: str | None) -> None:
    assert name_in(called) == name


def test_tokens_differ() -> None:
    assert new_token() != new_token()
