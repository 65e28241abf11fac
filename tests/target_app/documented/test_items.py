from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from target_app.documented.items import app
from tests.target_app.server import Server, closing, receive


@pytest.mark.parametrize(
    ("query", "cookie", "value", "q"),
    [
        ("", "session=fakesession", "fakesession", None),
        ("?token=some-token", None, "some-token", None),
        ("?q=3&token=some-token", None, "some-token", "3"),
        ("?token=some-token", "session=fakesession", "fakesession", None),
        ("?q=-1", "session=fakesession", "fakesession", "-1"),
        ("?token=", None, "", None),
        ("?token=some-token", "session=", "some-token", None),
    ],
    ids=["cookie", "token", "token and q", "cookie wins", "cookie and q", "empty token", "empty cookie"],
)
def test_two_replies_or_three_come_in_the_documented_order(
    documented_items: Server, query: str, cookie: str | None, value: str, q: str | None
) -> None:
    headers = {} if cookie is None else {"Cookie": cookie}
    with documented_items.connect(f"/items/foo/ws{query}", additional_headers=headers) as client:
        for message in ("one", "two"):
            client.send(message)
            expected = [f"Session cookie or query token value is: {value}"]
            expected += [] if q is None else [f"Query parameter q is: {q}"]
            expected += [f"Message text was: {message}, for item ID: foo"]
            assert receive(client, len(expected)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/items/foo/ws",
        "/items/foo/ws?q=3",
        "/items/foo/ws?q=bar&token=t",
        "/items/a%2Fb/ws?token=t",
        "/items//ws?token=t",
    ],
    ids=["no credential", "only q", "q is no number", "slash in the ID", "empty ID"],
)
def test_a_refusal_is_http_403_on_the_wire(documented_items: Server, path: str) -> None:
    assert documented_items.refusal(path) == 403


def test_the_test_client_shows_1008_where_the_wire_has_403(in_process: Any) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, in_process(app).websocket_connect("/items/foo/ws"):
        pass
    assert refused.value.code == 1008


def test_the_test_client_shows_the_reasons_for_a_q_that_is_no_number(in_process: Any) -> None:
    path = "/items/foo/ws?q=bar&token=t"
    with pytest.raises(WebSocketDisconnect) as refused, in_process(app).websocket_connect(path):
        pass
    assert refused.value.code == 1008
    reasons: Any = refused.value.reason  # a list, whatever its annotation says
    assert [error["loc"] for error in reasons] == [["query", "q"]]


def test_the_token_is_in_the_servers_log(documented_items: Server) -> None:
    since = len(documented_items.log())
    with documented_items.connect("/items/foo/ws?token=my-secret"):
        pass
    documented_items.wait_for_log("my-secret", since)


def test_a_normal_close_logs_a_traceback(documented_items: Server) -> None:
    since = len(documented_items.log())
    with documented_items.connect("/items/foo/ws?token=t"):
        pass
    documented_items.wait_for_log("(?s)Exception in ASGI application.*WebSocketDisconnect", since)


def test_a_binary_message_is_a_crash_without_a_close_frame(documented_items: Server) -> None:
    with documented_items.connect("/items/foo/ws?token=t") as client:
        client.send(b"binary")
        assert closing(client) == (1006, "")
