from tests.target_app.server import Server, closing, receive


def test_each_text_is_answered_like_the_function_based_echo(main: Server) -> None:
    with main.connect("/class/ws") as client:
        client.send("hello")
        client.send("again")
        assert receive(client, 2) == ["Message text was: hello", "Message text was: again"]


def test_a_binary_message_closes_1003(main: Server) -> None:
    with main.connect("/class/ws") as client:
        client.send(b"binary")
        assert closing(client) == (1003, "expected a text message")
