"""A guarded connection whose clock, loop and transport are moved by the test."""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState
from websockets.protocol import State

from target_app.guard.on_duty import STATE, OnDuty
from target_app.guard.refusals import Refusals
from target_app.settings import Settings
from target_app.wire.guarded import GuardedProtocol


class HandLoop:
    """What a protocol needs of an event loop.

    Attributes:
        now: its time, in s.
        soon: what is to be called in the next turn.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.soon: list[asyncio.Handle] = []
        self._timers: list[asyncio.TimerHandle] = []
        self._handles: Any = asyncio.get_running_loop()

    def time(self) -> float:
        return self.now

    def call_soon(self, call: Callable[..., Any], *arguments: Any) -> asyncio.Handle:
        handle = asyncio.Handle(call, arguments, self._handles)
        self.soon.append(handle)
        return handle

    def call_later(self, delay: float, call: Callable[..., Any], *arguments: Any) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self.now + delay, call, arguments, self._handles)
        self._timers.append(handle)
        return handle

    def turn(self) -> bool:
        """Have a turn; whether there was anything to do."""
        due, self.soon = self.soon, []
        for handle in due:
            if not handle.cancelled():
                handle._run()
        return bool(due)

    def advance(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.now += seconds
        due = [timer for timer in self._timers if timer.when() <= self.now]
        self._timers = [timer for timer in self._timers if timer.when() > self.now]
        for timer in due:
            if not timer.cancelled():
                timer._run()


class HandTransport:
    """What was written, and whether anything is read."""

    def __init__(self) -> None:
        self.written = b""
        self.is_reading = True
        self.ended: list[str] = []

    def write(self, data: bytes) -> None:
        self.written += data

    def take(self) -> bytes:
        """What was written since it was last asked."""
        written, self.written = self.written, b""
        return written

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def is_closing(self) -> bool:
        return "close" in self.ended or "abort" in self.ended

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended.append("eof")

    def close(self) -> None:
        self.ended.append("close")

    def abort(self) -> None:
        self.ended.append("abort")


class HandConnection:
    """A connection after its handshake; to be made in a running event loop.

    Attributes:
        refusals: what was counted.
    """

    def __init__(self, **settings: Any) -> None:
        self.loop, self.transport, self.refusals = HandLoop(), HandTransport(), Refusals()
        config = Config(
            _no_app, interface="asgi3", log_config=None, ws_per_message_deflate=False, ws_ping_interval=None
        )
        config.load()
        guards = {STATE: OnDuty(Settings(**settings), self.refusals)}
        loop: Any = self.loop
        self.protocol = GuardedProtocol(config, ServerState(), guards, loop)
        self.protocol.transport = self.transport  # type: ignore[assignment] # what it needs of one
        self.protocol.handshake_initiated = self.protocol.handshake_complete = True
        self.protocol._is_heard = True
        self.protocol.conn.state = State.OPEN
        self.protocol.conn.parser = self._frames_only()
        self.protocol.start_keepalive()

    def _frames_only(self) -> Any:
        parser = super(type(self.protocol.conn), self.protocol.conn).parse()
        next(parser)
        return parser


async def _no_app(_scope: Any, _receive: Any, _send: Any) -> None:
    """Nothing is served."""
