"""What a connection says when it introduces itself, and the exact bytes of its messages."""

import json
import re
from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve

DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])
MARKER = r"wswarm[0-9a-f]{40}"


def requests_of(path: str = "", **options: Any) -> list[dict[str, Any]]:
    """How the connections introduced themselves, and the first messages of each."""
    plan = {"connections": 4, "rate": 80, "duration": 0.25, "warmup": 0}
    with serve("headers_echo") as server:
        found = run("echo", server.url + path, **{**plan, **options})
        requests: list[dict[str, Any]] = server.log()["requests"]
    assert found.messages is not None
    assert found.messages.received == found.messages.offered == 20
    return requests


def sent_as(driver: str, **options: Any) -> Any:
    """The first message of the first connection."""
    (request,) = requests_of(driver=driver, connections=1, **options)
    return request["messages"][0]


@pytest.mark.parametrize(("driver", "processes"), [("picows", 1), ("picows", 2), ("websockets", 1)])
def test_each_connection_fills_in_a_number_of_its_own_everywhere(driver: str, processes: int) -> None:
    requests = requests_of(
        "room/{id}?token=t{id}",
        driver=driver,
        processes=processes,
        headers=("X-Id: n{id}", "X-Id: again {id}", "Authorization: Bearer {id}"),
        cookies=("session=s{id}", "fixed=1"),
        on_open=("hello {id}", '{"join": {id}}'),
        text="from {id}: {marker}",
    )
    ids = sorted(int(request["path"].removeprefix("/room/").partition("?")[0]) for request in requests)
    assert ids == [1, 2, 3, 4]
    for request in requests:
        number = request["path"].removeprefix("/room/").partition("?")[0]
        assert request["path"] == f"/room/{number}?token=t{number}"
        headers = [(name, value) for name, value in request["headers"]]
        assert [value for name, value in headers if name == "X-Id"] == [f"n{number}", f"again {number}"]
        assert ("Authorization", f"Bearer {number}") in headers
        assert [value for name, value in headers if name == "Cookie"] == [f"session=s{number}; fixed=1"]
        assert request["cookies"] == {"session": f"s{number}", "fixed": "1"}
        assert request["messages"][:2] == [f"hello {number}", f'{{"join": {number}}}']
        assert re.fullmatch(f"from {number}: {MARKER}", request["messages"][2])


@DRIVERS
def test_origin_and_subprotocols_are_offered_in_the_handshake(driver: str) -> None:
    offers = {"origin": "http://there.test", "subprotocols": ("v2.chat", "v1.chat")}
    for request in requests_of(driver=driver, **offers):
        headers = {name.lower(): value for name, value in request["headers"]}
        assert headers["sec-websocket-protocol"] == "v2.chat, v1.chat"
        assert (request["origin"], request["subprotocol"]) == ("http://there.test", "v2.chat")


@DRIVERS
def test_a_connection_says_nothing_that_it_was_not_told_to(driver: str) -> None:
    for request in requests_of(driver=driver):
        names = {name.lower() for name, _ in request["headers"]}
        assert names == {"host", "upgrade", "connection", "sec-websocket-version", "sec-websocket-key"}
        assert (request["origin"], request["cookies"], request["subprotocol"]) == (None, {}, None)


def test_the_user_name_and_password_of_the_url_become_basic_authorization() -> None:
    with serve("headers_echo") as server:
        run("echo", server.url.replace("ws://", "ws://me:p%40ss@"), duration=0.3)
        requests = server.log()["requests"]
    assert all(["Authorization", "Basic bWU6cEBzcw=="] in request["headers"] for request in requests)


@DRIVERS
def test_the_bare_marker_is_a_text_message(driver: str) -> None:
    assert re.fullmatch(MARKER, sent_as(driver))


def test_a_text_template_replaces_marker_and_id_literally() -> None:
    message = sent_as("picows", text="ä {id} {x} {marker} %s {{}}")
    assert re.fullmatch(r"ä 1 \{x\} " + MARKER + r" %s \{\{\}\}", message)


def test_a_json_template_is_json_on_the_wire_at_any_size() -> None:
    message = sent_as("picows", json='{"type": "say", "from": {id}, "text": "{marker}"}', size=200)
    content = json.loads(message)
    assert len(message) == 200
    assert (content["type"], content["from"]) == ("say", 1)
    assert re.fullmatch(MARKER + r"\.+", content["text"])


@DRIVERS
def test_a_binary_message_is_binary_and_of_the_size_asked_for(driver: str) -> None:
    message = sent_as(driver, binary=True, size=1000)
    assert set(message) == {"hex"}
    content = bytes.fromhex(message["hex"])
    assert len(content) == 1000
    assert re.fullmatch(MARKER.encode() + rb"\.+", content)


@pytest.mark.parametrize("size", [46, 126, 65_536])
def test_a_size_at_an_edge_of_the_frame_format_is_exact(size: int) -> None:
    assert len(sent_as("picows", size=size)) == size
