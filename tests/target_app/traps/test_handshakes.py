"""T1, T2, T3, T14 to T19: refusals, ends, logs and pages, in the documented apps and the hardened one."""

from collections.abc import Callable

import pytest

from tests.target_app.hosted import hardened
from tests.target_app.server import Server, closing, receive

TRACEBACK = "Exception in ASGI application"
ITEMS = pytest.mark.parametrize("name", ["documented_items", "main"])


@pytest.fixture
def server(name: str, request: pytest.FixtureRequest) -> Server:
    """The server of a name, which the other tests share."""
    found: Server = request.getfixturevalue(name)
    return found


@ITEMS
def test_t1_a_refused_client_leaves_no_traceback(server: Server) -> None:
    """The page once closed and returned, and the endpoint went on to accept. It now raises: mended in both."""
    since = len(server.log())
    assert server.refusal("/items/foo/ws") == 403
    server.get("/")
    assert TRACEBACK not in server.log(since)


@ITEMS
def test_t2_a_refusal_before_accepting_is_403_on_the_wire_whatever_its_code(server: Server) -> None:
    """No app can mend it: there is no close frame before the handshake is done. Both refuse with 1008."""
    assert server.refusal("/items/foo/ws") == 403


@pytest.mark.parametrize(("name", "logs"), [("documented_echo", True), ("main", False)])
def test_t3_a_normal_close_logs_a_traceback_only_in_the_documented_app(server: Server, logs: bool) -> None:
    since = len(server.log())
    with server.connect("/ws") as client:
        client.send("hi")
        receive(client)
    if logs:
        server.wait_for_log(TRACEBACK, since)
    else:
        server.wait_until_empty()
        assert TRACEBACK not in server.log(since)


@pytest.mark.parametrize(
    ("name", "path", "is_fixed"), [("documented_chat", "/", True), ("main", "/page.js", False)]
)
def test_t14_only_the_documented_page_has_an_address_of_its_own(
    server: Server, path: str, is_fixed: bool
) -> None:
    assert ("ws://localhost:8000" in server.get(path)[2]) == is_fixed


@pytest.mark.parametrize(
    ("name", "path", "is_last"), [("documented_chat", "/", True), ("main", "/page.js", False)]
)
def test_t15_only_the_documented_page_prevents_its_reload_last(
    server: Server, path: str, is_last: bool
) -> None:
    script = server.get(path)[2]
    sending = script[script.index("function sendMessage") :]
    assert (sending.index("preventDefault()") > sending.index(".send(")) == is_last


@pytest.mark.parametrize(("name", "is_logged"), [("documented_items", True), ("main", False)])
def test_t16_a_token_in_the_query_is_logged_only_of_the_documented_app(
    server: Server, is_logged: bool
) -> None:
    since = len(server.log())
    with server.connect("/items/foo/ws?token=secret&q=3") as client:
        client.send("hi")
        assert receive(client, 2)[1] == "Query parameter q is: 3"
    assert server.refusal("/items/foo/ws?token=secret&q=x") == 403
    assert ("secret" in server.log(since)) == is_logged
    assert "/items/foo/ws" in server.log(since)


@pytest.mark.parametrize("path", ["/ws/1", "/items/foo/ws"])
def test_t17_hardened_a_page_from_elsewhere_is_refused(main: Server, path: str) -> None:
    cookie = {"Cookie": "session=victim"}
    assert main.refusal(path, origin="https://evil.example", additional_headers=cookie) == 403
    assert main.refusal(path, origin="null", additional_headers=cookie) == 403
    with main.connect(path, origin=f"http://127.0.0.1:{main.port}", additional_headers=cookie) as client:
        client.send("hi")
        receive(client)


def test_t17_hardened_an_origin_of_the_setting_is_let_in(host: Callable[..., Server]) -> None:
    server = host(hardened(origins=["https://example.org"]))
    with server.connect("/ws/1", origin="https://example.org") as client:
        client.send("hi")
        receive(client)


def test_t17_documented_any_page_comes_in_with_the_victims_cookie(documented_items: Server) -> None:
    cookie = {"Cookie": "session=victim"}
    path = "/items/foo/ws"
    with documented_items.connect(path, origin="https://evil.example", additional_headers=cookie) as client:
        client.send("hi")
        assert receive(client) == ["Session cookie or query token value is: victim"]


@pytest.mark.parametrize(
    ("name", "end"), [("documented_echo", (1006, "")), ("main", (1003, "expected a text message"))]
)
def test_t18_a_handler_that_ends_closes_only_in_the_hardened_app(
    server: Server, end: tuple[int, str]
) -> None:
    with server.connect("/ws") as client:
        client.send(b"binary")
        assert closing(client) == end


def test_t19_an_empty_token_is_accepted_only_by_the_documented_app(
    documented_items: Server, main: Server
) -> None:
    with documented_items.connect("/items/foo/ws?token=") as client:
        client.send("hi")
        assert receive(client) == ["Session cookie or query token value is: "]
    assert main.refusal("/items/foo/ws?token=") == 403
