"""T5, T6, T8, T9, T12: clients that do not read, on the documented manager and on the hardened one."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psutil
import pytest
from starlette.websockets import WebSocket, WebSocketState
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.protocol import State
from websockets.sync.client import ClientConnection

from target_app.broadcast.client import TOO_SLOW
from target_app.broadcast.framing import FramingProtocol
from target_app.broadcast.hub import Hub
from target_app.broadcast.outbox import Limits
from tests.target_app.hosted import documented, hardened
from tests.target_app.raw_client import CLOSE, RawClient
from tests.target_app.room import BULK
from tests.target_app.server import FRAMING, Server, closing, receive

DOCUMENTED, HARDENED = "target_app.documented.chat:app", "target_app.main:app"
SERVERS = pytest.mark.parametrize(
    "ws", [FRAMING, "websockets-sansio", "wsproto"], ids=["framing", "sansio", "wsproto"]
)
KEEPALIVE = {"ws_ping_interval": 1, "ws_ping_timeout": 3}
MESSAGES = 120
LARGE = "x" * 60_000
HIGH_WATER = 65_536

Start = Host = Callable[..., Server]


@contextmanager
def sender_behind_a_mute(server: Server) -> Iterator[ClientConnection]:
    """Client #2, alive; #1, before it in the room, never reads."""
    mute = RawClient(server.port, "/ws/1")
    try:
        with server.connect("/ws/2") as sender:
            yield sender
    finally:
        mute.abort()


def delivered(sender: ClientConnection, patience: float) -> int:
    """How many of its large messages the sender gets back, one sent after the other; stops when one does not come."""
    for number in range(MESSAGES):
        sender.send(LARGE)
        try:
            for _ in range(2):
                while sender.recv(patience).startswith("Client #1"):  # type: ignore[arg-type] # text
                    pass
        except TimeoutError:
            return number
    return MESSAGES


def test_t5_documented_one_client_that_does_not_read_stops_everybody_behind_it(host: Host) -> None:
    with sender_behind_a_mute(host(documented("chat"))) as sender:
        assert delivered(sender, patience=1) < MESSAGES


@SERVERS
def test_t5_hardened_everybody_else_gets_everything(host: Host, ws: str) -> None:
    with sender_behind_a_mute(host(hardened(), ws=ws)) as sender:
        assert delivered(sender, patience=30) == MESSAGES


def test_t6_documented_a_healthy_sender_behind_it_is_closed(host: Host) -> None:
    with sender_behind_a_mute(host(documented("chat"), **KEEPALIVE)) as sender:
        assert delivered(sender, patience=1) < MESSAGES
        sender.send("stops the reading")
        sender.send("stays unread")
        assert closing(sender) == (1011, "keepalive ping timeout")


def test_t6_hardened_only_the_client_that_does_not_read_is_closed(host: Host) -> None:
    server = host(hardened(outbox_bytes=100_000_000), ws=FRAMING, **KEEPALIVE)
    with sender_behind_a_mute(server) as sender:
        assert delivered(sender, patience=30) == MESSAGES
        assert receive(sender) == ["Client #1 left the chat"]  # its pongs are missing
        sender.send("still here")
        assert receive(sender, 2) == ["You wrote: still here", "Client #2 says: still here"]


def growth_by_a_large_message(server: Server, mutes: int) -> int:
    """Bytes that the server's memory grows by while that many clients do not read one broadcast of 8 MB."""
    process = psutil.Process(server.pid)
    with ExitStack() as clients:
        for number in range(mutes):
            clients.callback(RawClient(server.port, f"/ws/{number}").abort)
        sender = clients.enter_context(server.connect("/ws/100", max_size=None))
        before = process.memory_info().rss
        sender.send(BULK)
        receive(sender, 2)
        return int(process.memory_info().rss - before)


def test_t12_documented_every_client_that_does_not_read_costs_a_copy_of_a_large_message(start: Start) -> None:
    assert growth_by_a_large_message(start(DOCUMENTED), 16) > 12 * len(BULK)


def test_t12_hardened_all_who_do_not_read_share_one_copy(start: Start) -> None:
    """Beside it are the copies on its way in: the frame, its text, the two replies."""
    server = start(HARDENED, "--ws", FRAMING, TARGET_MAX_MESSAGE=str(2 * len(BULK)))
    assert growth_by_a_large_message(server, 16) < 9 * len(BULK)


@SERVERS
def test_t12_hardened_who_does_not_read_is_removed_at_its_limit_and_holds_no_more(
    host: Host, ws: str
) -> None:
    server = host(hardened(outbox_bytes=1_000_000), ws=ws)
    with sender_behind_a_mute(server) as sender:
        assert delivered(sender, patience=30) == MESSAGES
        hub = server.stats()["hub"]
        assert (hub["slow_closes"], hub["connections"]) == (1, 1)
        assert (hub["outbox_messages"], hub["outbox_bytes"]) == (0, 0)


def test_t12_hardened_the_slow_client_is_told_why_when_it_reads(host: Host) -> None:
    server = host(hardened(outbox_messages=1), ws=FRAMING)
    slow = RawClient(server.port, "/ws/1")
    with server.connect("/ws/2") as sender:
        while not server.stats()["hub"]["slow_closes"]:
            assert delivered(sender, patience=30) == MESSAGES
        last = next(one for one in slow.frames() if one.opcode == CLOSE)
    assert (last.code, last.reason, slow.read_all()) == (1013, TOO_SLOW, b"")
    slow.abort()


class FakeTransport:
    """A transport with a buffer that only the test empties."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.buffered = 0
        self.protocol: Any = None

    def write(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.buffered += len(frame)
        if self.buffered > HIGH_WATER:
            self.protocol.pause_writing()

    def drain(self) -> None:
        self.buffered = 0
        self.protocol.resume_writing()

    def is_closing(self) -> bool:
        return False

    def messages(self) -> str:
        """First characters of the payloads."""
        return "".join(chr(frame[4] if frame[1] == 126 else frame[10]) for frame in self.frames)


async def _no_app(scope: Any, receive: Any, send: Any) -> None:
    """Never called."""


def open_connection(protocol_class: type[WebSocketsSansIOProtocol]) -> tuple[WebSocket, FakeTransport]:
    """A connection of uvicorn after its handshake, as Starlette shows it, and its transport."""
    config = Config(_no_app, interface="asgi3")
    config.load()
    protocol = protocol_class(config, ServerState(), {}, asyncio.get_running_loop())
    transport = FakeTransport()
    transport.protocol, protocol.transport = protocol, transport  # type: ignore[assignment] # a fake
    protocol.handshake_complete = True
    protocol.conn.state = State.OPEN
    scope = {"type": "websocket", "extensions": {"wswarm.framing": {"connection": protocol}}}
    websocket = WebSocket(scope, protocol.receive, protocol.send)  # type: ignore[arg-type] # uvicorn's events
    websocket.client_state = websocket.application_state = WebSocketState.CONNECTED
    return websocket, transport


def test_t8_documented_a_new_message_overtakes_waiting_ones() -> None:
    """On the protocol itself: on the wire it needs a send in the very turn of the loop in which room returns."""

    async def scenario() -> None:
        websocket, transport = open_connection(WebSocketsSansIOProtocol)
        await websocket.send_text("0" * 70_000)
        waiting = [asyncio.create_task(websocket.send_text(name * 200)) for name in "AB"]
        await asyncio.sleep(0)
        transport.drain()
        await websocket.send_text("C" * 200)
        await asyncio.gather(*waiting)
        assert transport.messages() == "0CAB"

    asyncio.run(scenario())


def test_t8_hardened_messages_keep_their_order() -> None:
    async def scenario() -> None:
        websocket, transport = open_connection(FramingProtocol)
        hub = Hub()
        hub.join("room", websocket)
        hub.publish("room", "0" * 70_000)
        for name in "AB":
            hub.publish("room", name * 200)
        transport.drain()
        hub.publish("room", "C" * 200)
        assert transport.messages() == "0ABC"

    asyncio.run(scenario())


def test_t9_documented_all_who_wait_write_at_once_when_there_is_room() -> None:
    """On the protocol itself, because the kernel's buffers hide how much was handed over."""

    async def scenario() -> None:
        websocket, transport = open_connection(WebSocketsSansIOProtocol)
        await websocket.send_text("0" * 70_000)
        waiting = [asyncio.create_task(websocket.send_text("A" * 10_000)) for _ in range(500)]
        await asyncio.sleep(0)
        transport.drain()
        await asyncio.gather(*waiting)
        assert transport.buffered > 5_000_000

    asyncio.run(scenario())


def test_t9_hardened_the_servers_buffer_holds_the_mark_and_one_message_at_most() -> None:
    async def scenario() -> None:
        websocket, transport = open_connection(FramingProtocol)
        hub = Hub(Limits(messages=500, size=10_000_000))
        hub.join("room", websocket)
        hub.publish("room", "0" * 70_000)
        for _ in range(500):
            hub.publish("room", "A" * 10_000)
        for _ in range(100):
            transport.drain()
            assert transport.buffered <= HIGH_WATER + 10_010
        assert len(transport.frames) == 501

    asyncio.run(scenario())
