"""uvicorn's WebSocket protocol for clients that mean harm: ``uvicorn --ws target_app.wire.guarded:GuardedProtocol``.

Nobody's frames keep the event loop from the others, and who goes too far is closed, told why, and let go of. Limits
that can be set are those of the application that is served; one that sets none has none but the server's.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame
from websockets.protocol import State

from target_app.guard.on_duty import OnDuty
from target_app.guard.rate import Bucket
from target_app.guard.refusals import STATE, Reason
from target_app.wire.frames import PONG, SHARE, Frames

# Seconds until a peer that does not take the close frame is reset when nobody else has set a deadline.
CLOSE_GRACE = 10.0
# Seconds in which a client that was closed may go on sending, unheard, until it sees why. A connection that is closed
# with unread bytes is reset, and a reset overtakes the close frame. Source: nginx's lingering_timeout.
LINGER = 5.0

RESTARTING = "restarting: retry in 0 to 5 s"


class GuardedProtocol(WebSocketsSansIOProtocol):
    """The stock protocol, which hands frames on one by one, as the application asks for messages.

    The stock one parses whatever one read has brought: 40,000 pings hold the loop for half a second, and as many
    messages keep their handler from ever waiting. Here each connection has a share of a turn of the loop; the rest
    waits for the next turn, and reading waits with it.

    And it lets go of peers that do not read: the stock one closes a transport only when its buffer is empty,
    so after a keepalive timeout or at shutdown such a peer would hold its socket and buffer for as long as it
    likes.
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
        self._share = SHARE
        self._turn: asyncio.Handle | None = None
        self._pong = b""  # the latest, while there is no room for any
        self._is_lost = False
        self._is_deaf = False
        self._message_timer: asyncio.TimerHandle | None = None
        self._timed_message = 0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._bucket: Bucket | None = None
        self._on_duty: OnDuty | None = app_state.get(STATE)
        self._is_counted = False
        if self._on_duty is not None:
            settings = self._on_duty.settings
            self.conn.max_message_size = settings.max_message
            self.ping_timeout = settings.pong_deadline
            self._heard = self.loop.time()
            self._bucket = Bucket.of(settings.message_rate, self._heard)
            self._is_counted = self._bucket is not None or settings.idle_deadline is not None

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Hand on a frame that came alone, as most do; others in this connection's share of each turn."""
        if self._is_deaf:
            return
        if not self.handshake_initiated:
            super().data_received(data)
        elif self._frames.is_one(data):
            if not self._is_counted or self._admits(data[0] & 0x0F):
                super().data_received(data)
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
            super().data_received(piece)
            if self._is_deaf:
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

    # What ends a connection

    @property
    def is_open(self) -> bool:
        """The handshake is done and nobody has begun to close."""
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and not self.transport.is_closing()
        )

    def close_within(self, code: int, reason: str, seconds: float) -> None:
        """Close without waiting for room; the application's next message is the disconnect."""
        if not self.is_open:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True
        self.read_paused = False
        self._advance()  # the peer's answer has to be seen
        self._reset_within(seconds)

    def refuse(self, code: int, reason: str, why: Reason) -> None:
        """Close a client that went too far, and hear nothing more of it."""
        if self.is_open:
            self._count(why)
            self.close_within(code, reason, LINGER)
            self._linger()

    def restart(self) -> None:
        """The server stops: ask the client to come back, and do not wait long for one that takes nothing."""
        if self.handshake_complete:
            self.close_within(1012, RESTARTING, CLOSE_GRACE)
        elif self.initial_response is None:
            self._count("draining")
            ...

    def handle_parser_exception(self) -> None:
        """The client broke the protocol: it is told so, and no more is heard of it."""
        sent = self.conn.close_sent
        is_first = not self.close_sent
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True
        if is_first and sent is not None:
            self._count("message_size" if sent.code == 1009 else "protocol")
            self.queue.put_nowait(
                {"type": "websocket.disconnect", "code": sent.code, "reason": sent.reason}
            )
        self._linger()
