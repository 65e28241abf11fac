"""Conversations that a server ends in the packet in which it accepts the connection."""

import asyncio

import pytest

from tests.drive.raw_server import raw_server
from tests.drive.rfc import switching
from wswarm.drive.drivers.by_name import driver
from wswarm.drive.drivers.connection import Events, HandshakeFailed
from wswarm.drive.talk import open_ready
from wswarm.drive.way import Ways
from wswarm.load.manner import Manner
from wswarm.load.steps import Step

REFUSAL = b'\x81\x15{"error":"no such a"}'
CLOSE = b"\x88\x05\x0f\xa1a b"


def failure(name: str, wire: bytes, *steps: Step) -> str:
    """Return why the conversation with a server failed that sends these bytes behind its answer."""

    async def talk() -> None:
        async with raw_server(switching(), wire) as server:
            manner = Manner(
                url=f"ws://127.0.0.1:{server.port}/", steps=steps, refuse=('/"error":"(.*)"/',), driver=name
            )
            way = Ways(driver, {}).of(manner, "connect", [("127.0.0.1", server.port)])
            events = Events(0, lambda *_: True, lambda _: None, lambda _: None, lambda: None, lambda _: None)
            await open_ready(way, {"id": "1"}, events, lambda *_: pytest.fail("it was ready"))

    with pytest.raises(HandshakeFailed) as raised:
        asyncio.run(talk())
    return raised.value.reason


@pytest.mark.parametrize("name", ["picows", "websockets"])
def test_what_it_said_before_it_closed_tells_more_than_its_close(name: str) -> None:
    wanted = Step("expect", "hello")
    assert failure(name, REFUSAL + CLOSE, wanted) == "no such a"
    assert failure(name, b"\x81\x02hi" + CLOSE, wanted) == "step 1: closed 4001 a b"
