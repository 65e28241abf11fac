"""Messages that a service would call by one name are of one kind."""

import pytest

from wswarm.load.kinds import kind_of


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (b'{"type": "welcome", "id": 5}', "type=welcome"),
        (b'{"op":10,"t":null,"d":{}}', "op=10"),
        (b'{"op":0,"t":"READY"}', "op=0 t=READY"),
        (b'{"jsonrpc":"2.0","id":1,"result":3}', "{id,jsonrpc,result}"),
        (b'{"type":1,"target":"Receive","arguments":[]}\x1e{"type":6}\x1e', "type=1 target=Receive"),
        (b'0{"sid":"x","upgrades":[]}', "0 {sid,upgrades}"),
        (b'42["message",{"a":1}]', "42 message"),
        (b'42137["message",5]', "42 message"),
        (b'431[{"ok":true}]', "43 [{ok}]"),
        (b'["1","1","room:lobby","phx_reply",{}]', "phx_reply"),
        (b'[48,"x"]', "48"),
        (b'a["{\\"type\\":\\"x\\"}"]', "a [type=x]"),
        (b"MESSAGE\nsubscription:1\n\nhi\0", "MESSAGE"),
        (b'INFO {"a":1}\r\n', "INFO {a}"),
        (b"MSG foo 1 5\r\nhello\r\n", "MSG"),
        (b"2", "'2'"),
        (b"", "empty"),
        (b"hello", "text"),
        (b"Client #5 says: {x}", "text"),
        (b"{not json", "text"),
        (b"\xff\x00", "binary"),
    ],
)
def test_a_message_s_kind_is_what_its_protocol_calls_it(message: bytes, kind: str) -> None:
    assert kind_of(message) == kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"type":"tick","price":1.5}', b'{"type":"tick","price":2.5,"more":[]}'),
        (b'42["joined","ann"]', b'42["joined","bob"]'),
        (b"42[" + b'"room-1"]', b"42[" + b'"room-2"]'),
        (b'{"text":"a","user":"b"}', b'{"user":"c","text":"d"}'),
        (b"\xff\x00", b"\xfe"),
    ],
)
def test_what_a_message_carries_does_not_change_its_kind(one: bytes, other: bytes) -> None:
    assert kind_of(one) == kind_of(other)


def test_json_nested_without_end_is_text() -> None:
    assert kind_of(b"[" * 100_000) == "text"
