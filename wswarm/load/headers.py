"""Headers that are given: well formed, not the handshake's own, and no two where one may stand."""

from collections.abc import Iterable, Sequence

from wswarm.errors import PlanError
from wswarm.results import redact

HEADER_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")

# RFC 9110 section 5.3: only what is a list may stand twice; cookies are joined into one header.
_ONCE = {
    *("host", "origin", "authorization", "proxy-authorization", "user-agent", "referer", "from"),
    *("content-type", "content-length", "date", "expect", "max-forwards", "range", "if-modified-since"),
}


def check_handshake_headers(headers: Sequence[str], option: str) -> None:
    """Check headers of a WebSocket handshake, which an option has given.

    Raises:
        PlanError: one is none, is the handshake's own, or may stand once.
    """
    check_once(headers, option)
    for header in headers:
        name = check_header(header, option)
        if name in ("content-length", "transfer-encoding"):
            raise PlanError(
                f"{option} {redact.header(header)!r} announces a body, which a handshake has not: leave it out"
            )
        if name.startswith("sec-websocket-") or name in ("upgrade", "connection"):
            raise PlanError(
                f"{option} {redact.header(header)!r} belongs to the handshake: use --subprotocol, --deflate or"
                " --origin"
            )


def check_header(header: str, option: str) -> str:
    """Check a header, which an option has given, and return its name in lower case.

    Raises:
        PlanError: it is none.
    """
    name, colon, value = header.partition(":")
    if not colon or not is_token(name) or not value.strip().isprintable():
        raise PlanError(f"{option} {redact.header(header)!r} is not a header: write 'Name: value'")
    return name.lower()


def check_once(headers: Iterable[str], option: str) -> None:
    """Check that no header has two values which may have one.

    Raises:
        PlanError: one has.
    """
    first: dict[str, str] = {}
    for header in headers:
        name, _, value = header.partition(":")
        if name.lower() in _ONCE and first.setdefault(name.lower(), value.strip()) != value.strip():
            raise PlanError(
                f"{option} {redact.header(header)!r} gives {name} a second value, and it may have one: leave one out"
            )


def is_token(text: str) -> bool:
    """Return whether the text may be a header's name, or a subprotocol's."""
    return text.isascii() and text != "" and set(text.lower()) <= HEADER_TOKEN
