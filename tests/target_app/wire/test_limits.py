"""What one client may send: each limit crossed on the wire, and just not."""

import zlib
from typing import Any

import pytest

from target_app.guard.refusals import REASONS
from tests.target_app.raw_client import (
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    RawClient,
    WireFrame,
    frame,
    ping,
    text,
)
from tests.target_app.wire.conftest import Serve

DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"


def told(client: RawClient) -> tuple[list[int], int, str]:
    """Opcodes of what came before the close frame, its code and its reason; and that the server let go."""
    *before, last = client.frames()
    assert last.opcode == CLOSE
    return [one.opcode for one in before], last.code, last.reason


def test_a_message_of_the_largest_size_is_answered_and_one_byte_more_is_1009(serve: Serve, ws: str) -> None:
    server = serve({"ws": ws}, max_message=100_000)
    client = server.connect(window=None)
    client.send(text("x" * 100_000))
    assert client.read_frame() == WireFrame(TEXT, b"x" * 100_000)
    client.send(text("x" * 100_001))
    assert told(client)[:2] == ([], 1009)


def test_fragments_count_together(serve: Serve, ws: str) -> None:
    server = serve({"ws": ws}, max_message=1000)
    half = b"x" * 500
    client = server.connect(window=None)
    client.send(frame(TEXT, half, fin=False), frame(CONTINUATION, half))
    client.send(frame(TEXT, half, fin=False), frame(CONTINUATION, half + b"x"))
    assert told(client)[:2] == ([TEXT], 1009)


def deflated(payload: bytes) -> bytes:
    """As permessage-deflate sends it: without the end that every message has (RFC 7692, 7.2.1)."""
    deflating = zlib.compressobj(wbits=-12)
    return (deflating.compress(payload) + deflating.flush(zlib.Z_SYNC_FLUSH))[:-4]


def test_the_size_is_that_after_inflating(serve: Serve, ws: str) -> None:
    """A thousand bytes on the wire would be a message of a megabyte."""
    server = serve({"ws": ws, "ws_per_message_deflate": True}, max_message=1_000_000)
    client = server.connect(lines=DEFLATE, window=None)
    client.send(frame(TEXT, deflated(b"x" * 1_000_000), rsv=4))
    assert client.read_frame() is not None
    client.send(frame(TEXT, deflated(b"x" * 1_000_001), rsv=4))
    assert told(client)[:2] == ([], 1009)


def test_so_many_messages_at_once_are_answered_and_the_next_is_1008(serve: Serve, ws: str) -> None:
    """A rate so low that none is added while the test runs."""
    server = serve({"ws": ws}, message_rate=0.001)
    client = server.connect(window=None)
    client.send(text("x"), text("x"))
    assert told(client) == ([TEXT], 1008, "more than 0.001 messages per second")


@pytest.mark.parametrize(
    "kind", [ping(), frame(PONG), frame(TEXT, b"x", fin=False)], ids=["ping", "pong", "fragment"]
)
def test_pings_pongs_and_fragments_count(serve: Serve, ws: str, kind: bytes) -> None:
    server = serve({"ws": ws}, message_rate=5)
    client = server.connect(window=None)
    client.send(kind, *([frame(CONTINUATION, b"", fin=False)] if kind[0] == TEXT else [kind]) * 200)
    before, code, _ = told(client)
    assert code == 1008
    assert set(before) <= {PONG}


def test_a_client_that_keeps_to_the_rate_may_go_on_as_long_as_it_likes(serve: Serve, ws: str) -> None:
    """Its answers to our pings count for nothing."""
    server = serve({"ws": ws, "ws_ping_interval": 0.01}, message_rate=1000)
    with server.server.connect("/") as client:
        for _ in range(300):
            client.send("x")
            client.recv()


@pytest.mark.parametrize(
    "sent",
    [
        text("x")[:1],
        text("x" * 126)[:5],
        text("x" * 100)[:-1],
        frame(TEXT, b"x", fin=False),
        frame(TEXT, b"x", fin=False) + ping(),
        text("whole") + text("half")[:-1],
        ping(b"half")[:-1],
    ],
    ids=["a byte", "a head", "a frame", "a message", "with a ping amid", "after another", "a ping"],
)
def test_a_message_that_is_not_complete_at_the_deadline_is_1008(serve: Serve, ws: str, sent: bytes) -> None:
    server = serve({"ws": ws}, message_deadline=0.1)
    client = server.connect()
    client.send(sent)
    _, code, reason = told(client)
    assert (code, reason) == (1008, "a message was not complete after 0.1 s")


def test_a_message_that_is_complete_in_time_is_answered(serve: Serve, ws: str) -> None:
    client = serve({"ws": ws}, message_deadline=60).connect()
    client.send(text("x" * 10)[:5])
    assert client.read_all(0.1) == b""
    client.send(text("x" * 10)[5:])
    assert client.read_frame() == WireFrame(TEXT, b"x" * 10)


def test_a_client_that_says_nothing_is_1001_where_that_was_asked_for(serve: Serve, ws: str) -> None:
    """Its answers to our pings are nothing."""
    server = serve({"ws": ws, "ws_ping_interval": 0.05}, idle_deadline=0.3)
    client = server.connect()
    while (seen := client.read_frame()) is not None and seen.opcode == PING:
        client.send(frame(PONG, seen.payload))
    assert seen is not None
    assert (seen.code, seen.reason) == (1001, "no message for 0.3 s")


def test_a_ping_that_is_not_answered_in_time_is_1011(serve: Serve, ws: str) -> None:
    server = serve({"ws": ws, "ws_ping_interval": 0.05}, pong_deadline=0.1)
    client = server.connect()
    assert told(client) == ([PING], 1011, "keepalive ping timeout")


@pytest.mark.parametrize(
    ("sent", "settings", "reason"),
    [
        (text("x" * 101), {"max_message": 100}, "message_size"),
        (text("x") + text("x"), {"message_rate": 0.001}, "rate"),
        (text("x")[:-1], {"message_deadline": 0.05}, "message_deadline"),
        (b"", {"idle_deadline": 0.05}, "idle_deadline"),
        (frame(3), {}, "protocol"),
        (frame(TEXT, b"\xff"), {}, "protocol"),
    ],
    ids=["size", "rate", "slow", "idle", "opcode", "text"],
)
def test_what_was_refused_is_counted(
    serve: Serve, sent: bytes, settings: dict[str, Any], reason: str
) -> None:
    server = serve(**settings)
    client = server.connect()
    client.send(sent)
    told(client)
    assert {one: server.app.refusals.of(one) for one in REASONS if server.app.refusals.of(one)} == {reason: 1}
    assert server.server.log() == ""
