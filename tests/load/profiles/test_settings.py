"""What is said of a profile: known, complete, and escaped where it comes to stand."""

from typing import Any

import pytest

from tests.load.test_plan import refusal
from wswarm.load.fill import fill
from wswarm.load.plan import Plan, make_plan
from wswarm.load.profiles import NAMES, protocol_named
from wswarm.load.profiles.settings import needs
from wswarm.load.role import Role
from wswarm.load.speech import Speech, speech_of
from wswarm.results.redact import is_secret_name

URL = "ws://127.0.0.1:9000"
SOCKETIO = {"profile": "socketio", "event": "say"}


def speech(role: Role = "subscribe", **options: Any) -> Speech:
    return speech_of(plan(**options), role)


def plan(**options: Any) -> Plan:
    return make_plan("fanout", URL, **{**SOCKETIO, **options})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"event": None}, ("--profile socketio needs --event",)),
        ({"set": ("join=join",)}, ("needs --topic", "the room")),
        ({"set": ("rom=1",)}, ("--set rom=", "--set namespace=", "--topic")),
        ({"set": ("join",)}, ("'join'", "write --set NAME=VALUE")),
        ({"set": ("event=x",)}, ("write --event",)),
        ({"set": ("join=a", "join=b")}, ("join=", "twice")),
        ({"set": ("namespace=admin",)}, ("namespace=admin", "write /NAME")),
        ({"set": ("auth=abc",)}, ("--set auth=… is no JSON object",)),
        ({"set": ("auth={bad",)}, ("--set auth=… is no JSON object",)),
        ({"set": ('auth={"token":}',)}, ("--set auth=… is no JSON object",)),
        ({"set": ('auth=["a"]',)}, ("--set auth=… is no JSON object",)),
        ({"profile": "phoenix", "set": ("auth=",)}, ("--set auth=… is no JSON object",)),
        ({"profile": "graphql", "event": None, "set": ("auth={a}b",)}, ("--set auth=… is no JSON object",)),
        ({"profile": "jsonrpc", "set": ("auth=[1",)}, ("--set auth=… is no JSON",)),
        ({"profile": "chat", "topic": "a", "event": None}, ("--topic means nothing to profile 'chat'",)),
        ({"profile": None}, ("--event is for a protocol", "--profile")),
        ({"profile": None, "event": None, "set": ("a=b",)}, ("--set is for a protocol",)),
        ({"size": 50}, ("--size 50 is too small", "takes 58 bytes")),
        ({"profile": "sockets"}, ("no profile 'sockets'", "socketio")),
    ],
)
def test_what_can_not_be_said_of_a_profile_is_named_with_the_mend(
    options: dict[str, Any], words: tuple[str, ...]
) -> None:
    message = refusal("fanout", URL, **{**SOCKETIO, **options})
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    "auth",
    ["${AUTH}", "{auth}", '{"a":"${TOKEN}"}', '{"a":{id},"b":"{token|json}"}', '{"n":${NUMBER}}', "{}"],
)
def test_auth_is_an_object_or_a_name_that_stands_for_one(auth: str) -> None:
    assert plan(set=(f"auth={auth}",)).settings["auth"] == auth


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", "/socket.io/?EIO=4&transport=websocket"),
        ("/", "/socket.io/?EIO=4&transport=websocket"),
        ("?token=a", "/socket.io/?token=a&EIO=4&transport=websocket"),
        ("/app/socket.io/", "/app/socket.io/?EIO=4&transport=websocket"),
        ("/x?EIO=3", "/x?EIO=3&transport=websocket"),
    ],
)
def test_a_url_gets_the_path_and_the_parameters_that_it_has_not(given: str, address: str) -> None:
    assert make_plan("connect", URL + given, profile="socketio").address == URL + address


def test_a_socket_file_gets_the_path_behind_it() -> None:
    found = make_plan("connect", "ws+unix:/a.sock", profile="socketio").address
    assert found == "ws+unix:/a.sock:/socket.io/?EIO=4&transport=websocket"


def test_values_are_escaped_where_they_stand_and_so_are_those_filled_into_them() -> None:
    join = speech(topic='a"{column}', set=("join=j",)).steps[3].value
    assert join == '420["j","a\\"{column|json}"]'
    assert fill(join, {"column": 'b"c'}) == '420["j","a\\"b\\"c"]'
    assert fill(join, {}) == '420["j","a\\"{column}"]'


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, b'42["say","{marker}"]'),
        ({"text": 'a "{marker}" {id}'}, b'42["say","a \\"{marker}\\" {id}"]'),
        ({"json": '{"text":"{marker}"}'}, b'42["say",{"text":"{marker}"}]'),
        ({"set": ("namespace=/admin",)}, b'42/admin,["say","{marker}"]'),
    ],
)
def test_the_message_is_the_text_or_the_json_in_the_protocol_s(
    options: dict[str, Any], message: bytes
) -> None:
    assert speech("publish", **options).message == message


def test_a_name_of_graphql_s_own_stays_as_it_is() -> None:
    steps = [("say", "subscription{said}")]
    assert speech(steps=steps).steps[-1].value == "subscription{said}"


def test_the_user_s_steps_come_after_the_profile_s_and_are_numbered_for_themselves() -> None:
    found = speech(steps=[("say", "a"), ("expect", "b")])
    conversation = found.conversation({})
    assert conversation is not None
    assert (conversation.label, conversation.own_step) == ("the WebSocket", None)
    conversation.go_on()
    conversation.hear(b'0{"sid":"a"}')
    assert conversation.label == "CONNECT"
    conversation.hear(b'40{"sid":"b"}')
    assert (conversation.label, conversation.own_step) == ("step 2", 2)


def test_those_who_only_connect_do_what_their_settings_allow() -> None:
    assert len(speech("connect").steps) == 3
    assert len(speech("connect", topic="r", set=("join=j",)).steps) == 5
    assert len(speech("publish", topic="r", set=("join=j",)).steps) == 3


@pytest.mark.parametrize("name", NAMES)
def test_the_names_of_secret_settings_say_so(name: str) -> None:
    settings = protocol_named(name).settings
    assert [one for one in settings if settings[one].is_secret and not is_secret_name(one)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_says_what_it_needs(name: str) -> None:
    protocol = protocol_named(name)
    assert needs(protocol, "connect") == []
    assert (needs(protocol, "echo") is None) == (not protocol.echo)
    assert (needs(protocol, "fanout") is None) == (not protocol.message)


def test_a_message_that_can_not_be_said_in_json_is_refused() -> None:
    options = {"profile": "jsonrpc", "event": "say", "text": b"\xff{marker}", "binary": True}
    assert "not UTF-8" in refusal("echo", URL, **options)


def test_a_binary_message_of_socket_io_is_announced_and_the_user_s_alone() -> None:
    found = speech("publish", binary=True, set=("namespace=/admin",))
    assert found.announced == b'451-/admin,["say",{"_placeholder":true,"num":0}]'
    assert found.message == b"{marker}"
    assert speech("subscribe", binary=True).announced == b""
