from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from target_app.main import create_app
from tests.target_app.server import Server, receive


@pytest.mark.parametrize("authorization", ["Bearer abc", "bearer abc"])
def test_a_bearer_token_is_accepted(main: Server, authorization: str) -> None:
    with main.connect("/secure/ws", additional_headers={"Authorization": authorization}) as client:
        client.send("hi")
        assert receive(client) == ["Message text was: hi"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}])
def test_anything_else_is_403_and_no_error_in_the_log(main: Server, headers: dict[str, str]) -> None:
    since = len(main.log())
    assert main.refusal("/secure/ws", additional_headers=headers) == 403
    main.get("/healthz")
    assert "ERROR" not in main.log(since)


def test_the_test_client_shows_1008_where_the_wire_has_403(in_process: Any) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        in_process(create_app()).websocket_connect("/secure/ws"),
    ):
        pass
    assert refused.value.code == 1008
