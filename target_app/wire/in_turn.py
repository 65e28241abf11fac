"""Requests of one connection, one after the other: what comes ahead of an answer waits, and not without end."""

import asyncio
from typing import Any

MOST_AHEAD = 64 * 1024  # bytes that may have come while a request is being answered

_END = b"\r\n\r\n"  # of a head, behind which the next request may begin
_LEAST_HEAD = 14  # bytes before that: none has less, so that blank lines are no heads
_LEAST_BODY = 1024  # a body may have as many blank lines as it likes


class InTurn(asyncio.Protocol):
    """A protocol of uvicorn that is handed a request when the one before it has been answered.

    The parser takes apart whatever one read has brought: 256 KiB are 8,000 small requests of 10 KB, which hold the
    event loop for half a second before the first of them is answered.
    """

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    flow: Any
    cycle: Any

    _ahead = b""

    def data_received(self, data: bytes) -> None:
        """Take bytes of requests: as far as it is their turn."""
        self._ahead += data
        self._hand_on()

    def on_response_complete(self) -> None:
        """A request is answered: the next one has its turn with that of the loop."""
        super().on_response_complete()  # type: ignore[misc] # uvicorn's
        if self._ahead:
            self.loop.call_soon(self._hand_on)

    def run_too_far_ahead(self) -> None:
        """The client asks and asks, and waits for no answer: let go of it."""
        self.transport.close()

    def _hand_on(self) -> None:
        data, at = self._ahead, 0
        while at < len(data) and self._is_heard and not self._is_answering:
            end = data.find(_END, at + self._least) + len(_END)
            end = end if end >= at + len(_END) else len(data)
            super().data_received(data[at:end])
            at = end
        self._ahead = data[at:] if self._is_heard else b""
        if len(self._ahead) > MOST_AHEAD:
            self._ahead = b""
            self.run_too_far_ahead()
        elif self._ahead:
            self.flow.pause_reading()

    @property
    def _is_heard(self) -> bool:
        """Not from an end on, nor when the connection is a WebSocket's."""
        return not self.transport.is_closing() and self.transport.get_protocol() is self

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not (self.cycle.response_complete or self.cycle.more_body)

    @property
    def _least(self) -> int:
        is_body = self.cycle is not None and not self.cycle.response_complete
        return _LEAST_BODY if is_body else _LEAST_HEAD
