"""Clients that do not finish what they ask for, over either of uvicorn's HTTP protocols."""

from pathlib import Path

import pytest

from tests.target_app.guard.strict import until
from tests.target_app.raw_client import MUTE, RawClient, upgrade
from tests.target_app.server import PATIENCE
from tests.target_app.wire.conftest import Serve

HTTP = pytest.mark.parametrize(
    "http",
    ["target_app.wire.requests:GuardedHttpTools", "target_app.wire.requests:GuardedH11"],
    ids=["httptools", "h11"],
)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


def status(client: RawClient) -> bytes:
    """The status line of the next response, all of which is read."""
    head, _, rest = client.read_all().partition(b"\r\n")
    assert rest.endswith(b"ok")
    return head


def unread(client: RawClient) -> int:
    """How many of its bytes wait in the server's socket."""
    ends = [client._socket.getpeername()[1], client._socket.getsockname()[1]]
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    (queues,) = [row[4] for row in rows if [int(end.partition(":")[2], 16) for end in row[1:3]] == ends]
    return int(queues.partition(":")[2], 16)


@HTTP
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", b""),
        (b"G", b"HTTP/1.1 408 Request Timeout"),
        (GET[:-2], b"HTTP/1.1 408 Request Timeout"),
        (upgrade(80, "/")[:-2], b"HTTP/1.1 408 Request Timeout"),
        (POST + b"abc", b""),
    ],
    ids=["nothing", "a byte", "half a head", "half a handshake", "half a body"],
)
def test_who_has_not_asked_by_the_deadline_is_let_go_of(
    serve: Serve, http: str, sent: bytes, told: bytes
) -> None:
    guarded = serve({"http": http}, handshake_deadline=0.2)
    client = guarded.dial(sent)
    assert client.read_head().partition(b"\r\n")[0] == told
    assert client.read_all() == b""
    assert client.end == "eof"
    assert guarded.app.refusals.of("handshake_deadline") == 1
    assert guarded.server.log() == ""


@HTTP
def test_bytes_that_trickle_in_do_not_put_off_the_deadline(serve: Serve, http: str) -> None:
    guarded = serve({"http": http}, handshake_deadline=0.5)
    client = guarded.dial()
    for byte in GET[:-1] * 10:
        client.send(bytes([byte]))
        if client.read_all(0.02) or client.end:
            break
    assert guarded.app.refusals.of("handshake_deadline") == 1


@HTTP
def test_a_client_that_asked_in_time_is_not_let_go_of(serve: Serve, http: str) -> None:
    """Neither a WebSocket that says nothing, nor a connection between two requests."""
    guarded = serve({"http": http, "timeout_keep_alive": 60}, handshake_deadline=2)
    silent, asking = guarded.connect(), guarded.dial(GET)
    assert status(asking) == b"HTTP/1.1 200 OK"
    assert silent.read_all(2.2) == b""
    assert (silent.end, asking.end) == (None, None)
    asking.send(GET[:9])
    asking.send(GET[9:])
    assert status(asking) == b"HTTP/1.1 200 OK"


@HTTP
def test_the_second_request_of_a_connection_has_a_deadline_too(serve: Serve, http: str) -> None:
    guarded = serve({"http": http}, handshake_deadline=0.2)
    client = guarded.dial(GET)
    status(client)
    client.send(GET[:9])
    assert client.read_head().startswith(b"HTTP/1.1 408")


@HTTP
def test_a_body_that_comes_in_time_is_taken(serve: Serve, http: str) -> None:
    guarded = serve({"http": http}, handshake_deadline=5)
    client = guarded.dial(POST + b"ab")
    client.send(b"cd")
    assert status(client) == b"HTTP/1.1 200 OK"
    assert guarded.app.posts == [b"abcd"]


@HTTP
@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"Host: 127.0.0.1", b"Ghost: 127.0.0.1"),
        (b"Host: ", b"Host: b\r\nHost: "),
    ],
    ids=["HTTP/1.0", "no Host", "two Hosts"],
)
def test_a_handshake_that_http_does_not_allow_is_400(serve: Serve, http: str, was: bytes, now: bytes) -> None:
    guarded = serve({"http": http})
    client = guarded.dial(upgrade(80, "/").replace(was, now))
    assert client.read_head().startswith(b"HTTP/1.1 400 ")
    assert "ERROR" not in guarded.server.log()


@HTTP
def test_a_health_check_over_http_1_0_is_answered(serve: Serve, http: str) -> None:
    """Load balancers ask so, without a Host."""
    client = serve({"http": http}).dial(b"GET / HTTP/1.0\r\n\r\n")
    assert client.read_head().startswith(b"HTTP/1.1 200 ")


@HTTP
def test_a_head_without_end_is_refused_at_its_size(serve: Serve, http: str) -> None:
    guarded = serve({"http": http})
    client = guarded.dial(GET[:-2], b"X: y\r\n" * 20_000)
    assert client.read_head()[:12] == b"HTTP/1.1 431"


@HTTP
def test_a_large_head_in_two_parts_is_taken(serve: Serve, http: str) -> None:
    """h11 takes no more than 16 KiB of one that has not come whole."""
    client = serve({"http": http}).dial(GET[:-2], b"X: y\r\n" * 5_000)
    until(lambda: unread(client) == 0, "a read of the first part")
    client.send(b"X: y\r\n" * 5_000, b"\r\n")
    assert status(client) == b"HTTP/1.1 200 OK"


def test_a_handshake_that_the_parser_of_frames_refuses_is_answered(serve: Serve, ws: str) -> None:
    """uvicorn leaves it without an answer, for ever."""
    guarded = serve({"ws": ws})
    client = guarded.dial(upgrade(80, "/", b"X: y\r\n" * 200))
    assert client.read_head().startswith(b"HTTP/1.1 431 ")
    assert guarded.server.log() == ""


@HTTP
def test_requests_ahead_of_their_answers_are_answered_in_turn(serve: Serve, http: str) -> None:
    """Bodies may look like ends of heads, and pieces may end anywhere."""
    guarded = serve({"http": http})
    bodies = [b"", b"\r\n\r\n" * 700, b"", b"abc", *[b""] * 200]
    asked = b"".join(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies
    )
    client = guarded.dial()
    client.send_each(asked[at : at + 4_001] for at in range(0, len(asked), 4_001))
    for _ in bodies:
        assert b"HTTP/1.1 200 OK" in client.read_head()
    assert guarded.app.posts == bodies
    assert b"HTTP" not in client.read_all(0.2)


@HTTP
def test_a_flood_of_requests_without_waiting_for_answers_is_let_go_of(serve: Serve, http: str) -> None:
    """A piece of 256 KiB was 8,000 requests at once: 0.7 s in which nobody else was served."""
    guarded = serve({"http": http})
    client = guarded.dial(GET * 20_000)
    client.read_all(PATIENCE)
    assert client.end
    assert len(guarded.app.posts) < 100
    assert guarded.app.refusals.of("protocol") == 1
    assert guarded.server.log() == ""


@HTTP
@pytest.mark.parametrize("count", [1, 20])
def test_who_takes_no_answer_is_let_go_of(serve: Serve, http: str, count: int) -> None:
    guarded = serve({"http": http, "timeout_keep_alive": 1}, handshake_deadline=0.5, answer=bytes(8_000_000))
    guarded.keep(RawClient.dial(guarded.server.port, GET * count, window=MUTE))
    until(lambda: len(guarded.app.posts) > 0, "it is served")
    until(lambda: not guarded.server.connections, "it is let go of")
    assert guarded.app.refusals.of("handshake_deadline") == 1
    assert guarded.server.log() == ""


@HTTP
def test_who_leaves_the_end_of_an_answer_is_let_go_of(serve: Serve, http: str) -> None:
    """Less than what a server waits with its next answer for: it closes, and waits for ever until all is taken."""
    guarded = serve({"http": http, "timeout_keep_alive": 1}, handshake_deadline=0.5, answer=bytes(60_000))
    mute = guarded.keep(RawClient.dial(guarded.server.port, window=MUTE))
    until(lambda: bool(guarded.server.connections), "it is served")
    (connection,) = guarded.server.connections
    for asked in range(1, 1_000):
        mute.send(GET)
        until(lambda: len(guarded.app.posts) >= asked, "an answer")  # noqa: B023 - called at once
        if connection.transport.get_write_buffer_size():
            break
    until(lambda: not guarded.server.connections, "it is let go of")


@HTTP
def test_who_takes_a_large_answer_slowly_has_all_of_it(serve: Serve, http: str) -> None:
    guarded = serve({"http": http}, handshake_deadline=0.5, answer=bytes(8_000_000))
    slow = guarded.keep(RawClient.dial(guarded.server.port, GET, window=MUTE))
    assert len(slow.read_all(2).partition(b"\r\n\r\n")[2]) == 8_000_000
