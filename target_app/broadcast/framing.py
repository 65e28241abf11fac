"""uvicorn's WebSocket protocol, for which a broadcast is framed once: ``uvicorn --ws …framing:FramingProtocol``.

The application sees an ASGI extension in the scope and may ignore it; under any other server it is not there.
"""

from typing import Any

from websockets.frames import Frame

from target_app.broadcast.frame import EXTENSION, OnRoom
from target_app.wire.guarded import GuardedProtocol


class FramingProtocol(GuardedProtocol):
    """The guarded protocol, which also takes finished frames (see ``FramedConnection``)."""

    _on_room: OnRoom | None = None

    async def run_asgi(self) -> None:
        """Run the application, the extension in its scope."""
        self.scope["extensions"][EXTENSION] = {"connection": self}
        await super().run_asgi()

    def watch(self, on_room: OnRoom | None) -> None:
        """As ``FramedConnection.watch``; who watched before is told that there is no room any more."""
        if self._on_room is not None and on_room is not None:
            self._on_room(None)
        self._on_room = on_room
        self._tell_room()

    async def _close(self, message: Any) -> None:
        if self._on_room is not None:  # no frame follows when the application begins to close
            self._on_room(None)
            self._on_room = None
        await super()._close(message)

    def _say_goodbye(self, code: int, reason: str) -> None:
        super()._say_goodbye(code, reason)
        self._tell_room()

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

    def handle_parser_exception(self) -> None:
        """The peer broke the protocol."""
        super().handle_parser_exception()
        self._tell_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        super().connection_lost(exc)
        self._tell_room()

    def _tell_room(self) -> None:
        if self._on_room is not None:
            self._on_room(self.transport.write if self.is_open and self.writable.is_set() else None)
