import socket
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from target_app.broadcast.direct import DirectSend
from target_app.guard.door import Door
from target_app.guard.refusals import REASONS
from target_app.main import app, create_app
from target_app.routes import chat, class_based, echo, formats, items, observe, pages, parameters, secure
from target_app.settings import Settings
from target_app.startup import PlainStartup
from tests.target_app.server import ROOT, Server, closing

DOCUMENT = (ROOT / "docs" / "target_app.md").read_text(encoding="utf-8")
GUARDS = (ROOT / "docs" / "guards.md").read_text(encoding="utf-8")

TEXT_PATHS = [
    "/ws",
    "/ws/json",
    "/ws/1",
    "/class/ws",
    "/items/foo/ws?token=t",
    "/parameters/x/ws",
    "/secure/ws",
]
BEARER = {"additional_headers": {"Authorization": "Bearer t"}}


def _leave(client: ClientConnection) -> None:
    client.close()


def _go_away(client: ClientConnection) -> None:
    client.close(1001)


def _vanish(client: ClientConnection) -> None:
    client.socket.shutdown(socket.SHUT_RDWR)


def _leave_during_a_reply(client: ClientConnection) -> None:
    client.send("{}")
    client.close()


def _send_the_wrong_type(client: ClientConnection) -> None:
    client.send(b"binary")
    closing(client)


@pytest.mark.parametrize("end", [_leave, _go_away, _vanish, _leave_during_a_reply, _send_the_wrong_type])
@pytest.mark.parametrize("path", TEXT_PATHS)
def test_no_end_of_a_connection_leaves_an_error_in_the_log(
    main: Server, path: str, end: Callable[[ClientConnection], None]
) -> None:
    since = len(main.log())
    with main.connect(path, **BEARER) as client:
        end(client)
    main.wait_until_empty()
    assert "Traceback" not in main.log(since)
    assert "ERROR" not in main.log(since)


@pytest.mark.parametrize(
    "path", ["/nothing", "/items/foo/ws", "/ws/abc", "/secure/ws", "/parameters/x/ws?times=0"]
)
def test_no_refusal_leaves_an_error_in_the_log(main: Server, path: str) -> None:
    since = len(main.log())
    assert main.refusal(path) == 403
    main.get("/healthz")
    assert "ERROR" not in main.log(since)


def test_a_shutdown_with_open_connections_closes_them_1012_and_logs_no_error(
    start: Callable[[str], Server],
) -> None:
    server = start("target_app.main:app")
    with server.connect("/ws/1") as one, server.connect("/ws/2") as two, server.connect("/ws") as three:
        server.stop()
        assert [closing(client)[0] for client in (one, two, three)] == [1012] * 3
    assert "Finished server process" in server.log()
    assert "ERROR" not in server.log()


@pytest.mark.parametrize(
    "module",
    [chat, class_based, echo, formats, items, observe, pages, parameters, secure],
    ids=lambda m: m.__name__,
)
def test_every_path_is_documented(module: ModuleType) -> None:
    paths = {route.path for route in module.router.routes} - {"/page.js", "/page.css"}
    assert {path for path in paths if f"`{path}`" not in DOCUMENT} == set()


def test_every_setting_is_documented() -> None:
    names = {f"TARGET_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in names if f"`{name}`" not in DOCUMENT + GUARDS} == set()


def test_each_app_has_a_room_and_counters_of_its_own() -> None:
    assert create_app().state.manager is not app.state.manager
    assert create_app().state.traffic is not app.state.traffic


def test_the_only_middlewares_are_three_that_do_nothing_per_message() -> None:
    assert [middleware.cls for middleware in app.user_middleware] == [Door, PlainStartup, DirectSend]


@pytest.mark.parametrize("path", ["/ws", "/ws/bytes", "/ws/1", "/items/foo/ws", "/class/ws"])
def test_a_plain_get_of_a_websocket_is_404(main: Server, path: str) -> None:
    assert main.get(path)[0] == 404


def test_openapi_knows_pages_and_observation_but_no_websocket(in_process: Any) -> None:
    paths = in_process(app).get("/openapi.json").json()["paths"]
    assert sorted(paths) == ["/", "/chat", "/healthz", "/items", "/metrics", "/stats"]


def test_every_reason_of_a_refusal_is_documented() -> None:
    assert {reason for reason in REASONS if f"`{reason}`" not in GUARDS} == set()
