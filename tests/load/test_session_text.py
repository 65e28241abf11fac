"""A recording written as a script: it reads well, says what was said, and holds no secrets."""

import asyncio
import json
from typing import Any

import pytest

from tests.load.recordings import Said, recorded, recording
from wswarm.load.recording import Recording
from wswarm.load.score import score_of
from wswarm.load.session_text import session_text

SESSION = (
    '< {"type":"welcome","session_id":"q9Zk31xaBB","user":{"id":12345678}}',
    '> {"type":"login","password":"hunter2","session":"q9Zk31xaBB"}',
    '< {"type":"tick"}',
    '< {"type":"tick"}',
    '< {"type":"tick"}',
    '> 42["join",{"token":"t0psecret","me":12345678}]',
    "< Your code is 8f3a9c21.",
    "> code 8f3a9c21",
    '> it\'s "quoted"',
)
WRITTEN = '''"""A chat."""

import json
import re
from time import monotonic


async def session(ws):
    opened = monotonic()

    async def at(offset):
        """Wait until so many seconds after the connection opened."""
        await ws.sleep(max(0.0, opened + offset - monotonic()))

    message = await ws.expect('"type":"welcome"', name="type=welcome")
    session_id = json.loads(message)["session_id"]
    user_id = str(json.loads(message)["user"]["id"])
    await at(0.100)
    await ws.send({"type": "login", "password": ws.data["password"], "session": session_id})
    for _ in range(3):
        await ws.expect('"type":"tick"', name="type=tick")
    await at(0.500)
    await ws.send('42["join",{"token":"' + ws.data["token"] + '","me":' + user_id + "}]")
    message = await ws.expect(name="text")
    value = re.search(r"Your code is ([^\\s\\0\\.]+)", message)[1]
    await at(0.700)
    await ws.send("code " + value)
    await at(0.800)
    await ws.send('it\\'s "quoted"')
'''


class FakeSocket:
    """Answers as it was recorded, and keeps what is sent."""

    def __init__(self, told: Recording, values: dict[str, str]) -> None:
        self.data, self.sent = values, list[bytes]()
        self._to_come = [one.payload.decode("utf-8", "replace") for one in told.received]

    async def send(self, message: Any) -> None:
        """Keep it as it would be sent."""
        text = json.dumps(message, separators=(",", ":")) if isinstance(message, dict) else message
        self.sent.append(text.encode() if isinstance(text, str) else text)

    async def expect(self, wanted: Any = "", *, timeout: float = 10, name: str) -> str:
        """Return the next recorded message, which has to be one that is wanted."""
        assert name
        assert timeout >= 10
        message = self._to_come.pop(0)
        if isinstance(wanted, str):
            assert wanted in message
        else:
            assert wanted.search(message)
        return message

    async def sleep(self, _: float) -> None:
        """Be done at once."""


def written(told: Recording) -> str:
    return session_text(told, score_of(told), "A chat.")


def played(told: Recording) -> list[bytes]:
    """What the written script sends when all is as it was."""
    names: dict[str, Any] = {}
    exec(written(told), names)
    socket = FakeSocket(told, score_of(told).secrets)
    asyncio.run(names["session"](socket))
    return socket.sent


def test_the_script_reads_as_it_is_kept() -> None:
    assert written(recording(*SESSION)) == WRITTEN


@pytest.mark.parametrize(
    "said",
    [
        ((0, "<", "2"), (0, ">", "3"), (1, "<", ""), (2, ">", "")),
        ((0, ">", b"\x00\xff'\""), (1, "<", b"\xff"), (2, ">", "é\n\t\\ 'x' \"y\"")),
        ((0, "<", "MESSAGE\nsession:s-8f3a\n\nx\0"), (1, ">", "ACK\nid:s-8f3a\n\n\0")),
        ((0, "<", '{"op":10,"d":{"nonce":"ab12cd34"}}'), (1, ">", '{"op": 1, "d": "ab12cd34"}')),
        ((0, "<", '431[{"ok":true,"key":"ab12cd34"}]'), (1, ">", '{"a":{"b":[1.5,null,true,"ab12cd34"]}}')),
        ((0, "<", '["1","1","room:x","phx_reply",{}]'), (1, ">", '{"a":1,"a":2}')),
        ((0, "<", 'a["{\\"x\\":1}"]'), (1, ">", '["{\\"x\\":1}"]'), (2, "<", "[1.5]"), (3, "<", "[]")),
        ((0, "<", "[]"), (1, ">", '{"long":"' + "x" * 200 + '","b":[' + ",".join(["12345678"] * 20) + "]}")),
        ((0, "<", '{"type":6}\x1e'), (1, ">", '{"type":6}\x1e')),
    ],
)
def test_the_script_says_what_was_said(said: tuple[Said, ...]) -> None:
    told = recording()._replace(messages=recorded(*said))
    sent = [one.payload for one in told.sent]
    assert [_normal(one) for one in played(told)] == [_normal(one) for one in sent]


def test_the_script_says_what_was_said_with_values_and_secrets() -> None:
    told = recording(*SESSION)
    assert played(told) == [one.payload for one in told.sent]


def test_no_secret_stands_in_the_script() -> None:
    told = recording(*SESSION, url="ws://h/?token=t0psecret", cookies=("sid=c00kie",))
    for secret in ("hunter2", "t0psecret", "c00kie", "q9Zk31xaBB"):
        assert secret not in written(told)


def test_what_took_long_may_take_twice_as_long() -> None:
    told = recording()._replace(
        messages=recorded((0, ">", "a"), (7.5, "<", "b"), (8, "<", "c"), (9, "<", "[]"))
    )
    assert 'await ws.expect(timeout=15, name="text")' in written(told)
    assert 'await ws.expect("[", name="[]")' in written(told)


def test_without_times_the_script_waits_only_for_what_comes() -> None:
    text = written(recording("> a", "< b", "> c", has_times=False))
    assert "at(" not in text
    assert "monotonic" not in text


def _normal(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload
