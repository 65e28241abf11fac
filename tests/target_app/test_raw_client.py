"""The bare client says and understands what RFC 6455 has as examples, and what a library does."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from tests.target_app.raw_client import BINARY, CLOSE, PING, TEXT, RawClient, WireFrame, frame, ping, text


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Where a client may dial."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def dialled(listener: socket.socket) -> tuple[RawClient, socket.socket]:
    """A client and the server's end of its connection."""
    client = RawClient.dial(listener.getsockname()[1])
    return client, listener.accept()[0]


def test_a_frame_is_masked_as_in_the_standards_example() -> None:
    assert text("Hello") == bytes.fromhex("818537fa213d7f9f4d5158")


@given(st.sampled_from([Opcode.CONT, Opcode.TEXT, Opcode.BINARY]), st.binary(max_size=70_000), st.booleans())
def test_a_frame_is_what_a_library_makes_of_it(opcode: Opcode, payload: bytes, fin: bool) -> None:
    assert frame(opcode, payload, fin=fin, mask=None) == Frame(opcode, payload, fin).serialize(mask=False)


@given(
    st.lists(
        st.builds(WireFrame, st.integers(0, 15), st.binary(max_size=300), st.booleans(), st.integers(0, 7))
    )
)
def test_frames_are_read_as_they_were_sent_however_they_are_cut(sent: list[WireFrame]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client, server = dialled(listening)
        wire = b"".join(frame(f.opcode, f.payload, fin=f.fin, rsv=f.rsv, mask=None) for f in sent)
        for cut in (wire[: len(wire) // 3], wire[len(wire) // 3 :]):
            server.sendall(cut)
        server.close()
        assert list(client.frames()) == sent
        client.leave()


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [(b"\x03\xf0\xc3\xbc", 1008, "ü"), (b"\x03\xe8", 1000, ""), (b"", 1005, "")],
)
def test_a_close_frame_has_its_code_and_reason(payload: bytes, code: int, reason: str) -> None:
    assert (WireFrame(CLOSE, payload).code, WireFrame(CLOSE, payload).reason) == (code, reason)


@pytest.mark.parametrize(("is_reset", "end"), [(False, "eof"), (True, "reset")])
def test_how_a_server_let_go_is_known(listener: socket.socket, is_reset: bool, end: str) -> None:
    client, server = dialled(listener)
    if is_reset:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    server.close()
    assert client.read_frame() is None
    assert client.end == end
    client.send(ping())
    client.send(ping())
    client.leave()


def test_a_head_is_read_up_to_its_blank_line_and_what_follows_is_a_frame(listener: socket.socket) -> None:
    client, server = dialled(listener)
    head = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    server.sendall(head + frame(BINARY, b"x" * 126, mask=None) + frame(PING, mask=None))
    assert client.read_head() == head
    assert client.read_frame() == WireFrame(BINARY, b"x" * 126)
    assert client.read_frame() == WireFrame(PING)
    server.close()
    client.leave()


def test_a_frame_may_be_wrong_in_every_way() -> None:
    assert frame(TEXT, b"ab", mask=None, length=b"\x7e\0\x02") == b"\x81\x7e\0\x02ab"
    assert frame(TEXT, b"", length=b"\x7f" + b"\xff" * 8)[:10] == b"\x81" + b"\xff" * 9
