"""Who is let in, on the wire: tokens, origins, and what each refusal looks like before and after accepting."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from target_app.guard.census import Census
from target_app.guard.door import Door
from target_app.guard.on_duty import COUNTS_FRAMES, OnDuty
from target_app.guard.refusals import Reason, Refusals
from target_app.settings import Settings
from tests.target_app.hosted import hardened, hosting
from tests.target_app.raw_client import CLOSE, RawClient, close, text
from tests.target_app.server import FRAMING, Server, closing, receive

TOKENS = {"alice": "s3cret", "bob": "other"}
PATHS = [
    "/ws",
    "/ws/1",
    "/ws/bytes",
    "/ws/json",
    "/class/ws",
    "/items/foo/ws",
    "/parameters/x/ws",
    "/secure/ws",
    "/nothing",
]
SERVERS = {"framing": FRAMING, "sansio": "websockets-sansio", "wsproto": "wsproto"}
ELSEWHERE = "https://evil.example"


@pytest.fixture(scope="module", params=SERVERS)
def strict(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Under each of uvicorn's protocols."""
    with hosting(hardened(guard="strict", tokens=TOKENS), ws=SERVERS[request.param]) as server:
        yield server


@pytest.fixture(scope="module")
def default() -> Iterator[Server]:
    """Without tokens."""
    with hosting(hardened(), ws=FRAMING) as server:
        yield server


def refusal(server: Server, path: str, **options: object) -> tuple[int, str, str]:
    """Status, body, and the header that says what is wanted."""
    with pytest.raises(InvalidStatus) as refused:
        server.connect(path, **options)
    response = refused.value.response
    return (
        response.status_code,
        bytes(response.body or b"").decode(),
        response.headers.get("WWW-Authenticate", ""),
    )


@pytest.mark.parametrize("path", PATHS)
def test_no_path_lets_anybody_in_without_a_token(strict: Server, path: str) -> None:
    assert refusal(strict, path) == (401, "a token is required\n", "Bearer")


@pytest.mark.parametrize("path", PATHS)
def test_no_path_lets_a_page_from_elsewhere_in(default: Server, path: str) -> None:
    assert refusal(default, path, origin=ELSEWHERE)[:2] == (403, "this origin is not known here\n")


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("/ws?token=s3cret", {}),
        ("/ws", {"Authorization": "Bearer s3cret"}),
        ("/ws", {"Cookie": "a=b; session=s3cret"}),
        ("/ws?token=nobody", {"Cookie": "session=s3cret"}),
    ],
)
def test_a_token_lets_in_however_it_is_brought(strict: Server, path: str, header: dict[str, str]) -> None:
    with strict.connect(path, additional_headers=header) as client:
        client.send("hi")
        assert receive(client) == ["Message text was: hi"]


@pytest.mark.parametrize("token", ["", "nobody", "s3cre", "s3cret2", "S3cret"])
def test_another_token_does_not(strict: Server, token: str) -> None:
    assert refusal(strict, f"/ws?token={token}")[0] == 401


def test_a_page_from_elsewhere_is_refused_though_it_brings_the_cookie(strict: Server) -> None:
    cookie = {"Cookie": "session=s3cret"}
    assert refusal(strict, "/ws", origin=ELSEWHERE, additional_headers=cookie)[0] == 403


def test_no_refusal_logs_an_error(strict: Server) -> None:
    refusal(strict, "/ws"), refusal(strict, "/ws?token=s3cret", origin=ELSEWHERE)
    assert strict.log() == ""


def test_the_endpoints_see_the_user_where_a_token_was(strict: Server) -> None:
    with strict.connect("/items/foo/ws?token=other") as client:
        client.send("hi")
        assert receive(client, 2) == [
            "Session cookie or query token value is: bob",
            "Message text was: hi, for item ID: foo",
        ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/page.js", 200),
        ("/stats", 401),
        ("/metrics", 401),
        ("/docs", 401),
        ("/nothing", 401),
    ],
)
def test_of_http_only_health_and_pages_are_open(strict: Server, path: str, status: int) -> None:
    assert strict.get(path)[0] == status


REFUSED: list[tuple[Reason, dict[str, object], tuple[int, str]]] = [
    ("token", {}, (1008, "a token is required")),
    ("origin", {"origin": ELSEWHERE}, (1008, "this origin is not known here")),
    ("connections", {"max_connections": 1}, (1013, "the server is full: try again later")),
    ("address", {"max_per_address": 1}, (1008, "too many connections from this address")),
    ("user", {"max_per_user": 1}, (1008, "too many connections of this user")),
    (
        "guesses",
        {"max_guesses": 1},
        (1008, "too many wrong tokens from this address: try again in a minute"),
    ),
]


@pytest.mark.parametrize("ws", ["framing", "wsproto"])
@pytest.mark.parametrize(("reason", "told", "end"), REFUSED)
def test_after_accepting_each_refusal_has_its_close_code_and_reason(
    reason: Reason, told: dict[str, object], end: tuple[int, str], ws: str
) -> None:
    caps = {name: value for name, value in told.items() if name != "origin"}
    options = {"subprotocols": ["chat"], **({"origin": ELSEWHERE} if reason == "origin" else {})}
    app = hardened(guard="strict", tokens=TOKENS, refuse="after", **caps)
    guards: OnDuty = app.state.guards
    path = "/ws" if reason == "token" else "/ws?token=s3cret"
    with hosting(app, ws=SERVERS[ws]) as server, ExitStack() as stack:
        if caps:
            first: ClientConnection = stack.enter_context(server.connect(path))
        if reason == "guesses":
            with server.connect("/ws?token=wrong") as wrong:
                assert closing(wrong) == (1008, "a token is required")
        with server.connect(path, **options) as refused:
            assert refused.subprotocol == "chat"
            assert closing(refused) == end
        if caps:
            first.send("still here")
            assert receive(first) == ["Message text was: still here"]
        assert server.log() == ""
    assert guards.refusals.of(reason) == 1


def test_an_origin_may_be_asked_for(default: Server) -> None:
    with hosting(hardened(origin_required=True), ws=FRAMING) as server:
        assert refusal(server, "/ws")[0] == 403
        with server.connect("/ws", origin=f"http://127.0.0.1:{server.port}"):
            pass
    with default.connect("/ws"):
        pass


@pytest.mark.parametrize("ws", ["sansio", "wsproto"])
def test_where_the_server_counts_no_frames_the_door_counts_messages(ws: str) -> None:
    app = hardened(message_rate=20)
    guards: OnDuty = app.state.guards
    with hosting(app, ws=SERVERS[ws]) as server, server.connect("/ws") as calm:
        fast = RawClient(server.port, "/ws", window=None)
        for _ in range(20):
            calm.send("hi")
        assert len(receive(calm, 20)) == 20
        fast.send(*[text("hi")] * 100)
        (end,) = (frame for frame in fast.frames() if frame.opcode == CLOSE and fast.send(close()) is None)
        assert (end.code, end.reason) == (1008, "more than 20 messages per second")
        fast.leave()
        assert guards.refusals.of("rate") == 1
        assert server.log() == ""


@pytest.mark.parametrize("is_counted", [True, False])
def test_messages_are_counted_once_by_the_server_or_by_the_door(is_counted: bool) -> None:
    seen: list[Receive] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(receive)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        pass

    extensions = {COUNTS_FRAMES: {}} if is_counted else {}
    scope = {"type": "websocket", "path": "/", "query_string": b"", "headers": [], "extensions": extensions}
    guards = OnDuty(Settings(message_rate=1), Refusals())
    asyncio.run(Door(app, guards, Census.alone())(scope, receive, send))
    assert (seen == [receive]) == is_counted
