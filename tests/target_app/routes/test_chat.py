from typing import Any

import pytest

from target_app.main import create_app
from tests.target_app.raw_client import RawClient, close, text
from tests.target_app.room import room_with_a_dead_member
from tests.target_app.server import Server, closing, receive


@pytest.fixture(autouse=True)
def _alone(main: Server) -> None:
    """Nobody is left in the room from an earlier test."""
    main.wait_until_empty()


def test_the_sender_gets_its_personal_reply_then_what_everybody_gets(main: Server) -> None:
    with main.connect("/ws/1") as one, main.connect("/ws/2") as two:
        one.send("hello")
        assert receive(one, 2) == ["You wrote: hello", "Client #1 says: hello"]
        assert receive(two) == ["Client #1 says: hello"]


def test_the_others_are_told_who_left(main: Server) -> None:
    with main.connect("/ws/1") as stays:
        with main.connect("/ws/1596980209979"):
            pass
        assert receive(stays) == ["Client #1596980209979 left the chat"]


def test_the_others_are_told_of_a_client_that_vanished(main: Server) -> None:
    with main.connect("/ws/1") as stays:
        RawClient(main.port, "/ws/2").abort()
        assert receive(stays) == ["Client #2 left the chat"]


def test_who_is_refused_by_its_own_fault_has_left_like_anybody(main: Server) -> None:
    with main.connect("/ws/1") as stays:
        with main.connect("/ws/2") as binary_sender:
            binary_sender.send(b"binary")
            assert closing(binary_sender) == (1003, "expected a text message")
        assert receive(stays) == ["Client #2 left the chat"]
        stays.send("still here")
        assert receive(stays, 2) == ["You wrote: still here", "Client #1 says: still here"]


def test_last_words_are_delivered(main: Server) -> None:
    with main.connect("/ws/1") as stays:
        leaving = RawClient(main.port, "/ws/2")
        leaving.send(text("farewell"), close())
        assert receive(stays, 2) == ["Client #2 says: farewell", "Client #2 left the chat"]
        leaving.abort()


@pytest.mark.parametrize("client_id", ["-5", "0", "1596980209979", "99999999999999999999"])
def test_any_integer_is_a_client_id(main: Server, client_id: str) -> None:
    with main.connect(f"/ws/{client_id}") as client:
        client.send("hi")
        assert receive(client, 2) == ["You wrote: hi", f"Client #{client_id} says: hi"]


@pytest.mark.parametrize("client_id", ["abc", "1.5", "", "9" * 5000])
def test_a_client_id_that_is_no_integer_is_403(main: Server, client_id: str) -> None:
    assert main.refusal(f"/ws/{client_id}") == 403


def test_the_end_of_one_connection_does_not_touch_another_with_the_same_id(main: Server) -> None:
    with main.connect("/ws/1") as one:
        with main.connect("/ws/1"):
            pass
        assert receive(one) == ["Client #1 left the chat"]
        one.send("still here")
        assert receive(one, 2) == ["You wrote: still here", "Client #1 says: still here"]


def test_a_dead_member_breaks_neither_the_sender_nor_the_room(main: Server) -> None:
    with room_with_a_dead_member(main) as (first, last):
        assert receive(first) == receive(last) == ["Client #2 left the chat"]
        first.send("hello")
        assert receive(first, 2) == ["You wrote: hello", "Client #1 says: hello"]
        assert receive(last) == ["Client #1 says: hello"]


def test_the_room_works_again_after_dead_and_mute_members_have_gone(main: Server) -> None:
    with room_with_a_dead_member(main):
        pass
    main.wait_until_empty()
    with main.connect("/ws/1") as client:
        client.send("hello")
        assert receive(client, 2) == ["You wrote: hello", "Client #1 says: hello"]


@pytest.mark.parametrize("path", ["/ws/1", "/ws/2"])
def test_nobody_who_left_stays_in_the_room(in_process: Any, path: str) -> None:
    app = create_app()
    with in_process(app).websocket_connect("/ws/1"), in_process(app).websocket_connect(path):
        assert len(app.state.manager.active_connections) == 2
    assert app.state.manager.active_connections == []
