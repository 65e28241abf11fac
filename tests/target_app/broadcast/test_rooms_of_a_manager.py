import asyncio
from typing import Any

import pytest

from target_app.backplane.protocol import BackplaneDown, Deliver
from target_app.broadcast.manager import EVERYBODY, ConnectionManager
from tests.target_app.broadcast.fake_socket import FakeSocket


class Backplane:
    """A backplane of one process that says what it was asked, or is down."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_down = False
        self._deliver: Deliver | None = None

    async def start(self, deliver: Deliver, on_gap: Any) -> None:  # noqa: ARG002 - the name that callers use
        self._deliver = deliver

    async def subscribe(self, channel: str) -> None:
        self._do(f"+{channel}")

    async def unsubscribe(self, channel: str) -> None:
        self.asked.append(f"-{channel}")

    async def publish(self, channel: str, message: str) -> None:
        self._do(f"{channel}: {message}")
        assert self._deliver is not None
        self._deliver(channel, message)

    async def stop(self) -> None:
        self.asked.append("stop")

    def _do(self, what: str) -> None:
        if self.is_down:
            raise BackplaneDown("gone")
        self.asked.append(what)


async def started(backplane: Backplane) -> ConnectionManager:
    manager = ConnectionManager(backplane=backplane)  # type: ignore[arg-type] # a fake
    await manager.start()
    return manager


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
