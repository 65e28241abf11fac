"""Clients that leave while a documented example sends to them are counted; their tracebacks are shown when asked for.

The documented code catches nothing there, so that uvicorn logs a traceback of 70 lines for each: 200 clients that
leave a chat at once print 15,000 lines about nothing that anybody could mend.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.websockets import WebSocketDisconnect
from uvicorn.importer import ImportFromStringError, import_from_string

from target_app.drain import drain
from target_app.garbage import collect_seldom
from target_app.guard.on_duty import STATE, OnDuty
from target_app.wire.guarded import GuardedProtocol
from target_app.wire.requests import GuardedH11, GuardedHttpTools

DOCUMENTED = "target_app.documented."
LOGGER = "uvicorn.error"
# The guarded ones of uvicorn's protocols, by their names there.
GUARDED_WS = dict.fromkeys(("auto", "websockets-sansio"), GuardedProtocol)
GUARDED_HTTP = {"auto": GuardedHttpTools, "httptools": GuardedHttpTools, "h11": GuardedH11}
VERBOSE = {"debug", "trace"}
FORCED_WITHIN_S = 1.0  # that an application has for its own end when nobody wants to wait any more

# Starlette's words for a connection that is used after its end.
_USED_AFTER = ("WebSocket is not connected", 'Cannot call "receive" once', 'Cannot call "send" once')


class Departures(logging.Filter):
    """Keeps tracebacks out of a log that only say that a client had left.

    Attributes:
        count: Handlers that ended so.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be logged."""
        error = record.exc_info[1] if record.exc_info else None
        if not _is_departure(error):
            return True
        self.count += 1
        return False


class Server(uvicorn.Server):
    """A uvicorn server that says when it serves, and at the end how many departures it was told to count.

    Args:
        config: uvicorn's.
        departures: counts clients that leave, if they are not to be logged.
        greet: called with the port when it serves.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        departures: Departures | None = None,
        greet: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__(config)
        self._greet = greet
        self._departures = departures
        if departures is not None:
            logging.getLogger(LOGGER).addFilter(departures)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, and say so."""
        loop = asyncio.get_running_loop()
        listen = loop.create_server

        async def listen_in_time(*arguments: Any, **options: Any) -> asyncio.Server:
            return await listen(*arguments, **options, ssl_handshake_timeout=self._tls_deadline)

        loop.create_server = listen_in_time  # type: ignore[method-assign] # uvicorn has no option for it
        try:
            await super().startup(sockets=sockets)
        finally:
            del loop.create_server
        if self._on_duty is not None:
            self._on_duty.is_told = True  # by who started us, which knows before anybody comes
        collect_seldom()
        if self.started and self._greet is not None:
            self._greet(self.servers[0].sockets[0].getsockname()[1])

    @property
    def _on_duty(self) -> OnDuty | None:
        found: OnDuty | None = self.lifespan.state.get(STATE)
        return found

    @property
    def _tls_deadline(self) -> float | None:
        """Seconds that a client has for its part of TLS; asyncio would wait for a minute."""
        on_duty = self._on_duty
        return None if on_duty is None or self.config.ssl is None else on_duty.settings.handshake_deadline

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop to serve, and tell; clients of an application with guards are let go of in time."""
        on_duty = self._on_duty
        if on_duty is not None:
            for listener in (*self.servers, *(sockets or ())):
                listener.close()
            await drain(self.server_state, on_duty.settings, lambda: self.force_exit)
        await super().shutdown(sockets=sockets)
        if self.force_exit:  # uvicorn would cancel the application in its lifespan, with a traceback
            with suppress(TimeoutError):
                await asyncio.wait_for(self.lifespan.shutdown(), FORCED_WITHIN_S)
        if self._departures is not None and self._departures.count:
            logging.getLogger(LOGGER).warning(
                "%d handlers ended because a client had left; --tracebacks shows each", self._departures.count
            )


def configure(settings: dict[str, Any]) -> tuple[uvicorn.Config, Departures | None]:
    """Return uvicorn's configuration, and what counts departures: of a documented example, unless all is to be shown.

    Args:
        settings: of ``uvicorn.Config``, and ``tracebacks``.
    """
    own = dict(settings)
    is_documented = str(own["app"]).startswith(DOCUMENTED)
    if not is_documented:
        own["ws"] = GUARDED_WS.get(own.get("ws", "auto"), own.get("ws"))
        own["http"] = GUARDED_HTTP.get(own.get("http", "auto"), own.get("http"))
    is_shown = own.pop("tracebacks", False) or own.get("log_level") in VERBOSE
    return uvicorn.Config(**own), Departures() if is_documented and not is_shown else None


def is_guarded(ws: str) -> bool:
    """Whether uvicorn's name of a WebSocket protocol, or an import string, stands for one of ours."""
    if ":" not in ws:
        return ws in GUARDED_WS
    try:
        found = import_from_string(ws)
    except ImportFromStringError:
        return True  # uvicorn ends with that
    return isinstance(found, type) and issubclass(found, GuardedProtocol)


def _is_departure(error: BaseException | None) -> bool:
    if isinstance(error, WebSocketDisconnect):
        return True
    return isinstance(error, RuntimeError) and str(error).startswith(_USED_AFTER)
