"""The opening handshake on a connected socket, one for both drivers: TLS, request, answer, and then theirs."""

import asyncio
import os
import socket
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from wswarm.drive.drivers.connection import HandshakeFailed, Settings, Stopwatch
from wswarm.drive.drivers.dial import connect_tcp, unanswered
from wswarm.load.body import body_of, words_of
from wswarm.load.request import Request
from wswarm.load.upgrade import (
    HEAD_LIMIT,
    Answer,
    Refusal,
    head_size,
    no_http,
    read_head,
    refusal_of,
    request_text,
    too_large,
)

_BODY_S = 1.0
_TLS_EXTRA_S = 60.0


TakeOver = Callable[[asyncio.Transport, Answer, bytes], None]
CreateConnection = Callable[..., Awaitable[tuple[Any, Any]]]


class Upgrade(NamedTuple):
    """What one connection asks for, and what happens when it is granted.

    Attributes:
        extensions: Value of the Sec-WebSocket-Extensions to offer, "" for none.
        take_over: Goes on with the open connection: gets the transport, the answer, and what came right behind it;
            raises `HandshakeFailed` if an extension's parameters can't be.
    """

    request: Request
    settings: Settings
    watch: Stopwatch
    extensions: str
    take_over: TakeOver


class Opening(asyncio.Protocol):
    """Asks for the upgrade and reads the answer; of a refusal the beginning of its body too."""

    def __init__(self, upgrade: Upgrade) -> None:
        self._upgrade = upgrade
        self._key = b64encode(os.urandom(16)).decode()
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._refusal: tuple[Answer, Refusal] | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def has_begun(self) -> bool:
        """Whether some of an answer has come."""
        return bool(self._data)

    @property
    def has_opened(self) -> bool:
        """Whether the connection has been taken over."""
        return self.done.done() and not self.done.cancelled() and self.done.exception() is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._upgrade.watch.requested()
        self._transport = cast(asyncio.Transport, transport)
        tcp = transport.get_extra_info("socket")
        if hasattr(socket, "TCP_QUICKACK") and tcp.family != getattr(socket, "AF_UNIX", None):
            tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self._transport.write(self._request_text())

    def data_received(self, data: bytes) -> None:
        if self.done.done():
            return
        self._data += data
        if self._refusal is not None:
            self._read_body(*self._refusal, is_end=False)
            return
        while size := head_size(self._data):
            answer = read_head(self._data[:size]) if size <= HEAD_LIMIT else None
            if answer is None:
                self._fail(too_large() if size > HEAD_LIMIT else no_http(self._data))
                return
            del self._data[:size]
            if answer.status == 101 or answer.status >= 200:
                self._judge(answer)
                return
        if not b"http/".startswith(bytes(self._data[:5]).lower()):
            self._fail(no_http(self._data))
        elif len(self._data) > HEAD_LIMIT:
            self._fail(too_large())

    def eof_received(self) -> bool:
        self._end(None)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error)

    def _request_text(self) -> bytes:
        request, settings = self._upgrade.request, self._upgrade.settings
        headers = list(request.headers)
        if settings.subprotocols:
            headers.append(("Sec-WebSocket-Protocol", ", ".join(settings.subprotocols)))
        if self._upgrade.extensions:
            headers.append(("Sec-WebSocket-Extensions", self._upgrade.extensions))
        return request_text(request.target, request.host, self._key, headers)

    def _judge(self, answer: Answer) -> None:
        assert self._transport is not None
        subprotocols, offers_deflate = self._upgrade.settings.subprotocols, bool(self._upgrade.extensions)
        refusal = refusal_of(answer, self._key, subprotocols, offers_deflate=offers_deflate)
        if refusal is None:
            try:
                self._upgrade.take_over(self._transport, answer, bytes(self._data))
            except HandshakeFailed as failure:
                self.done.set_exception(failure)
            else:
                self.done.set_result(None)
            return
        self._refusal = answer, refusal
        if answer.status == 101:
            self._fail(refusal)
            return
        left = self._upgrade.settings.timeout - self._upgrade.watch.elapsed
        # In time, or a refusal whose body does not end would be told as a target that did not answer.
        asyncio.get_running_loop().call_later(min(_BODY_S, left / 2), self._end, None)
        self._read_body(answer, refusal, is_end=False)

    def _read_body(self, answer: Answer, refusal: Refusal, *, is_end: bool) -> None:
        body, is_all = body_of(answer, self._data)
        if is_all or is_end:
            detail = refusal.detail or words_of(answer, body)
            self.done.set_exception(HandshakeFailed(refusal.reason, detail, answer.location))

    def _end(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if self._refusal is not None:
            self._read_body(*self._refusal, is_end=True)
        elif self._data:
            self._fail(no_http(self._data))
        else:
            self.done.set_exception(error or HandshakeFailed("reset"))

    def _fail(self, refusal: Refusal) -> None:
        self.done.set_exception(HandshakeFailed(*refusal))


async def open_connection(number: int, upgrade: Upgrade, create_connection: CreateConnection) -> str:
    """Return the address that answered when the connection has been taken over.

    Args:
        create_connection: An event loop's.

    Raises:
        HandshakeFailed, OSError, ssl.SSLError: it did not open.
    """
    tcp, address = await connect_tcp(number, upgrade.settings)
    upgrade.watch.connected()
    try:
        left = max(0.001, upgrade.settings.timeout - upgrade.watch.elapsed)
        async with asyncio.timeout(left) as deadline:
            await _open_on(tcp, address, upgrade, create_connection, deadline)
    except TimeoutError:
        raise unanswered(address) from None
    return address


async def _open_on(
    tcp: socket.socket,
    address: str,
    upgrade: Upgrade,
    create_connection: CreateConnection,
    deadline: asyncio.Timeout,
) -> None:
    """Return when the connection has been taken over.

    Raises:
        HandshakeFailed, OSError, ssl.SSLError: it did not open; the socket is closed.
    """
    settings, tls = upgrade.settings, {}
    if upgrade.request.is_secure:
        name = settings.sni or urlsplit(upgrade.request.url).hostname
        # Its own deadline for TLS would give a slow target another name than everybody else's.
        longer = settings.timeout + _TLS_EXTRA_S
        tls = {"ssl": settings.context, "server_hostname": name, "ssl_handshake_timeout": longer}
    try:
        transport, opening = await create_connection(lambda: Opening(upgrade), sock=tcp, **tls)
    except BaseException:
        tcp.close()
        raise
    try:
        await opening.done
    except BaseException:
        if deadline.expired() and opening.has_opened:
            return  # a loop that stood still comes to the answer and to the deadline in one turn
        transport.abort()
        if deadline.expired() and opening.has_begun:
            raise unanswered(address, has_begun=True) from None
        raise
