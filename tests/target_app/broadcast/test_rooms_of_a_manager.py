import asyncio
from typing import Any

import pytest

from target_app.backplane.protocol import BackplaneDown, Gap
from target_app.broadcast.manager import EVERYBODY, ConnectionManager
from tests.target_app.broadcast.fake_backplane import Backplane, started
from tests.target_app.broadcast.fake_socket import FakeSocket


def test_a_broadcast_goes_through_the_backplane_to_its_room_only() -> None:
    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)
        one: Any = FakeSocket()
        other: Any = FakeSocket()
        await manager.connect(one)
        await manager.connect(other, room="other")
        await manager.broadcast("hi", room="other")
        assert (one.received, other.received) == ([], ["hi"])
        manager.disconnect(other)
        manager.disconnect(other)
        await manager.stop()
        assert backplane.asked == [f"+{EVERYBODY}", "+other", "other: hi", "-other", "stop"]

    asyncio.run(scenario())


def test_a_slow_client_that_the_hub_removed_is_unsubscribed_when_its_handler_ends() -> None:
    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)
        socket: Any = FakeSocket()
        await manager.connect(socket)
        manager.hub.remove(socket)
        manager.disconnect(socket)
        await manager.stop()
        assert backplane.asked == [f"+{EVERYBODY}", f"-{EVERYBODY}", "stop"]

    asyncio.run(scenario())


def test_a_room_that_cannot_be_subscribed_is_not_joined() -> None:
    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)
        backplane.is_down = True
        socket: Any = FakeSocket()
        with pytest.raises(BackplaneDown):
            await manager.connect(socket)
        assert not socket.accepted
        assert manager.active_connections == []

    asyncio.run(scenario())


def test_who_cannot_be_accepted_is_unsubscribed() -> None:
    class Leaving(FakeSocket):
        async def accept(self) -> None:
            raise OSError

    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)
        with pytest.raises(OSError):  # noqa: PT011 - it carries no message
            await manager.connect(Leaving())  # type: ignore[arg-type] # a fake
        await manager.stop()
        assert backplane.asked == [f"+{EVERYBODY}", f"-{EVERYBODY}", "stop"]

    asyncio.run(scenario())


def test_whoever_asked_is_told_of_gaps() -> None:
    async def scenario() -> None:
        backplane, gaps = Backplane(), list[Gap]()
        await ConnectionManager(backplane=backplane, on_gap=gaps.append).start()  # type: ignore[arg-type] # a fake
        gap = Gap("o", "x", 1, 2, "tail")
        assert backplane.on_gap is not None
        backplane.on_gap(gap)
        assert gaps == [gap]

    asyncio.run(scenario())
