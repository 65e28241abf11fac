import json
from typing import Any

import pytest

from target_app.main import create_app
from tests.target_app.server import Server, closing, receive


@pytest.mark.parametrize("payload", [b"", b"\x00\xff", bytes(range(256)) * 100])
def test_binary_comes_back_unchanged(main: Server, payload: bytes) -> None:
    with main.connect("/ws/bytes") as client:
        client.send(payload)
        assert receive(client) == [payload]


def test_text_to_the_binary_echo_closes_1003(main: Server) -> None:
    with main.connect("/ws/bytes") as client:
        client.send("text")
        assert closing(client) == (1003, "expected a binary message")


@pytest.mark.parametrize(
    ("sent", "reply"),
    [
        ('{"msg": "Hello WebSocket"}', '{"msg":"Hello WebSocket"}'),
        ("[1, 2.5, true, null]", "[1,2.5,true,null]"),
        ('"caf\\u00e9 ☃"', '"café ☃"'),
        ('"\\ud83d\\ude00"', '"😀"'),
        ("0", "0"),
    ],
)
def test_a_json_value_comes_back_compact(main: Server, sent: str, reply: str) -> None:
    with main.connect("/ws/json") as client:
        client.send(sent)
        assert receive(client) == [reply]


@pytest.mark.parametrize(
    "sent",
    ["", "{", "{'a': 1}", "NaN", "-Infinity", "1e999", '"\\ud800"', "9" * 5000, "[" * 100_000],
    ids=["empty", "cut off", "not JSON", "NaN", "infinity", "overflow", "half a pair", "huge", "deep"],
)
def test_what_is_not_json_closes_1007_and_logs_no_traceback(main: Server, sent: str) -> None:
    since = len(main.log())
    with main.connect("/ws/json") as client:
        client.send(sent)
        assert closing(client) == (1007, "expected JSON")
    main.wait_until_empty()
    assert "Traceback" not in main.log(since)


def test_binary_to_the_json_echo_closes_1003(main: Server) -> None:
    with main.connect("/ws/json") as client:
        client.send(json.dumps({}).encode())
        assert closing(client) == (1003, "expected a text message")


def test_the_test_client_sends_and_receives_json(in_process: Any) -> None:
    with in_process(create_app()).websocket_connect("/ws/json") as client:
        client.send_json({"msg": "Hello WebSocket"})
        assert client.receive_json() == {"msg": "Hello WebSocket"}
