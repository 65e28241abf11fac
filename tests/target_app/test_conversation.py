import asyncio
import json
from typing import Any

import pytest
from fastapi import WebSocket, WebSocketDisconnect, WebSocketException
from websockets.exceptions import InvalidStatus

from target_app.conversation import conversation, receive_bytes, receive_text
from tests.target_app.handlers import app as handlers_app
from tests.target_app.raw_client import RawClient, binary, close, text
from tests.target_app.server import Server, closing, receive


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("/returns", 1000, ""),
        ("/closes", 4001, "enough"),
        ("/refuses", 1008, "not you"),
        ("/fails", 1011, ""),
        ("/bare", 1006, ""),
    ],
)
def test_a_handler_that_ends_in_a_conversation_sends_a_close_frame(
    handlers: Server, path: str, code: int, reason: str
) -> None:
    with handlers.connect(path) as client:
        assert closing(client) == (code, reason)


def test_only_a_bug_is_logged_with_a_traceback(handlers: Server) -> None:
    since = len(handlers.log())
    for path in ("/returns", "/closes", "/refuses"):
        with handlers.connect(path) as client:
            closing(client)
    handlers.wait_until_empty()
    assert "Traceback" not in handlers.log(since)

    with handlers.connect("/fails") as client:
        closing(client)
    handlers.wait_for_log("ZeroDivisionError: a bug", since)


@pytest.mark.parametrize("path", ["/waits", "/returns", "/closes", "/refuses", "/fails"])
def test_no_connection_is_left_counted_however_its_handler_ends(handlers: Server, path: str) -> None:
    with handlers.connect(path):
        pass
    handlers.wait_until_empty()
    assert handlers.stats() == {"connections_open": 0}


@pytest.mark.parametrize(
    "frames", [[text("a")], [binary(b"a")], [text("a"), close()], [binary(b"a"), close()]]
)
def test_a_peer_that_vanishes_right_after_a_message_leaves_no_traceback(
    main: Server, frames: list[Any]
) -> None:
    since = len(main.log())
    client = RawClient(main.port, "/ws")
    client.send(*frames)
    client.abort()
    main.wait_until_empty()
    assert "Traceback" not in main.log(since)


def test_a_dependency_that_yields_is_torn_down_when_the_connection_ends(handlers: Server) -> None:
    with handlers.connect("/waits") as client:
        before = int(handlers.get("/torn-down")[2])
        client.send("bye")
        closing(client)
    handlers.wait_until_empty()
    assert int(handlers.get("/torn-down")[2]) == before + 1


def test_an_http_exception_before_accept_is_the_answer_to_the_handshake(handlers: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        handlers.connect("/denies")
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body) == {"detail": "who are you?"}


def test_an_oauth2_scheme_answers_401_without_a_token_and_passes_it_on_with_one(handlers: Server) -> None:
    assert handlers.refusal("/oauth2") == 401
    with handlers.connect("/oauth2", additional_headers={"Authorization": "Bearer abc"}) as client:
        assert receive(client) == ["abc"]


@pytest.mark.parametrize("error", [OSError(), RuntimeError("close was sent")], ids=repr)
def test_a_close_frame_that_nobody_can_be_sent_is_no_error(error: Exception) -> None:
    async def receive_message() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send_message(message: Any) -> None:
        if message["type"] == "websocket.close":
            raise error

    async def handle() -> None:
        scope = {"type": "websocket", "app": handlers_app}
        websocket = WebSocket(scope, receive_message, send_message)
        await websocket.accept()
        async with conversation(websocket):
            raise WebSocketException(1003)

    asyncio.run(handle())


def accepted(*messages: dict[str, Any]) -> WebSocket:
    """An accepted connection on which these messages arrive."""
    arriving = iter([{"type": "websocket.connect"}, *messages])

    async def receive_message() -> dict[str, Any]:
        return next(arriving)

    async def send_message(message: Any) -> None:
        pass

    return WebSocket({"type": "websocket"}, receive_message, send_message)


async def next_text(websocket: WebSocket) -> str:
    await websocket.accept()
    return await receive_text(websocket)


async def next_bytes(websocket: WebSocket) -> bytes:
    await websocket.accept()
    return await receive_bytes(websocket)


def test_a_server_may_name_the_absent_type_with_none() -> None:
    # The ASGI specification allows both keys in a message, one of them None.
    empty_text = {"type": "websocket.receive", "text": "", "bytes": None}
    assert asyncio.run(next_text(accepted(empty_text))) == ""
    empty_bytes = {"type": "websocket.receive", "text": None, "bytes": b""}
    assert asyncio.run(next_bytes(accepted(empty_bytes))) == b""


@pytest.mark.parametrize("message", [{"bytes": b"a"}, {"text": None, "bytes": b"a"}])
def test_binary_instead_of_text_is_unsupported_data(message: dict[str, Any]) -> None:
    with pytest.raises(WebSocketException) as refused:
        asyncio.run(next_text(accepted({"type": "websocket.receive", **message})))
    assert refused.value.code == 1003


def test_text_instead_of_binary_is_unsupported_data() -> None:
    with pytest.raises(WebSocketException) as refused:
        asyncio.run(next_bytes(accepted({"type": "websocket.receive", "text": "a"})))
    assert refused.value.code == 1003


def test_the_disconnect_carries_the_peers_code_and_reason() -> None:
    with pytest.raises(WebSocketDisconnect) as left:
        asyncio.run(next_text(accepted({"type": "websocket.disconnect", "code": 4000, "reason": "bored"})))
    assert (left.value.code, left.value.reason) == (4000, "bored")
