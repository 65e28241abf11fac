"""uvicorn's HTTP protocols for clients that never finish: ``uvicorn --http …wire.requests:GuardedHttpTools``.

uvicorn waits for ever for what a client has begun, or has not: idle connections, half a handshake, half a body, an
answer that nobody takes.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from target_app.guard.on_duty import STATE, OnDuty
from target_app.wire.in_turn import InTurn

MOST_HEAD = 64 * 1024  # bytes of a request's head

_LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"  # RFC 9110, 15.5.9
_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"  # RFC 6585


class _Patient(asyncio.Protocol):
    """A protocol of uvicorn whose clients owe the rest of a request, or a first one, no longer than the deadline.

    So long they may let an answer wait, too.

    Between a request's answer and the next request a client owes nothing: that is the server's keep-alive timeout.
    """

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    app_state: dict[str, Any]
    cycle: Any
    flow: Any
    headers: list[tuple[bytes, bytes]]

    _owed_size = 0  # of the head that has not come whole
    _is_upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """A client has come, and owes a request."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request, or all of it, but nothing beyond the end of its head."""
        if self._is_in_head and self._owed_size + len(data) > MOST_HEAD:
            self._refuse(_LARGE)
            return
        super().data_received(data)
        if self._is_upgraded:
            return
        if self.transport.is_closing() or not (self._is_in_head or self.cycle.more_body):
            self._be_content()
            return
        self._expect()
        self._owed_size += len(data) if self._is_in_head else 0

    def pause_writing(self) -> None:
        """The client takes no more of an answer, and has the deadline to go on."""
        super().pause_writing()
        self._expect()

    def resume_writing(self) -> None:
        """It goes on."""
        super().resume_writing()
        if not (self._owed_size or (self.cycle is not None and self.cycle.more_body)):
            self._be_content()

    def on_response_complete(self) -> None:
        """An answer has been written, and perhaps not been taken."""
        super().on_response_complete()  # type: ignore[misc] # uvicorn's
        self._expect_departure()

    def timeout_keep_alive_handler(self) -> None:
        """The client has not asked again."""
        super().timeout_keep_alive_handler()  # type: ignore[misc] # uvicorn's
        self._expect_departure()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._forgive()
        super().connection_lost(exc)

    @property
    def _is_in_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _on_duty(self) -> OnDuty | None:
        return self.app_state.get(STATE)

    def _expect(self) -> None:
        if self._on_duty is not None:
            deadline = self._on_duty.settings.handshake_deadline
            self._on_duty.patience.expect(self, deadline, self.loop)

    def _let_go(self) -> None:
        self._is_upgraded = True
        self._be_content()

    def _be_content(self) -> None:
        self._owed_size = 0
        if not self.flow.write_paused:
            self._forgive()

    def _forgive(self) -> None:
        if self._on_duty is not None:
            self._on_duty.patience.forgive(self)

    def lose_patience(self) -> None:
        """The rest did not come in time."""
        if self._on_duty is not None:
            self._on_duty.refusals.count("handshake_deadline")
        if self.flow.write_paused or self.transport.is_closing():  # it is closed when all has been taken
            self.transport.abort()
        else:  # what the application may have begun to answer is not to be mixed up with ours
            self._refuse(_LATE if self._owed_size else b"")

    def _refuse(self, answer: bytes) -> None:
        self._be_content()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
            self._expect_departure()

    def _expect_departure(self) -> None:
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._expect()


class _Guarded(InTurn, _Patient):
    """Whose clients wait for answers, too."""

    def run_too_far_ahead(self) -> None:
        """Let go of it, and count it."""
        if self._on_duty is not None:
            self._on_duty.refusals.count("protocol")
        self._refuse(b"")


class GuardedHttpTools(_Guarded, HttpToolsProtocol):
    """The one that ``--http auto`` takes where httptools is installed."""

    def on_headers_complete(self) -> None:
        """As the stock one, for requests that HTTP allows.

        Raises:
            ValueError: it is none; the parser turns that into a 400.
        """
        check(self.parser.get_http_version(), self.headers)
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """The client owes nothing more as far as HTTP goes."""
        self._let_go()
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment] # as uvicorn does at an end; it holds this protocol


class GuardedH11(_Guarded, H11Protocol):
    """The one that is written in Python."""

    def __init__(self, config: Config, *more: Any, **named: Any) -> None:
        super().__init__(config, *more, **named)
        if config.h11_max_incomplete_event_size is None:  # h11 would have 16 KiB, and answer 400 beyond
            self.conn = h11.Connection(h11.SERVER, MOST_HEAD)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """As above, for handshakes that HTTP allows; h11 refuses other requests itself."""
        self._let_go()
        try:
            check(event.http_version.decode(), self.headers)
        except ValueError:
            self.send_400_response("Invalid HTTP request received.")
        else:
            super().handle_websocket_upgrade(event)


def check(version: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Check what the stock protocols do not.

    Raises:
        ValueError: there is not one ``Host`` (RFC 9112, 3.2), or HTTP/1.0 asks for an upgrade (RFC 6455, 4.1).
    """
    names = [name for name, _ in headers]
    if names.count(b"host") != 1 and version != "1.0":
        raise ValueError("one Host header")
    if b"upgrade" in names and version == "1.0":
        raise ValueError("no upgrade in HTTP/1.0")
