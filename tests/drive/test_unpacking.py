"""Messages out of frames, and what a protocol wants answered whatever they carry."""

from typing import Any

import pytest

from wswarm.drive.drivers.connection import Ended, Events
from wswarm.drive.unpacking import Unpacking
from wswarm.load.profiles.mqtt_packets import VERSION_3, puback, publish
from wswarm.load.profiles.mqtt_reader import MqttReader
from wswarm.load.profiles.nats_reader import NatsReader

INFO = b"INFO {}\r\n"


class Heard:
    """Who hears a connection: what holds `mark` is marked."""

    def __init__(self) -> None:
        self.marked: list[bytes] = []
        self.unmarked: list[bytes] = []
        self.said: list[bytes] = []
        self.is_open = True

    def events(self) -> Events:
        """What the connection tells."""
        return Events(7, self._take, self.unmarked.append, _closed, lambda: None, lambda _: None, _frames)

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """What is said on the connection."""
        assert is_binary
        self.said.append(payload)

    def _take(self, row: int, payload: bytes) -> bool:
        assert row == 7
        if b"mark" in payload:
            self.marked.append(payload)
        return b"mark" in payload


def _closed(_: Ended) -> None:
    """Nothing."""


def _frames(*_: Any) -> Any:
    raise AssertionError("no frame is taken unread")


def test_a_message_cut_by_frames_is_marked_and_one_beside_it_is_heard() -> None:
    heard = Heard()
    events = Unpacking(NatsReader()).events(heard.events())
    assert events.frames is None
    for frame in (
        INFO,
        b"MSG r 1 6\r\nma",
        b"rk-1\r\nPING\r\nMSG r 1 6\r\nmark-2\r\nMSG",
        b" r 1 2\r\nhi\r\n",
    ):
        assert events.take(7, frame)
    assert heard.marked == [b"MSG r 1 6\r\nmark-1", b"MSG r 1 6\r\nmark-2"]
    assert heard.unmarked == [b"INFO {}", b"PING", b"MSG r 1 2\r\nhi"]


def test_who_hears_may_change_within_a_frame() -> None:
    first, then = Heard(), Heard()
    unpacking = Unpacking(NatsReader())

    def take(_: int, payload: bytes) -> bool:
        first.marked.append(payload)
        unpacking.events(then.events())
        return True

    events = unpacking.events(first.events()._replace(take=take))
    events.take(7, INFO + b"PONG\r\n")
    assert (first.marked, then.unmarked) == ([b"INFO {}"], [b"PONG"])


@pytest.mark.parametrize("is_early", [True, False])
def test_marked_messages_are_acknowledged(is_early: bool) -> None:
    heard: Any = Heard()
    unpacking = Unpacking(MqttReader(VERSION_3))
    events = unpacking.events(heard.events())
    if not is_early:
        unpacking.answer_on(heard)
    events.take(7, b"\x20\2\0\0" + publish(b"r", b"mark", VERSION_3, 1))
    if is_early:
        assert heard.said == []
        unpacking.answer_on(heard)
    assert heard.said == [puback(b"\0\1")]
    assert heard.marked == [b"PUBLISH r mark"]
    heard.is_open = False
    events.take(7, publish(b"r", b"mark", VERSION_3, 1))
    assert heard.said == [puback(b"\0\1")]
