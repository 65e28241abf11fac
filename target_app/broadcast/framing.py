"""uvicorn's WebSocket protocol, for which a broadcast is framed once: ``uvicorn --ws …framing:FramingProtocol``.

The application sees an ASGI extension in the scope and may ignore it; under any other server it is not there.
"""

from collections.abc import Coroutine
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from target_app.broadcast.frame import EXTENSION, OnRoom

# Seconds until a peer that does not take the close frame is reset when nobody else has set a deadline.
CLOSE_GRACE = 10.0


class FramingProtocol(WebSocketsSansIOProtocol):
    """The stock protocol, which also takes finished frames (see ``FramedConnection``).

    And it lets go of peers that do not read: the stock one closes a transport only when its buffer is empty,
    so after a keepalive timeout or at shutdown such a peer would hold its socket and buffer for as long as it
    likes.
    """

    _on_room: OnRoom | None = None

    async def run_asgi(self) -> None:
        """Run the application, the extension in its scope."""
        self.scope["extensions"][EXTENSION] = {"connection": self}
        await super().run_asgi()

    @property
    def is_open(self) -> bool:
        """The handshake is done and nobody has begun to close."""
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and not self.transport.is_closing()
        )

    def watch(self, on_room: OnRoom | None) -> None:
        """As ``FramedConnection.watch``; who watched before is told that there is no room any more."""
        if self._on_room is not None and on_room is not None:
            self._on_room(None)
        self._on_room = on_room
        self._tell_room()

    def close_within(self, code: int, reason: str, seconds: float) -> None:
        """Close without waiting for room; the application's next message is the disconnect."""
        if not self.is_open:
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._tell_room()
        if self.read_paused:  # the peer's answer has to be seen
            self.read_paused = False
            self.transport.resume_reading()
        self._reset_within(seconds)

    def send(self, message: Any) -> Coroutine[Any, Any, None]:
        """As the stock ``send``; no frame follows when the application begins to close.

        And the query string, which may hold a token, stays out of the log: the stock protocol logs the path
        from its own scope when the handshake ends, so it gets one without. The application keeps the original.
        """
        if message["type"] != "websocket.send":
            if not self.handshake_complete:
                self.scope = {**self.scope, "query_string": b""}
            elif self._on_room is not None:
                self._on_room(None)
                self._on_room = None
        return super().send(message)

    def pause_writing(self) -> None:
        """There is no room."""
        super().pause_writing()
        self._tell_room()

    def resume_writing(self) -> None:
        """There is room again."""
        super().resume_writing()
        self._tell_room()

    def handle_close(self, event: Frame) -> None:
        """The peer closes."""
        super().handle_close(event)
        self._tell_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        super().connection_lost(exc)
        self._tell_room()

    def keepalive_timeout(self) -> None:
        """No pong came: close, tell the application, and do not wait long for a peer that takes nothing."""
        super().keepalive_timeout()
        reason = "keepalive ping timeout"
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1011, "reason": reason})
        self._tell_room()
        self._reset_within(CLOSE_GRACE)

    def shutdown(self) -> None:
        """The server stops: close, and do not wait long for a peer that takes nothing."""
        super().shutdown()
        self._tell_room()
        self._reset_within(CLOSE_GRACE)

    def _tell_room(self) -> None:
        if self._on_room is not None:
            self._on_room(self.transport.write if self.is_open and self.writable.is_set() else None)

    def _reset_within(self, seconds: float) -> None:
        """Reset the connection unless it is gone by then; ``connection_lost`` cancels this."""
        if self.close_timer is not None:
            self.close_timer.cancel()
        if not self.disconnected:
            self.close_timer = self.loop.call_later(seconds, self.transport.abort)
