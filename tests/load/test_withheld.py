"""The secrets of a recording."""

from typing import Any

import pytest

from tests.load.recordings import recording
from wswarm.load.recording import Recorded
from wswarm.load.withheld import secrets_of, shown_address

JWT = "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl"
LONG = "abcDEF12345678901234567"


def secrets(*lines: str, given: tuple[str, ...] = (), **more: Any) -> dict[str, str]:
    return {one.value: one.where for one in secrets_of(recording(*lines, **more), given)}


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("ws://h/?access_token=zz1&x=1", "zz1"),
        (f"ws://h/?t={JWT}", JWT),
        ("ws://u:pw@h/", "pw"),
        (f"ws://h/socket/{LONG}", LONG),
        ("ws://h/?ticket=abc", "abc"),
    ],
)
def test_secrets_of_an_address_are_found(url: str, value: str) -> None:
    assert list(secrets(url=url)) == [value]
    assert value not in shown_address(recording(url=url))


def test_secrets_of_the_handshake_are_found() -> None:
    headers = (
        ("Authorization", "Bearer aaa.bbb"),
        ("X-Api-Key", "k1"),
        ("User-Agent", "M/5.0 (X11)"),
        ("X-T", LONG),
    )
    found = secrets(headers=headers, cookies=("sid=c1",), subprotocols=("chat", f"bearer.{LONG}"))
    assert found == {
        "aaa.bbb": "header Authorization",
        "k1": "header X-Api-Key",
        LONG: "header X-T",
        "c1": "cookie sid",
        f"bearer.{LONG}": "a subprotocol",
    }


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ('40{"token":"top"}', "top"),
        ('{"type":"connection_init","payload":{"Authorization":"Bearer q.r"}}', "q.r"),
        ('{"data":"{\\"password\\":\\"inner\\"}"}', "inner"),
        ("CONNECT\nuser:bob\npasscode:hunter2\n\n\0", "hunter2"),
        ("CONNECT\nAuthorization: Bearer tok\n\n\0", "tok"),
        ('CONNECT {"auth_token":"s3cr3t"}\r\n', "s3cr3t"),
        ('SEND\ndestination:/a\n\n{"password":"hunter2"}\0', "hunter2"),
        ('{"a":1}\n{"password":"hunter2"}', "hunter2"),
        ('{"login":{"pin":"1234"}}', "1234"),
        (f'{{"x":"{JWT}"}}', JWT),
        (LONG, LONG),
        (f'{{"type":"auth","value":"{LONG}"}}', LONG),
    ],
)
def test_secrets_of_messages_are_found(message: str, value: str) -> None:
    assert list(secrets(f"> {message}")) == [value]


def test_the_password_of_mqtt_is_found() -> None:
    connect = b"\x10\x20\0\4MQTT\4\xc2\0\x3c\0\2me\0\3bob\0\5hunt3"
    found = secrets_of(recording()._replace(messages=(Recorded(0, True, True, connect),)))
    assert [one.value for one in found] == ["hunt3"]


@pytest.mark.parametrize(
    "line",
    [
        '> {"key":"general","session":"s"}',
        '> {"spin":"1","footprint":"2"}',
        '< {"token":"theirs"}',
        '> {"id":"550e8400-e29b-41d4-a716-446655440000"}',
        "> hello",
    ],
)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    assert secrets(line) == {}


@pytest.mark.parametrize("size", range(1, 13))
def test_a_cut_message_of_mqtt_has_no_password(size: int) -> None:
    connect = b"\x10\x20\0\4MQTT\4\xc2\0\x3c\0\2me\0\3bob\0\5hunt3"[:size]
    assert secrets_of(recording()._replace(messages=(Recorded(0, True, True, connect),))) == []


def test_what_the_server_gave_is_no_secret_of_the_recording() -> None:
    assert secrets('> {"token":"theirs"}', given=("theirs",)) == {}
