import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect

from target_app.broadcast.manager import ConnectionManager
from tests.target_app.broadcast.fake_socket import GONE, FakeSocket


def room(size: int) -> tuple[Any, list[Any]]:
    """A manager and the sockets that joined it, in order."""
    manager, sockets = ConnectionManager(), [FakeSocket() for _ in range(size)]

    async def join() -> None:
        for socket in sockets:
            await manager.connect(socket)  # type: ignore[arg-type] # a fake

    asyncio.run(join())
    return manager, sockets


def test_connecting_accepts_and_adds_in_order() -> None:
    manager, sockets = room(3)
    assert manager.active_connections == sockets
    assert all(socket.accepted for socket in sockets)


def test_a_connection_that_cannot_be_accepted_is_not_added() -> None:
    class Leaving(FakeSocket):
        async def accept(self) -> None:
            raise OSError

    manager = ConnectionManager()
    with pytest.raises(OSError):  # noqa: PT011 - it carries no message
        asyncio.run(manager.connect(Leaving()))  # type: ignore[arg-type] # a fake
    assert manager.active_connections == []


def test_the_list_of_connections_is_a_copy() -> None:
    manager, sockets = room(1)
    manager.active_connections.clear()
    assert manager.active_connections == sockets


def test_a_connection_in_two_rooms_is_listed_once() -> None:
    async def scenario() -> None:
        manager, socket = ConnectionManager(), FakeSocket()
        await manager.connect(socket)  # type: ignore[arg-type] # a fake
        await manager.join(socket, "another")  # type: ignore[arg-type] # a fake
        assert manager.active_connections == [socket]

    asyncio.run(scenario())


def test_disconnecting_keeps_the_order_of_the_others() -> None:
    manager, (first, second, third) = room(3)
    manager.disconnect(second)
    assert manager.active_connections == [first, third]


def test_disconnecting_twice_is_no_error() -> None:
    manager, (socket,) = room(1)
    manager.disconnect(socket)
    manager.disconnect(socket)
    assert manager.active_connections == []


def test_a_personal_message_reaches_nobody_else() -> None:
    manager, (one, other) = room(2)
    asyncio.run(manager.send_personal_message("hi", one))
    assert (one.received, other.received) == (["hi"], [])


def test_a_personal_message_to_a_dead_peer_removes_it_and_raises_nothing() -> None:
    manager, (socket,) = room(1)
    socket.error = GONE
    asyncio.run(manager.send_personal_message("hi", socket))
    assert manager.active_connections == []


@pytest.mark.parametrize(
    "error",
    [WebSocketDisconnect(1006), RuntimeError("close was sent"), ConnectionResetError(), BrokenPipeError()],
    ids=repr,
)
def test_a_dead_peer_is_removed_and_everybody_else_gets_the_message(error: Exception) -> None:
    manager, (first, dead, last) = room(3)
    dead.error = error
    asyncio.run(manager.broadcast("hi"))
    assert (first.received, last.received) == (["hi"], ["hi"])
    assert manager.active_connections == [first, last]


def test_a_message_that_nobody_can_be_sent_is_the_senders_error_and_removes_nobody() -> None:
    manager, sockets = room(2)
    with pytest.raises(UnicodeEncodeError):
        asyncio.run(manager.broadcast("\ud800"))
    assert manager.active_connections == sockets


def test_nobody_is_skipped_when_somebody_leaves_during_a_broadcast() -> None:
    manager, (first, second, third, fourth) = room(4)
    second.on_send = lambda: manager.disconnect(first)
    asyncio.run(manager.broadcast("hi"))
    assert [socket.received for socket in (first, second, third, fourth)] == [["hi"]] * 4
    assert manager.active_connections == [second, third, fourth]


def test_who_joins_during_a_broadcast_gets_the_next_one() -> None:
    manager, (first,) = room(1)
    late = FakeSocket()

    async def scenario() -> None:
        joining: list[asyncio.Task[None]] = []
        first.on_send = lambda: joining.append(asyncio.create_task(manager.connect(late)))
        await manager.broadcast("one")
        await joining[0]
        first.on_send = lambda: None
        await manager.broadcast("two")

    asyncio.run(scenario())
    assert late.received == ["two"]


@given(st.lists(st.booleans(), max_size=20))
def test_each_live_peer_gets_each_message_once_and_is_counted(alive: list[bool]) -> None:
    manager, sockets = room(len(alive))
    for socket, is_alive in zip(sockets, alive, strict=True):
        socket.error = None if is_alive else GONE

    async def scenario() -> None:
        await manager.broadcast("one")
        await manager.broadcast("two")

    asyncio.run(scenario())
    assert [socket.received for socket in sockets] == [
        ["one", "two"] if is_alive else [] for is_alive in alive
    ]
    assert manager.hub.counters.deliveries == 2 * sum(alive)
