"""A uvicorn protocol that tells clients why it closes, and lets go of those that do not answer."""

from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from target_app.guard.on_duty import STATE, OnDuty
from target_app.guard.refusals import Reason

# Seconds until a peer that does not take the close frame is reset when nobody else has set a deadline.
CLOSE_GRACE = 10.0
# Seconds in which a client that was closed may go on sending, unheard, until it sees why. A connection that is closed
# with unread bytes is reset, and a reset overtakes the close frame. Source: nginx's lingering_timeout.
LINGER = 5.0

RESTARTING = "restarting: retry in 0 to 5 s"
RETRY_AFTER = "5"  # seconds
VERSION = "13"  # of the WebSocket protocol
_NO_SCOPE: Any = {}


class PartingProtocol(WebSocketsSansIOProtocol):
    """The stock protocol with ends that the client sees and the server survives.

    The stock one closes a transport only when its buffer is empty, so after a keepalive timeout or at shutdown a peer
    that does not read would hold its socket and buffer for as long as it likes.
    """

    _is_lost = False
    _is_deaf = False

    @property
    def _on_duty(self) -> OnDuty | None:
        return self.app_state.get(STATE)

    async def run_asgi(self) -> None:
        """Run the application, and let go of what was said to it: the scope has methods of this protocol."""
        try:
            await super().run_asgi()
        finally:
            self.scope = _NO_SCOPE

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
        if self.is_open:
            self._say_goodbye(code, reason)
            self._listen()
            self._reset_within(seconds)

    def refuse(self, code: int, reason: str, why: Reason) -> None:
        """Close a client that went too far, and hear nothing more of it."""
        if self.is_open:
            self._count(why)
            self._say_goodbye(code, reason)
            self._linger()

    def restart(self) -> None:
        """The server stops: ask the client to come back, and do not wait long for one that takes nothing."""
        if self.close_sent or self.disconnected or self.initial_response is not None:
            return
        if self.handshake_complete:
            self.close_within(1012, RESTARTING, CLOSE_GRACE)
        else:
            self._count("draining")
            self._refuse_handshake(503, RESTARTING, {"Retry-After": RETRY_AFTER})

    def shutdown(self) -> None:
        """As ``restart``, by a server that knows nothing of it and would wait long for an answer."""
        if self.is_open:
            self._say_goodbye(1012, RESTARTING)
            self.transport.close()
            self._reset_within(CLOSE_GRACE)
        elif self.handshake_complete:
            super().shutdown()
        else:
            self.restart()

    def handle_connect(self, event: Request) -> None:
        """As the stock one, which does not say which version of the protocol there is (RFC 6455, 4.4)."""
        if VERSION in event.headers.get_all("Sec-WebSocket-Version"):
            super().handle_connect(event)
            return
        self.handshake_initiated = True
        wanted = {"Sec-WebSocket-Version": VERSION, "Upgrade": "websocket"}
        self._refuse_handshake(426, f"this server speaks version {VERSION}", wanted)

    def handle_parser_exception(self) -> None:
        """The client broke the protocol: it is told so, and no more is heard of it."""
        sent, is_first = self.conn.close_sent, not self.close_sent
        if sent is None:
            self._refuse_handshake(400, "a frame before the handshake was done")
            return
        self.stop_keepalive()
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True
        if is_first:
            self._count("message_size" if sent.code == 1009 else "protocol")
            self.queue.put_nowait({"type": "websocket.disconnect", "code": sent.code, "reason": sent.reason})
        self._linger()

    def keepalive_timeout(self) -> None:
        """No pong came: close, tell the application, and do not wait long for a peer that takes nothing."""
        self.refuse(1011, "keepalive ping timeout", "pong_deadline")

    def send(self, message: Any) -> Coroutine[Any, Any, None]:
        """As the stock ``send``, but that the query string, which may hold a token, stays out of the log.

        The stock protocol logs the path from its own scope when the handshake ends, so it gets one without. The
        application keeps the original.
        """
        if message["type"] == "websocket.send":
            return super().send(message)
        if not self.handshake_complete:
            self.scope = {**self.scope, "query_string": b""}
            return self._answer(message)
        return self._close(message)

    async def _answer(self, message: Any) -> None:
        """The application answers the handshake; the stock one takes a status of its own for no answer."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True

    async def _close(self, message: Any) -> None:
        """The application begins to close, or says more when it has."""
        await super().send(message)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._is_lost = True
        super().connection_lost(exc)
        self.conn.parser.close()  # a generator that never ends, and holds what holds it

    def data_received(self, data: bytes) -> None:
        """As the stock one, which leaves a handshake that its parser refuses without an answer."""
        if self._is_deaf:
            return
        super().data_received(data)
        if not self.handshake_initiated:
            self._refuse_request()

    def _refuse_request(self) -> None:
        """The parser takes this for no request: what it has to say, or that."""
        answer = b"".join(self.conn.data_to_send())
        self.transport.write(answer or self.conn.reject(400, "this is no handshake\n").serialize())
        self.transport.close()

    def _refuse_handshake(
        self, status: int, why: str, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Answer in the place of the application, which learns that the client has gone."""
        self.handshake_complete = self.close_sent = self.disconnected = True
        response = self.conn.reject(status, f"{why}\n")
        response.headers.update(headers)
        self.transport.write(response.serialize())
        self.transport.close()

    def _say_goodbye(self, code: int, reason: str) -> None:
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = self.disconnected = True

    def _listen(self) -> None:
        """Read on, whatever the application does: the peer's answer has to be seen."""
        self.read_paused = False
        self.transport.resume_reading()

    def _linger(self) -> None:
        """Send no more, and drop what comes until the client has gone, which was told why."""
        self._is_deaf = True
        self._listen()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._reset_within(LINGER)

    def _reset_within(self, seconds: float) -> None:
        """Reset the connection unless it is gone by then; ``connection_lost`` cancels this."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        if not self._is_lost:
            self.close_timer = self.loop.call_later(seconds, self.transport.abort)

    def _count(self, why: Reason) -> None:
        if self._on_duty is not None:
            self._on_duty.refusals.count(why)
