import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from target_app.documented.chat import ConnectionManager, app
from tests.target_app.broadcast.fake_socket import GONE, FakeSocket
from tests.target_app.hosted import documented
from tests.target_app.raw_client import RawClient, close, text
from tests.target_app.room import room_with_a_dead_member
from tests.target_app.server import Server, closing, receive


def test_the_sender_gets_its_personal_reply_then_what_everybody_gets(documented_chat: Server) -> None:
    with documented_chat.connect("/ws/1") as one, documented_chat.connect("/ws/2") as two:
        one.send("hello")
        assert receive(one, 2) == ["You wrote: hello", "Client #1 says: hello"]
        assert receive(two) == ["Client #1 says: hello"]


def test_the_others_are_told_who_left(documented_chat: Server) -> None:
    with documented_chat.connect("/ws/1") as stays:
        with documented_chat.connect("/ws/2"):
            pass
        assert receive(stays) == ["Client #2 left the chat"]


@pytest.mark.parametrize("client_id", ["-5", "0", "1596980209979", "99999999999999999999"])
def test_any_integer_is_a_client_id(documented_chat: Server, client_id: str) -> None:
    with documented_chat.connect(f"/ws/{client_id}") as client:
        client.send("hi")
        assert receive(client, 2) == ["You wrote: hi", f"Client #{client_id} says: hi"]


@pytest.mark.parametrize("client_id", ["abc", "1.5", "", "9" * 5000])
def test_a_client_id_that_is_no_integer_is_403(documented_chat: Server, client_id: str) -> None:
    assert documented_chat.refusal(f"/ws/{client_id}") == 403


def test_two_clients_may_share_an_id(documented_chat: Server) -> None:
    with documented_chat.connect("/ws/1") as one, documented_chat.connect("/ws/1") as double:
        double.send("hi")
        assert receive(double, 2) == ["You wrote: hi", "Client #1 says: hi"]
        assert receive(one) == ["Client #1 says: hi"]


def test_last_words_are_lost(documented_chat: Server) -> None:
    with documented_chat.connect("/ws/1") as stays:
        leaving = RawClient(documented_chat.port, "/ws/2")
        leaving.send(text("farewell"), close())
        assert receive(stays) == ["Client #2 left the chat"]
        leaving.abort()


def test_a_dead_member_poisons_the_room(host: Callable[..., Server]) -> None:
    server = host(documented("chat"))  # of its own: the room does not recover
    with room_with_a_dead_member(server) as (first, last):
        first.send("hello")
        assert receive(first, 2) == ["You wrote: hello", "Client #1 says: hello"]
        assert closing(first) == (1006, "")
        last.send("anybody?")
        # Not even "Client #1 says: hello" arrived before, and its own message only by the personal reply.
        assert receive(last) == ["You wrote: anybody?"]
        assert closing(last) == (1006, "")


def test_a_client_that_sent_binary_stays_in_the_list(host: Callable[..., Server]) -> None:
    server = host(documented("chat"))  # of its own: the room does not recover
    with server.connect("/ws/1") as binary_sender:
        binary_sender.send(b"binary")
        assert closing(binary_sender) == (1006, "")
    with server.connect("/ws/2") as healthy:
        healthy.send("hi")
        assert receive(healthy) == ["You wrote: hi"]
        assert closing(healthy) == (1006, "")


def room(size: int) -> tuple[Any, list[Any]]:
    """A manager and the sockets that joined it, in order."""
    manager, sockets = ConnectionManager(), [FakeSocket() for _ in range(size)]

    async def join() -> None:
        for socket in sockets:
            await manager.connect(socket)  # type: ignore[arg-type] # a fake

    asyncio.run(join())
    return manager, sockets


def test_connecting_accepts_and_adds_in_order() -> None:
    manager, sockets = room(2)
    assert manager.active_connections == sockets
    assert all(socket.accepted for socket in sockets)


def test_disconnecting_twice_raises() -> None:
    manager, (socket,) = room(1)
    manager.disconnect(socket)
    with pytest.raises(ValueError, match="not in list"):
        manager.disconnect(socket)


def test_a_live_client_is_skipped_when_somebody_leaves_during_a_broadcast() -> None:
    manager, (first, second, third, fourth) = room(4)
    second.on_send = lambda: manager.disconnect(first)
    asyncio.run(manager.broadcast("hi"))
    assert [socket.received for socket in (first, second, third, fourth)] == [["hi"], ["hi"], [], ["hi"]]


def test_a_broadcast_ends_at_the_first_dead_client() -> None:
    manager, (first, dead, last) = room(3)
    dead.error = GONE
    with pytest.raises(WebSocketDisconnect):
        asyncio.run(manager.broadcast("hi"))
    assert (first.received, last.received) == (["hi"], [])
    assert dead in manager.active_connections


def test_the_test_client_chats(in_process: Any) -> None:
    client = in_process(app)
    with client.websocket_connect("/ws/1") as one:
        with client.websocket_connect("/ws/2") as two:
            one.send_text("hello")
            assert [one.receive_text(), one.receive_text()] == ["You wrote: hello", "Client #1 says: hello"]
            assert two.receive_text() == "Client #1 says: hello"
        assert one.receive_text() == "Client #2 left the chat"
