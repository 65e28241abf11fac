"""Handshakes, numbered H as Autobahn has none. Source: RFC 6455, 4.2; RFC 9110 and 9112 of what HTTP asks."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.target_app.conformance.case import octets
from tests.target_app.raw_client import KEY

SWITCHED, REFUSED, OTHER_VERSION = "101", "4xx", "4xx, version 13"
UPGRADE: dict[str, str | None] = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY.decode(),
    "Sec-WebSocket-Version": "13",
}


class Handshake(NamedTuple):
    """A request, and the class of its answer; as ``Case`` otherwise."""

    number: str
    title: str
    sent: tuple[bytes, ...]
    back: tuple[str, ...]

    @property
    def chapter(self) -> str:
        """The letter."""
        return self.number.partition(".")[0]


def handshakes() -> Iterator[Handshake]:
    """Requests that are right in ways that are seldom seen, and requests that are wrong."""
    for i, (title, sent, back) in enumerate((*_right(), *_wrong()), 1):
        yield Handshake(f"H.{i}", title, sent, (back,))


def request(line: str = "GET /ws HTTP/1.1", *more: str, **changed: str | None) -> bytes:
    """A request for an upgrade.

    Args:
        more: lines behind the headers.
        changed: other values of headers, underscores for their hyphens; ``None`` leaves one out.
    """
    headers = UPGRADE | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [line, *(f"{name}: {value}" for name, value in headers.items() if value is not None), *more]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _right() -> Iterator[tuple[str, tuple[bytes, ...], str]]:
    yield "byte by byte", octets(request()), SWITCHED
    yield "header names in lower case", (request().replace(b"Sec-WebSocket", b"sec-websocket"),), SWITCHED
    yield "`Upgrade: WebSocket`", (request(Upgrade="WebSocket"),), SWITCHED
    yield "`Connection: keep-alive, Upgrade`", (request(Connection="keep-alive, Upgrade"),), SWITCHED
    yield "an address with scheme and host", (request("GET http://127.0.0.1/ws HTTP/1.1"),), SWITCHED
    yield (
        "a subprotocol that the application does not speak",
        (request(Sec_WebSocket_Protocol="a, b"),),
        SWITCHED,
    )
    yield "an extension that nobody knows", (request(Sec_WebSocket_Extensions="x-none; a=1"),), SWITCHED


def _wrong() -> Iterator[tuple[str, tuple[bytes, ...], str]]:
    yield "no key", (request(Sec_WebSocket_Key=None),), REFUSED
    yield "a key of 3 bytes", (request(Sec_WebSocket_Key="eA=="),), REFUSED
    yield "a key that is no base64", (request(Sec_WebSocket_Key="?" * 24),), REFUSED
    yield "two keys", (request("GET /ws HTTP/1.1", f"Sec-WebSocket-Key: {KEY.decode()}"),), REFUSED
    yield "no version", (request(Sec_WebSocket_Version=None),), OTHER_VERSION
    yield "version 12", (request(Sec_WebSocket_Version="12"),), OTHER_VERSION
    yield "two versions", (request("GET /ws HTTP/1.1", "Sec-WebSocket-Version: 13"),), REFUSED
    yield "POST", (request("POST /ws HTTP/1.1", "Content-Length: 0"),), REFUSED
    yield "no `Upgrade`", (request(Upgrade=None),), REFUSED
    yield "`Upgrade: none`", (request(Upgrade="none"),), REFUSED
    yield "no `Connection`", (request(Connection=None),), REFUSED
    yield "HTTP/1.0", (request("GET /ws HTTP/1.0"),), REFUSED
    yield "no host", (request(Host=None),), REFUSED
    yield "two hosts", (request("GET /ws HTTP/1.1", "Host: example.org"),), REFUSED
    yield "a header that is none", (request("GET /ws HTTP/1.1", "nonsense"),), REFUSED
    yield "a header of 9,000 bytes", (request("GET /ws HTTP/1.1", "X: " + "x" * 9000),), REFUSED
    yield "an address of 9,000 bytes", (request(f"GET /ws?{'x' * 9000} HTTP/1.1"),), REFUSED
    yield "200 headers", (request("GET /ws HTTP/1.1", *(f"X-{n}: y" for n in range(200))),), REFUSED
    yield (
        "a head of 1 MB",
        (request("GET /ws HTTP/1.1", *(f"X-{n}: {'y' * 990}" for n in range(1000))),),
        REFUSED,
    )
