"""Streams that servers cut into frames wherever they like, and what comes out of them."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.load.profiles.mqtt_packets import VERSION_3, VERSION_5, puback, publish, write_length
from wswarm.load.profiles.mqtt_reader import MqttReader
from wswarm.load.profiles.nats_reader import NatsReader
from wswarm.load.profiles.reader import Lines, Reader
from wswarm.load.profiles.stomp_reader import HEARTBEAT, StompReader
from wswarm.load.template import SIZE_LIMIT

MARK = b"wswarm01234567" + b"0123456789abcdef" * 2
NATS = (
    b'INFO {"server_id":"a"} \r\nPONG\r\nMSG room 1 46\r\n%b\r\nPING\r\nMSG a.b 1 in.box 9\r\na\r\nPING\r\n\r\n'
    % MARK
)
NATS_MESSAGES = [
    b'INFO {"server_id":"a"} ',
    b"PONG",
    b"MSG room 1 46\r\n" + MARK,
    b"PING",
    b"MSG a.b 1 in.box 9\r\na\r\nPING\r\n",
]
STOMP_MESSAGES = [
    b"CONNECTED\nversion:1.2\n\n",
    b"RECEIPT\r\nreceipt-id:s\r\n\r\n",
    b"MESSAGE\nsubscription:0\ncontent-length:9\n\na\0b\n\nc\0\n\n",
    b"MESSAGE\nsubscription:0\n\n" + MARK,
]
STOMP = b"\0\n".join(STOMP_MESSAGES) + b"\0\n"
CONNACK, SUBACK = b"\x20\2\0\0", b"\x90\3\0\1\1"
MQTT = (
    CONNACK + SUBACK + b"\xd0\0" + publish(b"r", MARK, VERSION_3, 0) + publish(b"r", b"x" * 300, VERSION_3, 1)
)
MQTT_MESSAGES = [b"CONNACK 0", b"SUBACK 1", b"PINGRESP", b"PUBLISH r " + MARK, b"PUBLISH r " + b"x" * 300]

STREAMS: list[tuple[Callable[[], Reader], bytes, Sequence[bytes]]] = [
    (NatsReader, NATS, NATS_MESSAGES),
    (StompReader, STOMP, STOMP_MESSAGES),
    (lambda: MqttReader(VERSION_3), MQTT, MQTT_MESSAGES),
]


def heard(reader: Reader, frames: Sequence[bytes]) -> list[bytes]:
    """All messages in these frames."""
    return [message for frame in frames for message in reader.feed(frame).messages]


@pytest.mark.parametrize(("reader", "stream", "messages"), STREAMS)
@given(st.data())
def test_messages_are_the_same_wherever_the_stream_is_cut(
    reader: Callable[[], Reader], stream: bytes, messages: Sequence[bytes], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=12)))
    frames = [stream[low:high] for low, high in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = [message for message in heard(reader(), frames) if message != HEARTBEAT]
    assert found == list(messages)


@pytest.mark.parametrize(("reader", "stream", "messages"), STREAMS)
def test_a_byte_a_frame_will_do(
    reader: Callable[[], Reader], stream: bytes, messages: Sequence[bytes]
) -> None:
    found = heard(reader(), [stream[at : at + 1] for at in range(len(stream))])
    assert [message for message in found if message != HEARTBEAT] == list(messages)


@pytest.mark.parametrize(
    ("reader", "first"),
    [
        (NatsReader, b"INFO {}\r\n"),
        (StompReader, b"CONNECTED\n\n\0"),
        (lambda: MqttReader(VERSION_3), CONNACK),
        (lambda: MqttReader(VERSION_5), CONNACK),
    ],
)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_are_too_strange(reader: Callable[[], Reader], first: bytes, frames: list[bytes]) -> None:
    assert len(heard(reader(), [first, *frames])) >= 1


@pytest.mark.parametrize("reader", [NatsReader, StompReader, lambda: MqttReader(VERSION_3)])
@pytest.mark.parametrize("first", [b"<html>", b'{"type":"hello"}', b"o", b"\x00\x01", b"\xff" * 9])
def test_what_another_protocol_says_is_handed_on_as_it_came(
    reader: Callable[[], Reader], first: bytes
) -> None:
    assert heard(reader(), [first, MARK, b""]) == [first, MARK, b""]


@pytest.mark.parametrize(
    ("reader", "begun"),
    [
        (NatsReader, [b"INFO {}\r\n", b"MSG r 1 %d\r\n" % SIZE_LIMIT, b"a"]),
        (StompReader, [b"MESSAGE\ncontent-length:%d\n\n" % SIZE_LIMIT, b"a"]),
        (lambda: MqttReader(VERSION_3), [CONNACK, b"\x30" + write_length(SIZE_LIMIT), b"a"]),
        (NatsReader, [b"INFO " + b"a" * SIZE_LIMIT]),
    ],
)
def test_a_message_too_large_to_be_kept_is_not_kept(
    reader: Callable[[], Reader], begun: Sequence[bytes]
) -> None:
    assert heard(reader(), begun)[-1] == begun[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        b"MSG r 1 x\r\n",
        b"MSG r 1 -9\r\n",
        b"MSG\r\n",
    ],
)
def test_a_nats_message_that_can_not_be_is_handed_on_once(wrong: bytes) -> None:
    reader = NatsReader()
    assert heard(reader, [b"INFO {}\r\nPING\r\n" + wrong]) in (
        [b"INFO {}", b"PING", wrong],
        [b"INFO {}", b"PING", wrong[:-2]],
    )


def test_a_stomp_frame_behind_heart_beats_is_read_and_they_are_told_where_they_are_alone() -> None:
    reader = StompReader()
    assert heard(reader, [b"\n", b"\r\n", b"\n\nRECEIPT\n\n\0\n", b""]) == [
        HEARTBEAT,
        HEARTBEAT,
        b"RECEIPT\n\n",
    ]


@pytest.mark.parametrize(
    ("version", "packet", "words"),
    [
        (VERSION_3, b"\x20\2\0\5", b"CONNACK 5"),
        (VERSION_5, b"\x20\6\0\x87\3\x21\0\x14", b"CONNACK 135"),
        (VERSION_3, b"\x90\4\0\1\0\x80", b"SUBACK 0 128"),
        (VERSION_5, b"\x90\4\0\1\0\x87", b"SUBACK 135"),
        (VERSION_3, b"\x40\2\0\1", b"PUBACK"),
        (VERSION_5, b"\x40\4\0\1\x87\0", b"PUBACK 135"),
        (VERSION_5, b"\xe0\1\x8e", b"DISCONNECT 142"),
        (VERSION_5, b"\xe0\0", b"DISCONNECT"),
        (VERSION_5, publish(b"a/b", b"hi", VERSION_5, 0), b"PUBLISH a/b hi"),
        (VERSION_5, b"\x30\x08\0\1r\2\1\0hi", b"PUBLISH r hi"),
    ],
)
def test_mqtt_packets_are_told_in_words(version: int, packet: bytes, words: bytes) -> None:
    reader = MqttReader(version)
    first = CONNACK if packet[0] != 0x20 else b""
    assert heard(reader, [first + packet])[-1] == words


@pytest.mark.parametrize("version", [VERSION_3, VERSION_5])
def test_messages_of_qos_1_are_acknowledged_each_by_its_number(version: int) -> None:
    reader = MqttReader(version)
    packets = [
        publish(b"r", MARK, version, 1).replace(b"\0\1r\0\1", b"\0\1r\1\2", 1),
        publish(b"r", b"", version, 1),
    ]
    assert reader.feed(CONNACK).answer == b""
    found = reader.feed(b"".join(packets) + publish(b"r", b"a", version, 0))
    assert len(found.messages) == 3
    assert found.answer == puback(b"\1\2") + puback(b"\0\1")
    assert reader.feed(b"").answer == b""


def test_lines_are_messages_and_empty_ones_are_not() -> None:
    assert Lines().feed(b"a\nb\n\n").messages == [b"a", b"b"]
    assert Lines(b"\x1e").feed(b"{}\x1e").messages == [b"{}"]
