"""uvicorn's WebSocket protocol for clients that mean harm: ``uvicorn --ws target_app.wire.guarded:GuardedProtocol``.

Nobody's frames keep the event loop from the others, and who goes too far is closed, told why, and let go of. Limits
that can be set are those of the application that is served; one that sets none has none but the server's.
"""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.protocol import State

from target_app.guard.on_duty import COUNTS_FRAMES
from target_app.guard.rate import Bucket
from target_app.wire.frames import PONG, SHARE, Frames
from target_app.wire.parting import PartingProtocol


class GuardedProtocol(PartingProtocol):
    """The stock protocol, which hands frames on one by one, as the application asks for messages.

    The stock one parses whatever one read has brought: 40,000 pings hold the loop for half a second, and as many
    messages keep their handler from ever waiting. Here each connection has a share of a turn of the loop; the rest
    waits for the next turn, and reading waits with it.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._frames = Frames()
        self._is_heard = False  # frames are, from the handshake to a refusal
        self._share = SHARE
        self._turn: asyncio.Handle | None = None
        self._pong = b""  # the latest, while there is no room for any
        self._message_timer: asyncio.TimerHandle | None = None
        self._timed_message = 0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._idle_deadline: float | None = None
        self._heard = 0.0
        self._bucket: Bucket | None = None
        if self._on_duty is not None:
            settings = self._on_duty.settings
            self.conn.max_message_size = min(config.ws_max_size, settings.max_message)
            if config.ws_ping_interval is not None:
                self.ping_interval = min(config.ws_ping_interval, settings.ping_interval)
            self.ping_timeout = min(config.ws_ping_timeout or settings.pong_deadline, settings.pong_deadline)
            self._idle_deadline = settings.idle_deadline
            self._bucket = Bucket.of(settings.message_rate, self.loop.time())
        self._is_counted = self._bucket is not None or self._idle_deadline is not None

    async def run_asgi(self) -> None:
        """Run the application, which need not count messages: frames are counted here."""
        self.scope["extensions"][COUNTS_FRAMES] = {}
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        """Hand on a frame that came alone, as most do; others in this connection's share of each turn."""
        if self._is_heard and self._frames.is_one(data):
            if not self._is_counted or self._admits(data[0] & 0x0F):
                WebSocketsSansIOProtocol.data_received(self, data)
        elif not self._is_heard:
            super().data_received(data)
            self._is_heard = self.handshake_initiated and not self._is_deaf
        else:
            self._frames.add(data)
            self._advance()

    async def receive(self) -> Any:
        """As the stock ``receive``; the next message is handed on when it is asked for.

        So what a client is owed for a message has been sent when the frame behind it is looked at.
        """
        queue = self.queue
        if self._frames.waits and not self.read_paused:
            self._advance()
        message = await queue.get()
        if self.read_paused and queue.empty():
            self.read_paused = False
            if not self._frames.waits:
                self.transport.resume_reading()
        return message

    def _advance(self) -> None:
        """Hand frames on until a message waits, the share of this turn is spent, or too little is there."""
        frames = self._frames
        while frames.waits and not self.read_paused and self._turn is None:
            if self._share <= 0:
                self._turn = self.loop.call_soon(self._begin_turn)
                break
            piece = frames.take()
            if not piece:
                break
            if frames.begins:
                self._share -= frames.cost
                if self._is_counted and not self._admits(frames.opcode):
                    return
            WebSocketsSansIOProtocol.data_received(self, piece)
        if self.transport.is_closing():
            return
        is_held = self.read_paused or self._turn is not None
        if is_held:
            self.transport.pause_reading()
        else:
            self._share = SHARE
            self.transport.resume_reading()
        self._watch(frames.is_midway or (frames.waits and not is_held))

    def _begin_turn(self) -> None:
        self._turn = None
        self._share = SHARE
        self._advance()

    def _admits(self, opcode: int) -> bool:
        """Note a frame; close its client if it was one too many. The answer to a ping of ours counts for none."""
        if opcode == PONG and self.pending_ping_payload is not None:
            return True
        self._heard = self.loop.time()
        if self._bucket is None or self.close_sent or self._bucket.take(self._heard):
            return True
        assert self._on_duty is not None
        self.refuse(1008, f"more than {self._on_duty.settings.message_rate:g} messages per second", "rate")
        return False

    def _watch(self, is_midway: bool) -> None:
        """Give a message that has begun its deadline; the next one has a new one."""
        timer, number = self._message_timer, self._frames.messages
        if timer is not None and (not is_midway or number != self._timed_message):
            timer.cancel()
            timer = self._message_timer = None
        if is_midway and timer is None and self._on_duty is not None:
            self._timed_message = number
            deadline = self._on_duty.settings.message_deadline
            self._message_timer = self.loop.call_later(deadline, self._end_message)

    def _end_message(self) -> None:
        assert self._on_duty is not None
        deadline = self._on_duty.settings.message_deadline
        self.refuse(1008, f"a message was not complete after {deadline:g} s", "message_deadline")

    def send_receive_event_to_app(self) -> None:
        """As the stock one, which logs bytes that are no UTF-8 as an error of its own."""
        payload = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "text":
            try:
                self.queue.put_nowait({"type": "websocket.receive", "text": payload.decode()})
            except UnicodeDecodeError as error:
                self.refuse(1007, f"{error.reason} at position {error.start}", "protocol")
                return
        else:
            self.queue.put_nowait({"type": "websocket.receive", "bytes": payload})
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def handle_ping(self) -> None:
        """Answer; where there is no room, only the latest, when there is some (RFC 6455, 5.5.3)."""
        pongs = self.conn.data_to_send()
        if self.writable.is_set() or self.conn.state is not State.OPEN:
            self.transport.write(b"".join(pongs))
        elif pongs:
            self._pong = pongs[-1]

    def resume_writing(self) -> None:
        """There is room again."""
        super().resume_writing()
        if self._pong and self.is_open:
            self.transport.write(self._pong)
        self._pong = b""

    def start_keepalive(self) -> None:
        """The connection is accepted: expect pongs, and messages if they are asked for."""
        super().start_keepalive()
        if self._idle_deadline is not None:
            self._heard = self.loop.time()
            self._idle_timer = self.loop.call_later(self._idle_deadline, self._look_for_messages)

    def stop_keepalive(self) -> None:
        """The connection ends: expect nothing any more."""
        super().stop_keepalive()
        for timer in (self._idle_timer, self._message_timer):
            if timer is not None:
                timer.cancel()
        self._idle_timer = self._message_timer = None

    async def _close(self, message: Any) -> None:
        await super()._close(message)
        self._advance()  # the peer's answer may be among what waits

    def _listen(self) -> None:
        self.read_paused = False
        if self._is_deaf:
            self._is_heard = False
            self._frames.clear()
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._turn is not None:
            self._turn.cancel()
        super().connection_lost(exc)

    def _look_for_messages(self) -> None:
        assert self._idle_deadline is not None
        left = self._heard + self._idle_deadline - self.loop.time()
        if left > 0:
            self._idle_timer = self.loop.call_later(left, self._look_for_messages)
        else:
            self.refuse(1001, f"no message for {self._idle_deadline:g} s", "idle_deadline")
