"""What one connection asks for and says: the plan with the connection's number filled in."""

from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from wswarm.load.manner import Manner
from wswarm.load.message import Payload, payload_for
from wswarm.load.rooms import ROOM, room_of
from wswarm.load.template import Opening
from wswarm.load.url import on_wire


@dataclass(frozen=True, slots=True)
class Request:
    """One connection's handshake and messages.

    Attributes:
        url: Complete address, without user name and password, which went into the headers.
        headers: Name and value of each further header.
        on_open: Messages to send as soon as the connection is open.
        payload: The message that carries the marks.
    """

    url: str
    headers: tuple[tuple[str, str], ...]
    on_open: tuple[Opening, ...]
    payload: Payload

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


def request_for(manner: Manner, connection_id: int, prefix: bytes) -> Request:
    """Return the request of the connection with that number; it replaces every `{id}` and `{room}` of the manner."""
    room = str(room_of(connection_id, manner.rooms))

    def filled(text: str) -> str:
        return text.replace("{id}", str(connection_id)).replace(ROOM, room)

    def filled_bytes(payload: bytes) -> bytes:
        return payload.replace(b"{id}", b"%d" % connection_id).replace(ROOM.encode(), room.encode())

    url, headers = without_credentials(on_wire(filled(manner.address)))
    for header in manner.headers:
        name, _, value = header.partition(":")
        headers.append((name, filled(value.strip())))
    if manner.cookies:
        headers.append(("Cookie", "; ".join(filled(cookie) for cookie in manner.cookies)))
    if manner.origin is not None:
        headers.append(("Origin", manner.origin))
    return Request(
        url=url,
        headers=tuple(headers),
        on_open=tuple(opening._replace(payload=filled_bytes(opening.payload)) for opening in manner.openings),
        payload=payload_for(filled_bytes(manner.template), connection_id, prefix, manner.size),
    )


def without_credentials(url: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the address without user name and password, and the header that takes their place."""
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, []
    basic = b64encode(unquote(credentials).encode()).decode("ascii")
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    return bare, [("Authorization", f"Basic {basic}")]
