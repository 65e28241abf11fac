from typing import Any

from target_app.main import create_app
from tests.target_app.server import Server, closing, receive


def test_each_text_is_answered_with_the_documented_reply(main: Server) -> None:
    with main.connect("/ws") as client:
        for message in ("hello", "", "grüße ☃"):
            client.send(message)
            assert receive(client) == [f"Message text was: {message}"]


def test_many_messages_use_one_connection(main: Server) -> None:
    before = main.stats()["connections_total"]
    with main.connect("/ws") as client:
        for number in range(50):
            client.send(str(number))
        assert receive(client, 50) == [f"Message text was: {number}" for number in range(50)]
    assert main.stats()["connections_total"] == before + 1


def test_a_message_in_fragments_is_one_message(main: Server) -> None:
    with main.connect("/ws") as client:
        client.send(["hel", "lo"])
        assert receive(client) == ["Message text was: hello"]


def test_compressed_messages_are_answered_too(main: Server) -> None:
    with main.connect("/ws", compression="deflate") as client:
        client.send("a" * 10_000)
        assert receive(client) == ["Message text was: " + "a" * 10_000]


def test_a_binary_message_closes_1003(main: Server) -> None:
    with main.connect("/ws") as client:
        client.send(b"binary")
        assert closing(client) == (1003, "expected a text message")


def test_the_test_client_leaves_without_an_exception(in_process: Any) -> None:
    with in_process(create_app()).websocket_connect("/ws") as client:
        client.send_text("hello")
        assert client.receive_text() == "Message text was: hello"
