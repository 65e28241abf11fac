"""What one connection asks for: the manner with what its names stand for filled in."""

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit, urlunsplit

from wswarm.load.fill import Values, fill, fill_address
from wswarm.load.manner import Manner
from wswarm.load.rooms import ROOM
from wswarm.load.url import on_wire

_SAME = 64  # addresses that are remembered: most ask for one alone


@dataclass(frozen=True, slots=True)
class Request:
    """One connection's handshake.

    Attributes:
        url: Complete address, without user name and password, which went into the headers.
        headers: Name and value of each further header.
    """

    url: str
    headers: tuple[tuple[str, str], ...]

    @property
    def is_secure(self) -> bool:
        """Whether the connection uses TLS."""
        return urlsplit(self.url).scheme == "wss"

    @property
    def host(self) -> str:
        """The Host header that the address asks for: without its scheme's own port."""
        parts = urlsplit(self.url)
        own = f":{443 if self.is_secure else 80}"
        return parts.netloc.removesuffix(own) if parts.port else parts.netloc.removesuffix(":")

    @property
    def target(self) -> str:
        """The path and query to ask for."""
        parts = urlsplit(self.url)
        return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def request_for(manner: Manner, values: Values) -> Request:
    """Return the request of the connection for which the manner's names stand for these values, `id` among them.

    Where there is only one room the connection is in the first.
    """
    values = {ROOM: "0", **values}
    url, credentials = _asked_for(fill_address(manner.address, values))
    given = [header.partition(":") for header in manner.headers]
    headers = [(name, fill(value, values).strip()) for name, _, value in given]
    names = {name.lower() for name, _ in headers}
    if "authorization" not in names:
        headers = [*credentials, *headers]
    if manner.cookies:
        own = [value for name, value in headers if name.lower() == "cookie"]
        headers = [one for one in headers if one[0].lower() != "cookie"]
        headers.append(("Cookie", "; ".join([*own, *(fill(cookie, values) for cookie in manner.cookies)])))
    protocol = manner.protocol
    if manner.origin is not None:
        headers.append(("Origin", manner.origin))
    elif protocol is not None and protocol.sends_origin and "origin" not in names:
        headers.append(("Origin", _own_origin(url)))
    return Request(url=url, headers=tuple(headers))


@lru_cache(_SAME)
def _asked_for(address: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what is asked for at an address, and the header that takes the place of its user name and password."""
    url, credentials = without_credentials(on_wire(address))
    return url, tuple(credentials)


def _own_origin(url: str) -> str:
    """Return the Origin of a page of the target's own."""
    parts = urlsplit(url)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"


def without_credentials(url: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the address without user name and password, and the header that takes their place."""
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, []
    basic = b64encode(unquote(credentials).encode()).decode("ascii")
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    return bare, [("Authorization", f"Basic {basic}")]
