"""What the profiles of message brokers send: frames with their sizes in them, and proofs."""

import msgspec
import pytest

from wswarm.errors import PlanError
from wswarm.load.marker import MARK_SIZE, prefix_for
from wswarm.load.number import INDEX_SIZE
from wswarm.load.plan import make_plan
from wswarm.load.profiles.mqtt_packets import (
    VERSION_3,
    VERSION_5,
    Numbered,
    connect,
    publish,
    read_length,
    subscribe,
    write_length,
)
from wswarm.load.profiles.mqtt_text import packet_of
from wswarm.load.profiles.nats import command
from wswarm.load.profiles.pusher import signed
from wswarm.load.profiles.stomp import frame
from wswarm.load.speech import speech_of

PREFIX = prefix_for(7)
MARKER = PREFIX + b"0" * MARK_SIZE


def sent(mark: bytes = b"0" * MARK_SIZE, **options: object) -> bytes:
    """Return a message as a publisher sends it."""
    plan = make_plan("fanout", "ws://127.0.0.1:1", topic="a/r", **options)
    return mark.join(speech_of(plan.manner, "publish").payload({"id": "3"}, PREFIX).parts)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_a_length_is_read_as_it_is_written(length: int) -> None:
    written = write_length(length)
    assert read_length(b"x" + written + b"y", 1) == (length, 1 + len(written))
    assert read_length(written[:-1], 0) is None


def test_lengths_are_written_as_the_specification_has_them() -> None:
    assert write_length(321) == b"\xc1\x02"  # its own example, section 2.2.3


def test_connect_names_its_client_and_what_it_brings() -> None:
    assert connect(b"c", VERSION_3, 10, b"", b"") == b"\x10\x0d\0\4MQTT\4\2\0\x0a\0\1c"
    assert connect(b"c", VERSION_5, 0, b"u", b"pw") == b"\x10\x15\0\4MQTT\5\xc2\0\0\0\0\1c\0\1u\0\2pw"


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        (b"CONNECT\n4\n10\nc\n\n", connect(b"c", 4, 10, b"", b"")),
        (b"CONNECT\n5\n10\nc\nu\np\nw", connect(b"c", 5, 10, b"u", b"p\nw")),
        (b"SUBSCRIBE\n4\n1\na/r", subscribe(b"a/r", 4, 1)),
        (b"PUBLISH\n5\n0\na/r\nx\n\ny\n", publish(b"a/r", b"x\n\ny\n", 5, 0)),
        (b"PINGREQ", b"\xc0\0"),
        (b"\xe0\0", b"\xe0\0"),
        (b"PUBLISH\nx", b"PUBLISH\nx"),
        (b"hello", b"hello"),
        (b"CONNECT\n4\n-1\nc\n\n", b"CONNECT\n4\n-1\nc\n\n"),
    ],
)
def test_a_text_means_a_packet_or_itself(text: bytes, packet: bytes) -> None:
    assert packet_of(text) == packet


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profile": "nats"}, b"PUB a/r 46\r\n" + MARKER + b"\r\n"),
        ({"profile": "mqtt"}, b"\x30\x33\0\3a/r" + MARKER),
        ({"profile": "stomp"}, b"SEND\ndestination:a/r\ncontent-length:46\n\n" + MARKER + b"\0"),
        (
            {"profile": "centrifugo"},
            b'{"id":3,"publish":{"channel":"a/r","data":"' + MARKER + b'"}}',
        ),
        (
            {"profile": "centrifugo", "json": '{"t":"{marker}","by":{id}}'},
            b'{"id":3,"publish":{"channel":"a/r","data":{"t":"' + MARKER + b'","by":3}}}',
        ),
        (
            {"profile": "pusher", "set": ("key=k",)},
            b'{"event":"client-message","channel":"a/r","data":{"message":"' + MARKER + b'"}}',
        ),
    ],
)
def test_a_message_is_said_in_its_protocol(options: dict[str, object], message: bytes) -> None:
    assert sent(**options) == message


@pytest.mark.parametrize("profile", ["nats", "mqtt", "stomp", "centrifugo"])
@pytest.mark.parametrize("size", [150, 173, 174, 300, 1_000, 16_500])
def test_the_size_is_that_of_what_is_sent(profile: str, size: int) -> None:
    assert len(sent(profile=profile, size=size)) in (
        size,
        size - 1,
    )  # a length may take a byte more by one byte less


@pytest.mark.parametrize(
    ("profile", "before"), [("nats", b"PUB a/r.3 22\r\n"), ("mqtt", b"\x30\x1d\0\5a/r/3")]
)
def test_sizes_in_messages_are_those_with_a_number_for_a_mark(profile: str, before: bytes) -> None:
    plan = make_plan("echo", "ws://127.0.0.1:1", profile=profile, topic="a/r", json='{"n":{marker:int}}')
    found = (b"9" * INDEX_SIZE).join(speech_of(plan.manner, "echo").payload({"id": "3"}, PREFIX).parts)
    assert found.startswith(before + b'{"n":')
    assert len(found.removesuffix(b"\r\n")) == len(before) + 22


def test_a_profile_that_tells_replies_by_its_own_marker_takes_no_number() -> None:
    with pytest.raises(PlanError, match=r"profile stomp tells replies by \{marker\}"):
        make_plan("echo", "ws://127.0.0.1:1", profile="stomp", topic="a", json='{"n":{marker:int}}')


def test_messages_of_qos_1_have_numbers_from_1_to_65535() -> None:
    parts = Numbered((publish(b"a/r", b"head", VERSION_3, 1), b"tail"))
    packets = [b"mark".join(parts) for _ in range(65_536)]
    assert [int.from_bytes(packet[7:9], "big") for packet in packets] == [*range(1, 65_536), 1]
    assert {packet[:7] + packet[9:] for packet in packets} == {b"\x32\x0b\0\3a/rheadmarktail"}


def test_publishers_of_qos_1_number_their_messages() -> None:
    plan = make_plan("fanout", "ws://127.0.0.1:1", profile="mqtt", topic="r", set=("qos=1", "version=5"))
    payload = speech_of(plan.manner, "publish").payload({"id": "3"}, PREFIX)
    first, second = (b"0" * MARK_SIZE).join(payload.parts), (b"0" * MARK_SIZE).join(payload.parts)
    assert first == b"\x32\x34\0\1r\0\1\0" + MARKER
    assert second == b"\x32\x34\0\1r\0\2\0" + MARKER


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (b"CONNECT\nlogin:a:b\n\n", b"CONNECT\nlogin:a:b\n\n\0"),
        (b"SUBSCRIBE\ndestination:a:b\\c\n\n", b"SUBSCRIBE\ndestination:a\\cb\\\\c\n\n\0"),
        (b"SEND\ndestination:a\n\nb\n\nc", b"SEND\ndestination:a\ncontent-length:4\n\nb\n\nc\0"),
        (b"\n", b"\n"),
        (b"UNSUBSCRIBE\nid:0\n\n\0", b"UNSUBSCRIBE\nid:0\n\n\0"),
        (b"SEND\ndestination:a\n\nb\0", b"SEND\ndestination:a\ncontent-length:2\n\nb\0\0"),
    ],
)
def test_stomp_frames_are_escaped_and_sized(text: bytes, whole: bytes) -> None:
    assert frame(text) == whole


def test_nats_commands_end_and_publications_have_their_size() -> None:
    assert command(b"PING") == b"PING\r\n"
    assert command(b"UNSUB 1\r\n") == b"UNSUB 1\r\n"
    assert command(b"PUB a\r\nb\r\nc") == b"PUB a 4\r\nb\r\nc\r\n"


def subscribing(channel: str) -> bytes:
    """Return the text that subscribes, with the secret of the documentation's own example."""
    given = {"channel": channel, "key": "278d425bdf160c739803", "secret": "7ad3773142a6692b25b8"}
    given |= {"socket_id": "1234.1234", "user": "10"}
    return msgspec.json.encode({"event": "pusher:subscribe", "data": given})


def test_a_private_channel_is_proved_as_in_the_documentation_s_example() -> None:
    data = msgspec.json.decode(signed(subscribing("private-foobar")))["data"]
    proof = "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
    assert data == {"channel": "private-foobar", "auth": f"278d425bdf160c739803:{proof}"}


def test_a_presence_channel_says_who_and_a_public_one_nothing() -> None:
    presence = msgspec.json.decode(signed(subscribing("presence-foobar")))["data"]
    assert presence["channel_data"] == '{"user_id":"10"}'
    assert presence["auth"].startswith("278d425bdf160c739803:")
    assert msgspec.json.decode(signed(subscribing("foobar")))["data"] == {"channel": "foobar"}
    own = b'{"event":"pusher:subscribe","data":{"channel":"private-foobar","auth":"k:p"}}'
    assert signed(own) == own
    assert signed(b'{"event":"client-a"}') == b'{"event":"client-a"}'
