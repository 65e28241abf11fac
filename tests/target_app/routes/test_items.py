from typing import Any
from urllib.parse import quote

import pytest
from starlette.websockets import WebSocketDisconnect

from target_app.main import create_app
from tests.target_app.server import Server, closing, receive


@pytest.mark.parametrize(
    ("query", "cookie", "value", "q"),
    [
        ("", "session=fakesession", "fakesession", None),
        ("?token=some-token", None, "some-token", None),
        ("?q=3&token=some-token", None, "some-token", "3"),
        ("?token=some-token", "session=fakesession", "fakesession", None),
        ("?q=0", "session=fakesession", "fakesession", "0"),
        ("?token=some-token", "session=", "some-token", None),
        ("?token=", "session=fakesession", "fakesession", None),
        ("?token=a%26b%23c%20%C3%A9", None, "a&b#c é", None),
    ],
    ids=[
        "cookie",
        "token",
        "q",
        "cookie wins",
        "cookie and q",
        "empty cookie",
        "empty token",
        "escaped token",
    ],
)
def test_two_replies_or_three_come_in_the_documented_order(
    main: Server, query: str, cookie: str | None, value: str, q: str | None
) -> None:
    headers = {} if cookie is None else {"Cookie": cookie}
    with main.connect(f"/items/foo/ws{query}", additional_headers=headers) as client:
        for message in ("one", "two"):
            client.send(message)
            expected = [f"Session cookie or query token value is: {value}"]
            expected += [] if q is None else [f"Query parameter q is: {q}"]
            expected += [f"Message text was: {message}, for item ID: foo"]
            assert receive(client, len(expected)) == expected


@pytest.mark.parametrize("item_id", ["a b", "a?b", "a#b", "é☃", "a+b", "%2F"])
def test_an_escaped_item_id_arrives_as_it_was(main: Server, item_id: str) -> None:
    with main.connect(f"/items/{quote(item_id, safe='')}/ws?token=t") as client:
        client.send("hi")
        assert receive(client, 2)[1] == f"Message text was: hi, for item ID: {item_id}"


@pytest.mark.parametrize(
    ("path", "cookie"),
    [
        ("/items/foo/ws", ""),
        ("/items/foo/ws?token=", ""),
        ("/items/foo/ws", "session="),
        ("/items/foo/ws?token=", "session="),
        ("/items/foo/ws?q=bar&token=t", ""),
        ("/items/a%2Fb/ws?token=t", ""),
        ("/items//ws?token=t", ""),
    ],
    ids=[
        "nothing",
        "empty token",
        "empty cookie",
        "both empty",
        "q is no number",
        "slash in the ID",
        "empty ID",
    ],
)
def test_a_refusal_is_http_403_on_the_wire(main: Server, path: str, cookie: str) -> None:
    assert main.refusal(path, additional_headers={"Cookie": cookie} if cookie else {}) == 403


@pytest.mark.parametrize("path", ["/items/foo/ws", "/items/foo/ws?token=", "/items/foo/ws?q=bar&token=t"])
def test_the_test_client_shows_1008_where_the_wire_has_403(in_process: Any, path: str) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, in_process(create_app()).websocket_connect(path):
        pass
    assert refused.value.code == 1008


def test_a_binary_message_closes_1003(main: Server) -> None:
    with main.connect("/items/foo/ws?token=t") as client:
        client.send(b"binary")
        assert closing(client) == (1003, "expected a text message")
