"""One connection in several rooms: what joins, leaves, fails or is gone touches its own room only."""

import asyncio
from typing import Any

import pytest

from target_app.backplane.memory import MemoryBackplane
from target_app.backplane.protocol import BackplaneDown
from target_app.broadcast.manager import ConnectionManager
from tests.target_app.broadcast.fake_backplane import Backplane, started
from tests.target_app.broadcast.fake_socket import FakeSocket


class Once(FakeSocket):
    """A connection that is accepted once, as Starlette's are."""

    async def accept(self) -> None:
        if self.accepted:
            raise RuntimeError
        self.accepted = True


async def settled() -> None:
    """Whoever can go on has."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture(params=["fake", "memory"])
def scene(request: pytest.FixtureRequest) -> Any:
    """Runs a scenario with a manager, its backplane and a connection in the room a; nothing may be left behind."""

    def play(scenario: Any) -> None:
        async def test() -> None:
            backplane: Any = Backplane() if request.param == "fake" else MemoryBackplane()
            manager, socket = await started(backplane), Once()
            await manager.connect(socket, "a")  # type: ignore[arg-type] # a fake
            await scenario(manager, backplane, socket)
            manager.disconnect(socket)  # type: ignore[arg-type] # a fake
            await manager.stop()
            held = backplane.held() if request.param == "fake" else dict(backplane._subscriptions)
            assert held == {}
            assert (manager._subscribed, manager._joining, manager.hub.rooms()) == ({}, {}, [])

        asyncio.run(test())

    return play


def test_a_connection_that_is_connected_again_keeps_its_first_room(scene: Any) -> None:
    async def scenario(manager: ConnectionManager, _: Any, socket: Any) -> None:
        for room in ("b", "a"):
            with pytest.raises(RuntimeError):
                await manager.connect(socket, room)
            await settled()
            assert manager.hub.rooms_of(socket) == {"a"}
        await manager.broadcast("hi", "a")
        assert socket.received == ["hi"]

    scene(scenario)


def test_a_connection_in_two_rooms_gets_the_messages_of_both_and_of_each_once(scene: Any) -> None:
    async def scenario(manager: ConnectionManager, _: Any, socket: Any) -> None:
        await manager.join(socket, "b")
        await manager.join(socket, "b")
        for room in ("a", "b", "c"):
            await manager.broadcast(room, room)
        assert socket.received == ["a", "b"]

    scene(scenario)


def test_a_connection_that_leaves_a_room_hears_its_other_room_only(scene: Any) -> None:
    async def scenario(manager: ConnectionManager, _: Any, socket: Any) -> None:
        await manager.join(socket, "b")
        await manager.leave(socket, "b")
        await manager.leave(socket, "b")
        await manager.leave(socket, "c")
        for room in ("a", "b"):
            await manager.broadcast(room, room)
        assert socket.received == ["a"]

    scene(scenario)


def test_a_connection_that_leaves_its_last_room_is_in_the_hub_no_more_and_subscribes_to_nothing(
    scene: Any,
) -> None:
    async def scenario(manager: ConnectionManager, backplane: Any, socket: Any) -> None:
        await manager.leave(socket, "a")
        assert (manager.active_connections, manager._subscribed) == ([], {})
        if isinstance(backplane, Backplane):
            assert backplane.held() == {}
        await manager.join(socket, "a")
        assert manager.active_connections == [socket]

    scene(scenario)


def test_a_room_that_cannot_be_joined_leaves_the_others_as_they_are() -> None:
    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)
        socket: Any = FakeSocket()
        await manager.connect(socket, "a")
        backplane.is_down = True
        with pytest.raises(BackplaneDown):
            await manager.join(socket, "b")
        assert (manager.hub.rooms_of(socket), backplane.held()) == ({"a"}, {"a": 1})

    asyncio.run(scenario())


@pytest.mark.parametrize("end", ["disconnect", "leave", "cancel"])
def test_who_goes_while_joining_is_not_added_and_holds_no_subscription(end: str) -> None:
    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)
        socket: Any = FakeSocket()
        await manager.connect(socket, "a")
        backplane.is_open.clear()
        joining = asyncio.create_task(manager.join(socket, "b"))
        await settled()
        if end == "disconnect":
            manager.disconnect(socket)
        elif end == "leave":
            await manager.leave(socket, "b")
        else:
            joining.cancel()
        backplane.is_open.set()
        await asyncio.wait({joining})
        await settled()
        assert joining.cancelled() == (end == "cancel")
        stays = set() if end == "disconnect" else {"a"}
        assert manager.hub.rooms_of(socket) == stays
        assert (set(backplane.held()), set(manager._subscribed.get(socket, ()))) == (stays, stays)
        assert manager._joining == {}

    asyncio.run(scenario())


def test_who_is_disconnected_while_it_is_accepted_is_not_added() -> None:
    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)

        class Hasty(FakeSocket):
            async def accept(self) -> None:
                manager.disconnect(self)  # type: ignore[arg-type] # a fake

        await manager.connect(Hasty())  # type: ignore[arg-type] # a fake
        await settled()
        assert (manager.active_connections, backplane.held(), manager._subscribed) == ([], {}, {})

    asyncio.run(scenario())


def test_joins_of_one_room_at_the_same_time_hold_one_subscription(scene: Any) -> None:
    async def scenario(manager: ConnectionManager, backplane: Any, socket: Any) -> None:
        await asyncio.gather(*(manager.join(socket, "b") for _ in range(5)))
        await settled()
        if isinstance(backplane, Backplane):
            assert backplane.held() == {"a": 1, "b": 1}
        await manager.leave(socket, "b")
        await asyncio.gather(manager.join(socket, "b"), manager.leave(socket, "b"), manager.join(socket, "b"))
        assert manager.hub.rooms_of(socket) == {"a", "b"}

    scene(scenario)


def test_who_joins_again_while_leaving_is_in() -> None:
    async def scenario() -> None:
        backplane = Backplane()
        manager = await started(backplane)
        socket: Any = FakeSocket()
        await manager.connect(socket, "a")
        backplane.is_open.clear()
        first = asyncio.create_task(manager.join(socket, "b"))
        await settled()
        await manager.leave(socket, "b")
        second = asyncio.create_task(manager.join(socket, "b"))
        await settled()
        backplane.is_open.set()
        await asyncio.gather(first, second)
        await settled()
        assert manager.hub.rooms_of(socket) == {"a", "b"}
        assert backplane.held() == {"a": 1, "b": 1}

    asyncio.run(scenario())
