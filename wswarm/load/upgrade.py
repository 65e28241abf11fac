"""The opening handshake as text: what is asked, and whether the answer opens a WebSocket (RFC 6455 section 4.1).

Both drivers ask and judge with it, so that both call a failure the same.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import NamedTuple

HEAD_LIMIT = 64 * 1024
REDIRECTS = frozenset((301, 302, 303, 307, 308))

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"HTTP/\d+(?:\.\d+)? +([1-9]\d\d)(?: .*)?", re.IGNORECASE)
_HTTP_2 = re.compile(rb"\0..[\x04\x07].\0{4}", re.DOTALL)  # RFC 9113 section 4.1: a frame SETTINGS, or GOAWAY
_SHOWN = 60


def is_redirect(reason: str) -> bool:
    """Return whether a failure of that reason was a redirect that nobody followed."""
    return reason in {f"http {status}" for status in REDIRECTS}


class Refusal(NamedTuple):
    """Why an answer opens no WebSocket: the `reason` to count it under, and more that one server said."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an HTTP response.

    Attributes:
        headers: Names in lower case, each with its value, in order.
        broken: The first line that is no header, "" if all are.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    broken: str = ""

    def values(self, name: str) -> list[str]:
        """Return the values of the header's lines, without empty ones."""
        return [value for one, value in self.headers if one == name.lower() and value]

    def tokens(self, name: str) -> list[str]:
        """Return the parts of the header's comma list, over all its lines."""
        parts = [part.strip() for value in self.values(name) for part in value.split(",")]
        return [part for part in parts if part]

    @property
    def location(self) -> str | None:
        """Where a redirect leads, `None` if this is none."""
        return next(iter(self.values("location")), None) if self.status in REDIRECTS else None


def request_text(target: str, host: str, key: str, headers: Sequence[tuple[str, str]]) -> bytes:
    """Return the upgrade request; a Host among the headers takes the place of `host`."""
    own = next((value for name, value in headers if name.lower() == "host"), host)
    lines = [
        *(f"GET {target} HTTP/1.1", f"Host: {own}", "Upgrade: websocket", "Connection: Upgrade"),
        *("Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"),
        *(f"{name}: {value}" for name, value in headers if name.lower() != "host"),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def head_size(data: bytes | bytearray) -> int:
    """Return how many bytes the head takes, the empty line included; 0: it is not complete."""
    end = _HEAD_END.search(data)
    return end.end() if end else 0


def read_head(head: bytes | bytearray) -> Answer | None:
    """Return the answer; `None`: it does not begin with a status line of HTTP.

    Any version, number from 100 to 999 and phrase will do, lines that end without CR, and folded headers.
    """
    first, *lines = re.split(r"\r?\n", bytes(head).decode("latin-1").rstrip("\r\n"))
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        return None
    headers: list[tuple[str, str]] = []
    broken = ""
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and headers:
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}".strip())
        elif not colon or not name or name != name.strip():
            broken = broken or line
        else:
            headers.append((name.lower(), value.strip()))
    return Answer(int(status[1]), tuple(headers), broken)


def accept_for(key: str) -> str:
    """Return the Sec-WebSocket-Accept that answers the key."""
    return b64encode(sha1((key + _GUID).encode()).digest()).decode()


def refusal_of(
    answer: Answer, key: str, subprotocols: Sequence[str], *, offers_deflate: bool
) -> Refusal | None:
    """Return why the answer opens no WebSocket, `None` if it does; parameters of an extension are the driver's."""
    if answer.status != 101:
        return Refusal(f"http {answer.status}", answer.location or "")
    if answer.broken:
        return _bad(f"no header: {_shown(answer.broken)}")
    if [value.lower() for value in answer.values("Upgrade")] != ["websocket"]:
        return _wrong(answer, "Upgrade")
    if "upgrade" not in [token.lower() for token in answer.tokens("Connection")]:
        return _wrong(answer, "Connection")
    accepts = answer.values("Sec-WebSocket-Accept")
    if accepts != [accept_for(key)]:
        # Its value is another on each connection: it would be a reason of its own each time.
        return (
            _bad("wrong Sec-WebSocket-Accept", ", ".join(accepts))
            if accepts
            else _wrong(answer, "Sec-WebSocket-Accept")
        )
    return _not_offered(answer, subprotocols, offers_deflate=offers_deflate)


def agreed_subprotocol(answer: Answer) -> str | None:
    """Return the subprotocol that the server chose, `None` for none."""
    return next(iter(answer.values("Sec-WebSocket-Protocol")), None)


def too_large() -> Refusal:
    """Return the refusal of a head that goes beyond the limit."""
    return _bad(f"response head over {HEAD_LIMIT // 1024} KiB")


def no_http(data: bytes | bytearray) -> Refusal:
    """Return the refusal of what is no HTTP response, or not all of its head."""
    if _HTTP_2.match(data):
        return Refusal("no http answer: HTTP/2")
    return Refusal("no http answer", bytes(data[:200]).decode(errors="replace"))


def wrong_extension(value: str) -> Refusal:
    """Return the refusal of an extension whose parameters were not offered."""
    return _bad(f"Sec-WebSocket-Extensions: {_shown(value)} (not as offered)")


def _not_offered(answer: Answer, subprotocols: Sequence[str], *, offers_deflate: bool) -> Refusal | None:
    extensions = answer.tokens("Sec-WebSocket-Extensions")
    names = [one.partition(";")[0].strip().lower() for one in extensions]
    if names and not (offers_deflate and names == ["permessage-deflate"]):
        return _bad(f"Sec-WebSocket-Extensions: {_shown(', '.join(extensions))} (not offered)")
    chosen = answer.values("Sec-WebSocket-Protocol")
    if len(chosen) > 1 or any(one not in subprotocols for one in chosen):
        return _bad(f"Sec-WebSocket-Protocol: {_shown(', '.join(chosen))} (not offered)")
    return None


def _wrong(answer: Answer, name: str) -> Refusal:
    values = answer.values(name)
    return _bad(f"{name}: {_shown(', '.join(values))}" if values else f"no {name} header")


def _bad(what: str, detail: str = "") -> Refusal:
    return Refusal(f"bad upgrade: {what}", detail)


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
