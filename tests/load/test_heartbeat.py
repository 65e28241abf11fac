"""Pings that want an answer, in the words of their protocols."""

import pytest

from wswarm.load.heartbeat import is_pong, ping_in


@pytest.mark.parametrize(
    ("ping", "pong"),
    [
        (b"2", b"3"),
        (b"{}", b"{}"),
        (b'{"type":"ping"}', b'{"type":"pong"}'),
        (b'{"type":"ping","at":17}', b'{"type":"pong"}'),
        (b'{"op":"PING"}', b'{"op":"PONG","x":1}'),
        (b"ping", b"pong"),
        (b"PING\r\n", b"PONG\r\n"),
    ],
)
def test_a_ping_and_its_answer_are_known(ping: bytes, pong: bytes) -> None:
    assert ping_in(ping) is not None
    assert is_pong(ping, pong)
    assert not is_pong(pong, ping) or ping == pong


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (b"3", b"2"),
        (b"2", b"2"),
        (b"ping", b"hello"),
        (b'{"type":"ping"}', b'{"op":"pong"}'),
        (b'{"type":"pinged"}', b'{"type":"pong"}'),
        (b'42["ping"]', b'42["pong"]'),
        (b"\xff", b"pong"),
        (b"", b""),
    ],
)
def test_what_is_no_ping_or_no_answer_to_it_is_neither(message: bytes, answer: bytes) -> None:
    assert not is_pong(message, answer)


def test_pings_that_are_answered_alike_are_called_the_same() -> None:
    assert ping_in(b'{"type":"ping","at":1}') == ping_in(b'{"at":2,"type":"ping"}')
