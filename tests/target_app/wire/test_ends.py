"""How guarded connections end: the client is told why, and the log has no word of it."""

import pytest

from tests.target_app.raw_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    TEXT,
    RawClient,
    binary,
    close,
    frame,
    ping,
    text,
    upgrade,
)
from tests.target_app.server import Server
from tests.target_app.wire.conftest import Serve

NO_TEXT = frame(TEXT, b"\xff")
VIOLATIONS = [
    (NO_TEXT, 1007),
    (frame(TEXT, b"\xc3", fin=False) + frame(CONTINUATION, b"("), 1007),
    (text("x") + NO_TEXT, 1007),
    (binary(b"wrong type") + frame(3), 1003),
    (binary(b"wrong type") + NO_TEXT, 1003),
    (frame(3), 1002),
    (frame(BINARY, rsv=2), 1002),
    (ping(b"x" * 126), 1002),
    (frame(TEXT, b"x", mask=None), 1002),
    (frame(CONTINUATION, b"x"), 1002),
    (close(1005), 1002),
    (frame(TEXT, length=b"\x7f" + (2**62).to_bytes(8, "big")), 1009),
]


@pytest.mark.parametrize(("sent", "code"), VIOLATIONS, ids=range(len(VIOLATIONS)))
def test_what_breaks_the_protocol_is_told_its_code_and_logged_as_no_error(
    main: Server, sent: bytes, code: int
) -> None:
    since = len(main.log())
    client = RawClient(main.port, "/ws")
    client.send(sent)
    last = next(one for one in client.frames() if one.opcode == CLOSE)
    client.leave()
    assert last.code == code
    main.wait_until_empty()
    assert "ERROR" not in main.log(since)
    assert "Traceback" not in main.log(since)


@pytest.mark.parametrize("path", ["/ws", "/ws/1"])
@pytest.mark.parametrize("sent", [b"", text("x" * 100)[:50], text("x") * 50, ping() * 5000], ids=range(4))
def test_a_reset_is_logged_as_no_error(main: Server, path: str, sent: bytes) -> None:
    since = len(main.log())
    client = RawClient(main.port, path)
    client.send(sent)
    client.abort()
    main.wait_until_empty()
    assert "ERROR" not in main.log(since)
    assert "Traceback" not in main.log(since)


def test_a_frame_before_the_handshake_is_done_is_logged_as_no_error(main: Server) -> None:
    since = len(main.log())
    for sent in (frame(3), text("x"), NO_TEXT, b"\r\n\r\n"):
        client = RawClient.dial(main.port, upgrade(main.port, "/ws"), sent)
        client.read_head()
        client.abort()
    main.wait_until_empty()
    assert "ERROR" not in main.log(since)
    assert "Traceback" not in main.log(since)


def test_who_goes_on_sending_is_told_all_the_same(serve: Serve, ws: str) -> None:
    """More than the kernels between take: a socket that is closed with unread bytes sends a reset in their place."""
    guarded = serve({"ws": ws}, max_message=1000)
    client = guarded.connect(window=None)
    client.send(text("x" * 20_000_000))
    *_, last = client.frames()
    assert (last.code, client.end) == (1009, "eof")


def test_a_client_that_reads_nothing_of_why_is_reset(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_app.wire.parting.LINGER", 0.2)
    guarded = serve(max_message=1000)
    client = guarded.connect()
    client.send(text("x" * 1001))
    while client.end != "reset":
        client.send(b"still here")


def test_others_are_answered_while_one_sends_what_it_can(serve: Serve, ws: str) -> None:
    """Its own messages are all answered, in order."""
    guarded = serve({"ws": ws})
    flood = guarded.connect(window=None)
    count = 3000
    flood.send(b"".join(text(str(number)) + ping() for number in range(count)))
    with guarded.server.connect("/") as other:
        for number in range(20):
            other.send(str(number))
            assert other.recv() == str(number)
    came = [
        one.payload for one in (flood.read_frame() for _ in range(2 * count)) if one and one.opcode == TEXT
    ]
    assert came == [str(number).encode() for number in range(count)]
