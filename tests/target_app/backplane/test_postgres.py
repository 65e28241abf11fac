"""How PostgreSQL is asked."""

import asyncio
from typing import Any

import pytest

from target_app.backplane.numbered import NumberedBackplane
from target_app.backplane.postgres import PostgresWire
from target_app.backplane.protocol import BackplaneDown
from target_app.backplane.timing import Timing
from tests.target_app.backplane.ends import End, ends, run, until
from tests.target_app.backplane.servers import PostgresServer


class Receiver:
    """The connection that listens, as far as it is asked; answers when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer = asyncio.Event()

    def is_closed(self) -> bool:
        return False

    async def fetchval(self, _query: str) -> int:
        self.asked += 1
        await self.answer.wait()
        return 1


def wire_with(receiver: Receiver) -> PostgresWire:
    wire: Any = PostgresWire("postgresql://localhost/x")
    wire._receiver = receiver
    return wire  # type: ignore[no-any-return] # Any to set what connecting sets


def test_one_answer_confirms_all_channels_that_were_asked_for_before_the_question() -> None:
    async def test() -> None:
        receiver = Receiver()
        wire = wire_with(receiver)
        listening = [asyncio.create_task(wire.listen(str(number))) for number in range(100)]
        await asyncio.sleep(0)
        receiver.answer.set()
        await asyncio.gather(*listening)
        confirmed = [await wire.receive() for _ in range(100)]
        assert [one.channel for one in confirmed] == [str(number) for number in range(100)]
        assert receiver.asked == 2  # the first was under way when the others came

    asyncio.run(test())


def test_who_gives_up_waiting_for_the_answer_leaves_the_question_to_the_next() -> None:
    async def test() -> None:
        receiver = Receiver()
        wire = wire_with(receiver)
        listening = [asyncio.create_task(wire.listen(name)) for name in "abc"]
        await asyncio.sleep(0)
        listening[0].cancel()
        receiver.answer.set()
        with pytest.raises(asyncio.CancelledError):
            await listening[0]
        await asyncio.gather(*listening[1:])
        assert {(await wire.receive()).channel for _ in "abc"} == set("abc")

    asyncio.run(test())


def test_a_channel_cannot_be_asked_for_while_there_is_no_connection() -> None:
    with pytest.raises(BackplaneDown, match="is gone"):
        asyncio.run(PostgresWire("postgresql://localhost/x").listen("a"))


def test_a_role_of_postgres_that_may_not_use_the_table_is_told_at_the_start(
    postgres_server: PostgresServer,
) -> None:
    async def test() -> None:
        async with ends(postgres_server.url, 1):
            pass  # the table is there now
        postgres_server.execute(
            "CREATE ROLE reader LOGIN; GRANT SELECT, INSERT ON target_app_payload TO reader"
        )
        wire = PostgresWire(postgres_server.url.replace("postgres@", "reader@"))
        for patience in (0.5, 5, 20):  # a busy machine may not hear it in time
            with pytest.raises(BackplaneDown) as refused:
                await End(NumberedBackplane(wire, Timing(connect=patience, subscribe=patience))).start()
            if "nothing in time" not in str(refused.value):
                break
        assert "says: the role needs SELECT, INSERT and DELETE on target_app_" in str(refused.value)
        postgres_server.execute("DROP OWNED BY reader; DROP ROLE reader")

    run(test())


def test_all_large_messages_of_a_batch_are_kept_in_one_round_trip() -> None:
    """One each took longer than a batch may take, where PostgreSQL is some milliseconds away."""
    large = ["x" * 8_000, "ü" * 4_000]

    asked = []

    class Connection:
        async def fetch(self, _query: str, payloads: list[str]) -> list[dict[str, int]]:
            asked.append(payloads)
            return [{"id": 8}, {"id": 7}]

    async def test() -> None:
        wire: Any = PostgresWire("postgresql://localhost/x")
        assert await wire._shortened(Connection(), ["a", large[0], "b", large[1]]) == ["a", "#7", "b", "#8"]
        assert await wire._shortened(Connection(), ["a"]) == ["a"]
        assert asked == [large]

    asyncio.run(test())


def test_large_messages_among_small_ones_at_once_keep_their_order(postgres_server: PostgresServer) -> None:
    messages = [f"{number} {'x' * 9_000 * (number % 2)}" for number in range(400)]

    async def test() -> None:
        async with ends(postgres_server.url) as [one, other]:
            await asyncio.gather(*(one.publish(message) for message in messages))
            await until(lambda: other.messages == messages)

    run(test())
