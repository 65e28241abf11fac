"""Requests that publish: each begun when it is asked for, over connections that are kept alive."""

import asyncio
import itertools
import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType
from yarl import URL

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.address import Address, family
from wswarm.drive.drivers.connection import DETAIL_SIZE, reason_of
from wswarm.drive.drivers.tls import client_context
from wswarm.load.by_http import REQUESTS_AT_ONCE, ByHttp
from wswarm.load.fill import Values
from wswarm.load.marker import MARK_SIZE
from wswarm.load.number import nonce_for, write_index

NO_ANSWER = "no answer"
_KEPT_S = 4.0  # uvicorn and Node close what is idle for 5 s: a request on its way then would be lost
_NUMBER = 0xFFFFFFFF
_INTENDED = (1 << 64) - 1


class Answer(NamedTuple):
    """How one request ended.

    Attributes:
        number: Of the broadcast. `intended_ns`: when it was due.
        status: `None` without one; then `reason` says why.
        answered_ns: When the answer's head had been read, or it was clear that there will be none.
        detail: What the answer said beside a status of 300 or more: where to, or the beginning of its body.
    """

    number: int
    intended_ns: int
    status: int | None
    answered_ns: int
    reason: str = ""
    detail: str = ""


class Template(NamedTuple):
    """The requests of one publisher, split where the marker goes."""

    url: Sequence[str]
    body: Sequence[bytes]
    headers: Sequence[tuple[str, str]]


class Requests:
    """The requests of one agent, at most `REQUESTS_AT_ONCE` at once.

    Args:
        by_http: What to ask of whom.
        addresses: Of its host.

    Attributes:
        on_room: Called when one more may be begun, after none could.
        peak: Most at once.
        salt: What marks that are whole numbers are written with.
        answers: Those that nobody has taken yet.
    """

    def __init__(self, by_http: ByHttp, addresses: Sequence[Address]) -> None:
        self._by_http = by_http
        self._under_way: dict[int, tuple[int, asyncio.Task[None]]] = {}
        self.on_room: Callable[[], None] = _ignore
        self.peak = self.salt = 0
        self.answers: list[Answer] = []
        connector = TCPConnector(
            limit=0,  # it is kept here: who waits is late, and known to be
            resolver=_Known(addresses),
            ssl=client_context(by_http) or True,
            keepalive_timeout=_KEPT_S,
            socket_factory=_Sources(by_http.bind) if by_http.bind else None,
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=by_http.timeout),
            auto_decompress=False,
        )
        self._session._retry_connection = False  # a request that is sent twice publishes twice

    @property
    def has_room(self) -> bool:
        """Whether one more may be begun."""
        return len(self._under_way) < REQUESTS_AT_ONCE

    @property
    def secrets(self) -> dict[str, object]:
        """What may hold secrets, as the settings of a plan are called."""
        by_http = self._by_http
        return {"url": by_http.url, "headers": by_http.headers, "publish_body": by_http.body}

    @property
    def under_way(self) -> int:
        """How many have no answer yet."""
        return len(self._under_way)

    def template(self, values: Values) -> Template:
        """Return the requests of a publisher for which names stand for these values."""
        by_http = self._by_http
        return Template(
            by_http.url_for(values).split(by_http.marker.decode()),
            by_http.body_for(values).split(by_http.marker),
            by_http.headers_for(values),
        )

    def begin(self, template: Template, marker: bytes) -> None:
        """Begin the request of the broadcast that has this marker."""
        mark = int(marker[-MARK_SIZE:], 16)
        number, intended_ns = mark >> 64 & _NUMBER, mark & _INTENDED
        if self._by_http.is_numeric:
            marker = nonce_for(marker) + write_index(number, self.salt)
        task = asyncio.create_task(self._ask(template, marker, number, intended_ns))
        self._under_way[number] = intended_ns, task
        self.peak = max(self.peak, len(self._under_way))

    def give_up(self) -> None:
        """Wait for no more answers: those that are missing are so from now on."""
        for number, (intended_ns, task) in self._under_way.items():
            task.cancel()
            self.answers.append(Answer(number, intended_ns, None, now_ns(), NO_ANSWER))
        self._under_way.clear()

    async def close(self) -> None:
        """Close all connections."""
        self.give_up()
        await self._session.close()

    async def _ask(self, template: Template, marker: bytes, number: int, intended_ns: int) -> None:
        """Send the request and note its answer; whatever goes wrong is one, too."""
        by_http = self._by_http
        try:
            async with self._session.request(
                by_http.method,
                URL(marker.decode().join(template.url), encoded=True),
                data=marker.join(template.body) if by_http.body is not None else None,
                headers=template.headers,
                allow_redirects=False,
                server_hostname=by_http.sni,
            ) as response:
                answered_ns = now_ns()
                try:
                    detail = await _read(response)
                except (ClientError, OSError):
                    detail = ""  # its head has told what there was to know
            answer = Answer(number, intended_ns, response.status, answered_ns, detail=detail)
        except Exception as error:  # data about the target, as a failed handshake is
            answer = Answer(number, intended_ns, None, now_ns(), _reason_of(error))
        if self._under_way.pop(number, None) is None:
            return  # given up meanwhile
        self.answers.append(answer)
        if len(self._under_way) == REQUESTS_AT_ONCE - 1:
            self.on_room()


async def _read(response: ClientResponse) -> str:
    """Read the answer to its end, so that its connection can be used again; return what to tell of it."""
    start = b""
    async for part in response.content.iter_any():
        start = start if len(start) >= DETAIL_SIZE else start + part
    if response.status < 300:
        return ""
    where = response.headers.get("Location")
    return where or start[: 4 * DETAIL_SIZE].decode(errors="replace")[:DETAIL_SIZE]


def _reason_of(error: Exception) -> str:
    """Return what a report counts a request without an answer under."""
    if isinstance(error, ClientConnectorCertificateError):
        return reason_of(error.certificate_error)
    if isinstance(error, ClientConnectorError):
        return reason_of(error.os_error)
    if isinstance(error, ServerDisconnectedError):
        return "closed"
    if isinstance(error, ClientOSError):
        return reason_of(OSError(error.errno, error.strerror))  # Python's own kind for that number
    if isinstance(error, ClientError) and not isinstance(error, OSError):
        return "no http answer"
    return reason_of(error)


class _Known(AbstractResolver):
    """Knows where the one host is: it was looked up before the load."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002  # all are known
    ) -> list[ResolveResult]:
        """Return the addresses of the host."""
        return [_resolved(host, found, port) for found, _ in self._addresses]

    async def close(self) -> None:
        """Nothing is held."""


def _resolved(host: str, found: str, port: int) -> ResolveResult:
    return {
        "hostname": host,
        "host": found,
        "port": port,
        "family": family(found),
        "proto": 0,
        "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    }


class _Sources:
    """Makes sockets that leave from local addresses, taken in turn."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._of_family: dict[int, itertools.cycle[str]] = {
            kind: itertools.cycle([one for one in addresses if family(one) == kind])
            for kind in {family(one) for one in addresses}
        }

    def __call__(self, info: AddrInfoType) -> socket.socket:
        """Return a new socket for an address."""
        made = socket.socket(*info[:3])
        made.setblocking(False)
        if info[0] in self._of_family:
            made.bind((next(self._of_family[info[0]]), 0))
        return made


def _ignore() -> None:
    """Nobody waits."""
