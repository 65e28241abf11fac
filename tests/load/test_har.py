"""The WebSockets of a HAR, whoever made it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.load.recordings import (
    CHAT,
    STARTED_S,
    capturer,
    chrome,
    entry,
    har,
    message,
    minimal,
    mitmproxy,
    playwright,
    recorded,
)
from wswarm.errors import PlanError
from wswarm.load.har import sockets_of, why_empty
from wswarm.load.recording import Recording


def nothing_attached(_: str) -> None:
    return None


def read(found: Any) -> Recording:
    (only,) = sockets_of(found, nothing_attached)
    return only


@pytest.mark.parametrize("made", [chrome, playwright, mitmproxy])
def test_offsets_are_since_the_socket_was_opened_in_whatever_unit(made: Callable[..., Any]) -> None:
    found = read(made(CHAT))
    assert [round(one.offset_ns / 1e9, 4) for one in found.messages] == [0.25, 0.5, 0.75, 1.0]
    assert [one._replace(offset_ns=0) for one in found.messages] == [
        one._replace(offset_ns=0) for one in recorded(*CHAT)
    ]
    assert found.has_times


def test_times_of_a_clock_of_the_machine_are_since_the_first_message() -> None:
    offsets = [round(one.offset_ns / 1e9, 6) for one in read(capturer(CHAT)).messages]
    assert offsets == [0.0, 0.25, 0.5, 0.75]


def test_a_recording_without_times_keeps_the_order() -> None:
    found = read(minimal(CHAT))
    assert not found.has_times
    assert [one.payload for one in found.messages] == [one.payload for one in recorded(*CHAT)]


def test_one_message_without_a_time_leaves_only_the_order() -> None:
    told = chrome(CHAT)
    told["log"]["entries"][1]["_webSocketMessages"][2]["time"] = None
    assert not read(told).has_times


def test_the_socket_began_with_its_first_message_if_a_clock_was_set_back() -> None:
    told = chrome([(-5.0, ">", "a"), (-4.0, ">", "b")])
    assert [round(one.offset_ns / 1e9, 4) for one in read(told).messages] == [0.0, 1.0]


def test_a_start_in_another_time_zone_is_the_same_start() -> None:
    told = chrome(CHAT)
    told["log"]["entries"][1]["startedDateTime"] = "2026-11-29T12:30:00+02:30"
    assert round(read(told).messages[0].offset_ns / 1e9, 4) == 0.25


def test_messages_stand_in_the_order_of_their_times() -> None:
    told = [message((0, ">", "second"), STARTED_S + 2), message((0, ">", "first"), STARTED_S + 1)]
    assert [one.payload for one in read(har(entry("ws://h/", told))).messages] == [b"first", b"second"]


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://h/ws?a=1#x", "wss://h/ws?a=1"),
        ("http://h:81/ws", "ws://h:81/ws"),
        ("wss://h/", "wss://h/"),
    ],
)
def test_the_address_is_that_of_a_websocket(url: str, meant: str) -> None:
    assert read(har(entry(url, []))).url == meant


def test_messages_that_are_attached_are_read_beside() -> None:
    lines = '{"type":"send","time":1795946400500.0,"opcode":1,"data":"hé"}\n\n'
    told = har(entry("ws://h/", None, response={"status": 101, "content": {"_file": "a.jsonl"}}))
    (found,) = sockets_of(told, {"a.jsonl": lines}.get)
    assert [(one.payload, one.offset_ns) for one in found.messages] == [("hé".encode(), 500_000_000)]


def test_what_is_no_message_is_passed_over() -> None:
    """Chrome notes errors of the connection among the messages."""
    told = [
        {"type": "error", "opcode": -1, "time": 1.0, "data": "failed"},
        {"type": "receive", "opcode": 9, "time": 1.5, "data": "a control frame"},
        message((0, ">", "a"), 2.0),
    ]
    assert [one.payload for one in read(har(entry("ws://h/", told))).messages] == [b"a"]


def test_the_client_s_own_headers_are_kept_and_those_of_the_handshake_are_not() -> None:
    headers = [
        (":authority", "h"),
        ("Authorization", "Bearer x"),
        ("Cookie", "a=1; b=2"),
        ("Origin", "https://h"),
        ("sec-websocket-protocol", "v2, v1"),
        ("Sec-WebSocket-Extensions", "permessage-deflate"),
    ]
    found = read(chrome(CHAT, headers=headers))
    assert found.headers == (("Authorization", "Bearer x"),)
    assert (found.cookies, found.subprotocols, found.origin) == (("a=1", "b=2"), ("v2", "v1"), "https://h")


def test_cookies_that_no_header_names_are_kept() -> None:
    assert read(chrome(CHAT, cookies=[("a", "1")])).cookies == ("a=1",)


def test_what_can_t_be_sent_is_left_out() -> None:
    headers = [
        ("bad name", "x"),
        ("X-Split", "a\r\nb"),
        ("TE", "x"),
        ("Sec-WebSocket-Protocol", "ok, no good"),
    ]
    found = read(chrome(CHAT, headers=headers, cookies=[("a", "1;2"), ("b", "2")]))
    assert (found.headers, found.cookies, found.subprotocols) == ((), ("b=2",), ("ok",))


@pytest.mark.parametrize("found", [[], {}, {"log": 1}, {"log": {"entries": None}}, "x", None, 5])
def test_other_json_is_no_recording(found: Any) -> None:
    with pytest.raises(PlanError, match=r"no log\.entries"):
        sockets_of(found, nothing_attached)


@pytest.mark.parametrize(
    "odd",
    [None, 5, {}, {"request": 3, "response": []}, {"_webSocketMessages": 5}, {"_webSocketMessages": [1, {}]}],
)
def test_odd_entries_have_no_messages(odd: Any) -> None:
    assert [one.messages for one in sockets_of(har(odd), nothing_attached)] in ([], [()])


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (
            {"type": "send", "opcode": 2, "data": "%%", "time": 1},
            "number 1 of WebSocket 1 is binary and not base64",
        ),
        ({"type": "send", "opcode": 5, "data": "", "time": 1}, "number 1 of WebSocket 1 has opcode 5"),
    ],
)
def test_a_message_that_can_t_be_read_is_named(broken: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        sockets_of(har(entry("ws://h/?token=secret", [broken])), nothing_attached)


def test_attached_messages_that_are_not_there_are_named() -> None:
    told = har(entry("ws://h/", None, response={"status": 101, "content": {"_file": "a.jsonl"}}))
    with pytest.raises(PlanError, match=r"'a\.jsonl', which is not beside it: give the whole \.zip"):
        sockets_of(told, nothing_attached)


@pytest.mark.parametrize(
    ("creator", "sockets", "words"),
    [
        ("Firefox", 1, "stores no WebSocket messages"),
        ("x", 0, "has no WebSocket:"),
        ("x", 2, "2 WebSockets, but"),
    ],
)
def test_why_there_are_no_messages_is_told(creator: str, sockets: int, words: str) -> None:
    assert words in why_empty(har(creator=creator), sockets)
