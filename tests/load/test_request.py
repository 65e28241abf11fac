"""What one connection asks for and says."""

import base64

import pytest

from wswarm.load.plan import make_plan
from wswarm.load.request import Request, request_for
from wswarm.load.rooms import own_values
from wswarm.load.speech import speech_of
from wswarm.load.template import Opening

PREFIX = b"wswarm00000001"


def request(url: str = "ws://host:1/ws", number: int = 42, **options: object) -> Request:
    """Return the request of one connection."""
    return request_for(make_plan("echo", url, **options), {"id": str(number)})


def openings(**options: object) -> list[Opening]:
    """Return what one connection says when it opens."""
    return speech_of(make_plan("echo", "ws://host:1/ws", **options), "echo").openings({"id": "42"})


def test_the_number_fills_every_place_in_the_url() -> None:
    assert request("ws://host/{id}/ws?token={id}").url == "ws://host/42/ws?token=42"


def test_the_number_fills_header_values() -> None:
    assert request(headers=["X-Id: a{id}b{id}"]).headers == (("X-Id", "a42b42"),)


def test_the_number_fills_cookies_which_share_one_header() -> None:
    assert request(cookies=["a={id}", "b=2"]).headers == (("Cookie", "a=42; b=2"),)


def test_the_number_fills_the_opening_messages() -> None:
    assert openings(on_open=["join {id}", "\u20ac"]) == [Opening(b"join 42"), Opening("\u20ac".encode())]
    assert openings(on_open=[b"\x10{id}"]) == [Opening(b"\x1042", is_binary=True)]


def test_the_number_fills_the_message() -> None:
    speech = speech_of(make_plan("echo", "ws://host:1/ws", text="{id}:{marker}"), "echo")
    assert speech.payload({"id": "42"}, PREFIX).parts == (b"42:" + PREFIX, b"")


def test_the_number_fills_a_profile_path() -> None:
    assert request("ws://host", profile="items").url == "ws://host/items/42/ws?token=wswarm"


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"headers": ["authorization: Bearer x"]}, (("authorization", "Bearer x"),)),
        ({"headers": ["A: 1"]}, (("Authorization", "Basic dTpw"), ("A", "1"))),
        (
            {"headers": ["cookie: a=1", "Authorization: x"], "cookies": ["b=2", "c=3"]},
            (("Authorization", "x"), ("Cookie", "a=1; b=2; c=3")),
        ),
    ],
)
def test_a_header_that_may_stand_once_goes_out_once(
    options: dict[str, object], headers: tuple[tuple[str, str], ...]
) -> None:
    assert request("ws://u:p@host/", **options).headers == headers


def test_the_origin_goes_out_as_it_is() -> None:
    assert request(origin="https://{id}.example").headers == (("Origin", "https://{id}.example"),)


def test_headers_keep_their_order_and_lose_the_blanks_around_their_values() -> None:
    sent = request(headers=["B:  2 ", "A: 1", "C:"]).headers
    assert sent == (("B", "2"), ("A", "1"), ("C", ""))


def test_a_line_break_after_a_header_is_not_sent() -> None:
    assert request(headers=["X: {id}\r\n"]).headers == (("X", "42"),)


def test_a_bare_request_has_no_headers_of_its_own() -> None:
    assert request().headers == ()


def test_two_connections_differ_in_their_numbers_only() -> None:
    first, second = (request("ws://host/{id}", number) for number in (1, 2))
    assert (first.url, second.url) == ("ws://host/1", "ws://host/2")
    assert first.headers == second.headers
    speech = speech_of(make_plan("echo", "ws://host/{id}"), "echo")
    assert speech.payload({"id": "1"}, PREFIX).parts == speech.payload({"id": "2"}, PREFIX).parts


@pytest.mark.parametrize(
    ("credentials", "decoded"),
    [
        ("user:secret", "user:secret"),
        ("user", "user"),
        ("user:", "user:"),
        ("us%3Aer:p%40ss", "us:er:p@ss"),
        ("user:p@ss", "user:p@ss"),
        ("%C3%BC:x", "\u00fc:x"),
        ("user{id}:x", "user42:x"),
    ],
)
def test_credentials_in_the_url_become_a_header(credentials: str, decoded: str) -> None:
    asked = request(f"wss://{credentials}@host:8443/ws?a=1")
    assert asked.url == "wss://host:8443/ws?a=1"
    expected = base64.b64encode(decoded.encode()).decode()
    assert asked.headers == (("Authorization", f"Basic {expected}"),)


def test_credentials_cannot_smuggle_in_a_header() -> None:
    asked = request("ws://u%0D%0AEvil:1@host/")
    assert all(value.isprintable() for _, value in asked.headers)


def test_an_at_sign_after_the_host_is_no_credential() -> None:
    asked = request("ws://host/a@b")
    assert (asked.url, asked.headers) == ("ws://host/a@b", ())


@pytest.mark.parametrize(("number", "room"), [(1, "1"), (100, "0"), (142, "42")])
def test_the_room_is_the_number_modulo_the_rooms_and_fills_every_place(number: int, room: str) -> None:
    words: dict[str, object] = {
        "headers": ["X-Room: r{room}"],
        "cookies": ["room={room}"],
        "on_open": ["join {room}"],
        "text": "{room}:{marker}",
    }
    plan, values = make_plan("fanout", "ws://host/{room}/{id}", rooms=100, **words), own_values(number, 100)
    made, speech = request_for(plan, values), speech_of(plan, "publish")
    assert made.url == f"ws://host/{room}/{number}"
    assert made.headers == (("X-Room", f"r{room}"), ("Cookie", f"room={room}"))
    assert speech.openings(values) == [Opening(f"join {room}".encode())]
    assert speech.payload(values, PREFIX).parts == (f"{room}:".encode() + PREFIX, b"")


def test_where_there_is_one_room_it_is_0_in_the_address_and_nobodys_name_in_messages() -> None:
    assert request("ws://host/{room}").url == "ws://host/0"
    text = "subscription{room}{marker}"
    parts = (
        speech_of(make_plan("echo", "ws://host", text=text), "echo").payload(own_values(7, 1), PREFIX).parts
    )
    assert parts == (b"subscription{room}" + PREFIX, b"")
