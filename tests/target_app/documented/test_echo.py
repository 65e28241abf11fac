from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from target_app.documented.echo import app
from tests.target_app.server import Server, closing, receive


def test_each_text_is_answered_with_the_documented_reply(documented_echo: Server) -> None:
    with documented_echo.connect("/ws") as client:
        client.send("hello")
        client.send("")
        client.send("grüße ☃")
        assert receive(client, 3) == [
            "Message text was: hello",
            "Message text was: ",
            "Message text was: grüße ☃",
        ]


def test_many_messages_use_one_connection(documented_echo: Server) -> None:
    since = len(documented_echo.log())
    with documented_echo.connect("/ws") as client:
        for number in range(50):
            client.send(str(number))
        assert receive(client, 50) == [f"Message text was: {number}" for number in range(50)]
    documented_echo.get("/")
    assert documented_echo.log(since).count("[accepted]") == 1


def test_a_normal_close_logs_a_traceback(documented_echo: Server) -> None:
    since = len(documented_echo.log())
    with documented_echo.connect("/ws"):
        pass
    documented_echo.wait_for_log("(?s)Exception in ASGI application.*WebSocketDisconnect", since)


def test_a_binary_message_is_a_crash_without_a_close_frame(documented_echo: Server) -> None:
    since = len(documented_echo.log())
    with documented_echo.connect("/ws") as client:
        client.send(b"binary")
        assert closing(client) == (1006, "")
    documented_echo.wait_for_log("KeyError: 'text'", since)


def test_any_origin_is_accepted(documented_echo: Server) -> None:
    with documented_echo.connect("/ws", origin="https://evil.example") as client:
        client.send("hi")
        assert receive(client) == ["Message text was: hi"]


@pytest.mark.parametrize("path", ["/", "/nothing", "/ws/more"])
def test_a_path_without_a_websocket_is_403(documented_echo: Server, path: str) -> None:
    assert documented_echo.refusal(path) == 403


def test_a_plain_get_of_the_websocket_is_404(documented_echo: Server) -> None:
    assert documented_echo.get("/ws")[0] == 404


def test_openapi_does_not_know_the_websocket(in_process: Any) -> None:
    assert list(in_process(app).get("/openapi.json").json()["paths"]) == ["/"]


def test_the_test_client_gets_the_reply_and_the_uncaught_disconnect(in_process: Any) -> None:
    client = in_process(app).websocket_connect("/ws").__enter__()
    client.send_text("hello")
    assert client.receive_text() == "Message text was: hello"
    with pytest.raises(WebSocketDisconnect):
        client.__exit__(None, None, None)


def test_the_test_client_sees_1000_for_an_unknown_path(in_process: Any) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, in_process(app).websocket_connect("/nothing"):
        pass
    assert refused.value.code == 1000
