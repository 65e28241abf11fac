import asyncio
from typing import Any

import pytest

from target_app.broadcast.inbox import CLOSE, inbox


class Source:
    """A WebSocket that gives what it is given, then says that the peer left."""

    def __init__(self, *messages: Any) -> None:
        self._messages = list(messages)
        self.taken = 0
        self.scope: dict[str, Any] = {}

    async def receive(self) -> Any:
        await asyncio.sleep(0)
        self.taken += 1
        if not self._messages:
            raise RuntimeError("a disconnect has been received")
        return self._messages.pop(0)


def message(number: int) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": str(number)}


async def turns(count: int) -> None:
    """Let the loop have some turns."""
    for _ in range(count):
        await asyncio.sleep(0)


LEFT = {"type": "websocket.disconnect", "code": 1001}


def test_messages_are_taken_while_the_handler_is_busy_up_to_the_limit() -> None:
    async def scenario() -> None:
        source = Source(*(message(number) for number in range(10)))
        async with inbox(source, limit=3) as messages:  # type: ignore[arg-type] # a fake
            await turns(50)
            assert source.taken == 4  # the fourth is in the reader's hand
            assert [(await messages.receive())["text"] for _ in range(10)] == [str(n) for n in range(10)]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "payload",
    [{"text": "x" * 400}, {"text": "ü" * 200}, {"bytes": b"x" * 400, "text": None}],
    ids=["ascii", "utf-8", "binary"],
)
def test_messages_are_taken_up_to_the_limit_of_bytes(payload: dict[str, Any]) -> None:
    async def scenario() -> None:
        sent = [{"type": "websocket.receive", **payload} for _ in range(10)]
        source = Source(*sent)
        async with inbox(source, size=1000) as messages:  # type: ignore[arg-type] # a fake
            await turns(50)
            assert source.taken == 3  # the third is in the reader's hand
            for taken in range(4, 11):
                await messages.receive()
                await turns(50)
                assert source.taken == taken
            assert [await messages.receive() for _ in range(3)] == sent[:3]

    asyncio.run(scenario())


def test_a_message_above_the_limit_of_bytes_waits_alone() -> None:
    async def scenario() -> None:
        large = {"type": "websocket.receive", "text": "x" * 5000}
        source = Source(message(1), large, message(3), LEFT)
        async with inbox(source, size=1000) as messages:  # type: ignore[arg-type] # a fake
            await turns(50)
            assert source.taken == 2
            assert await messages.receive() == message(1)
            await turns(50)
            assert source.taken == 3
            assert [await messages.receive() for _ in range(3)] == [large, message(3), LEFT]

    asyncio.run(scenario())


def test_the_disconnect_comes_after_what_was_sent_before_it() -> None:
    async def scenario() -> None:
        async with inbox(Source(message(1), LEFT)) as messages:  # type: ignore[arg-type] # a fake
            assert [await messages.receive(), await messages.receive()] == [message(1), LEFT]

    asyncio.run(scenario())


def test_a_connection_that_cannot_be_read_has_disconnected() -> None:
    async def scenario() -> None:
        async with inbox(Source()) as messages:  # type: ignore[arg-type] # a fake
            assert await messages.receive() == {"type": "websocket.disconnect", "code": 1006}

    asyncio.run(scenario())


class Granian(Source):
    """It sends no close frame while a receive waits, and then says that the connection is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.is_receiving = False
        self.closed: int | None = None

    async def receive(self) -> Any:
        self.is_receiving = True
        try:
            while self.closed is None:
                await asyncio.sleep(0)
        finally:
            self.is_receiving = False
        return {"type": "websocket.disconnect", "code": self.closed}

    async def close(self, code: int, reason: str) -> None:
        assert reason
        assert not self.is_receiving
        await asyncio.sleep(0)
        self.closed = code


def test_the_reader_pauses_for_a_close_from_elsewhere_and_reads_the_disconnect_after_it() -> None:
    async def scenario() -> None:
        source = Granian()
        async with inbox(source) as messages:  # type: ignore[arg-type] # a fake
            await turns(3)
            assert source.is_receiving
            await source.scope[CLOSE](1013, "too slow")
            assert (await messages.receive())["code"] == 1013
        assert CLOSE not in source.scope

    asyncio.run(scenario())


def test_a_close_that_ends_after_the_block_reads_no_more() -> None:
    async def scenario() -> None:
        source = Granian()
        async with inbox(source):  # type: ignore[arg-type] # a fake
            closing = asyncio.create_task(source.scope[CLOSE](1013, "too slow"))
            await turns(1)
        await closing
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


def test_the_reader_ends_with_the_block() -> None:
    async def scenario() -> None:
        async with inbox(Source(*(message(number) for number in range(100)))):  # type: ignore[arg-type] # a fake
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())
