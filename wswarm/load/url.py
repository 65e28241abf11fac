"""A target's address: checked, and as it goes over the wire, where all is ASCII and nobody knows about files."""

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, quote, unquote, urlsplit

from wswarm.errors import PlanError

UNIX = "ws+unix"
_MEANT = {"http": "ws", "https": "wss"}
_BARE = re.compile(r"(?:[^/?#@\s]*@)?(?:\[[^\]\s]+\]|[^/:?#\s]+)(?::(?:[0-9]+|\$?\{\w+\}))?(?:[/?].*)?")
_SOCKET_HOST = "localhost"  # what a server behind a socket file is called: as Node's ws has it
_SAFE = "".join(map(chr, range(0x21, 0x7F)))  # what is ASCII already stands as it was written
_LABEL_SIZE = 63  # RFC 1035 section 2.3.4
_SOCKET_FORM = "write ws+unix:/path/of/the.sock:/path"


def as_websocket(address: str) -> str:
    """Return the WebSocket address that is meant: `https://` is `wss://`, and `host:port/path` is `ws://`."""
    scheme, colon, rest = address.partition("://")
    if colon:
        return f"{_MEANT[scheme.lower()]}://{rest}" if scheme.lower() in _MEANT else address
    return f"ws://{address}" if _BARE.fullmatch(address) else address


def check_url(url: str) -> None:
    """Check that `url` is a complete WebSocket address.

    Raises:
        PlanError: unknown scheme, no host, impossible host or port, no socket file, or a fragment.
    """
    parts = _split(url)
    if parts.scheme == "wss+unix":
        raise PlanError(f"{url!r}: TLS over a socket file is not supported: {_SOCKET_FORM}")
    if parts.scheme not in ("ws", "wss", UNIX):
        mend = {"http": "ws://", "https": "wss://"}.get(parts.scheme, "ws:// or wss://")
        raise PlanError(f"unknown scheme in {url!r}: a WebSocket address begins with {mend}")
    _check_characters(url)
    if parts.scheme == UNIX:
        _check_socket(url, parts)
        return
    _check_whereabouts(url, parts, "ws")


def check_http_url(url: str) -> None:
    """Check that `url` is a complete address of HTTP.

    Raises:
        PlanError: unknown scheme, no host, impossible host or port, or a fragment.
    """
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        mend = {"ws": "http://", "wss": "https://"}.get(parts.scheme, "http:// or https://")
        raise PlanError(f"unknown scheme in {url!r}: an address to publish at begins with {mend}")
    _check_characters(url)
    _check_whereabouts(url, parts, "http")


def check_whereabouts(url: str) -> None:
    """Check that an address says where to connect to.

    Raises:
        ValueError: it does not.
    """
    parts = urlsplit(url)
    if parts.scheme != UNIX and (not parts.hostname or parts.port == 0):
        raise ValueError(url)


def host_of(url: str) -> str:
    """Return the host as the system looks it up: a name in ASCII, an IP address with its zone."""
    host = urlsplit(url).hostname or ""
    return unquote(host) if ":" in host else _ascii_host(host)


def socket_of(url: str) -> str | None:
    """Return the path of the socket file, `None` where the URL has a host."""
    parts = urlsplit(url)
    return unquote(parts.path.partition(":")[0]) if parts.scheme == UNIX else None


def on_wire(url: str) -> str:
    """Return the address that the request names: names in IDNA, UTF-8 percent-encoded, no zone, no socket file."""
    parts = urlsplit(url)
    path = parts.path
    if parts.scheme == UNIX:
        parts = parts._replace(scheme="ws", netloc=_SOCKET_HOST)
        path = path.partition(":")[2] or "/"
    elif not url.isascii() or "%" in (parts.hostname or ""):
        parts = parts._replace(netloc=_ascii_netloc(parts))
    return parts._replace(path=quote(path, safe=_SAFE), query=quote(parts.query, safe=_SAFE)).geturl()


def below(base: str, path: str, query: str) -> str:
    """Return the address of what is at `path` below `base`, with the queries of both."""
    parts = urlsplit(base)
    if parts.scheme == UNIX and ":" not in parts.path:
        parts = parts._replace(path=f"{parts.path}:")
    queries = "&".join(filter(None, (parts.query, query)))
    return parts._replace(path=parts.path.rstrip("/") + path, query=queries, fragment="").geturl()


def completed(url: str, path: str, parameters: Sequence[str]) -> str:
    """Return the address with this path if it has none, and with those query parameters that it has not."""
    parts = urlsplit(url)
    socket, _, own = parts.path.partition(":") if parts.scheme == UNIX else ("", "", parts.path)
    if own in ("", "/") and path:
        parts = parts._replace(path=f"{socket}:{path}" if parts.scheme == UNIX else path)
    known = {one.partition("=")[0] for one in parts.query.split("&")}
    missing = [one for one in parameters if one.partition("=")[0] not in known]
    return parts._replace(query="&".join(filter(None, (parts.query, *missing)))).geturl()


def origin_of(url: str) -> str:
    """Return the address without path and query: scheme and host, or the socket file."""
    parts = urlsplit(url)
    path = parts.path.partition(":")[0] if parts.scheme == UNIX else ""
    return parts._replace(path=path, query="", fragment="").geturl()


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise PlanError(
            f"{url!r} is not an address: {error}; write scheme://host:port/path, IPv6 in brackets: [::1]:8000"
        ) from None
    return parts


def _check_characters(url: str) -> None:
    if "#" in url or " " in url or not url.isprintable():
        raise PlanError(f"{url!r} has a fragment, a space or a control character: percent-encode it")


def _check_whereabouts(url: str, parts: SplitResult, scheme: str) -> None:
    if not parts.hostname:
        raise PlanError(f"no host in {url!r}: write {scheme}://host:port/path")
    if parts.port == 0:
        raise PlanError(f"port 0 in {url!r}: give the port that the service listens on")
    _check_host(url, parts)


def _check_socket(url: str, parts: SplitResult) -> None:
    """Check a URL of a socket file: `ws+unix:///a.sock:/path`, which Node's `ws` writes, or with a single slash."""
    socket, colon, path = parts.path.partition(":")
    if parts.netloc or not socket.startswith("/"):
        raise PlanError(f"{url!r} does not say where the socket file is, from / on: {_SOCKET_FORM}")
    if colon and path and not path.startswith("/"):
        raise PlanError(f"{url!r} has a path that does not begin with /: {_SOCKET_FORM}")


def _check_host(url: str, parts: SplitResult) -> None:
    try:
        _ascii_host(parts.hostname or "")
    except UnicodeError as error:
        raise PlanError(
            f"{url!r} has a host name that can't be: {error}; write it as it is registered"
        ) from None


def _ascii_host(host: str) -> str:
    """Return a name as IDNA 2008 writes it in ASCII, with the mapping that browsers do (UTS 46).

    Raises:
        UnicodeError: it can't be one.
    """
    if host.isascii():
        if not all(0 < len(label) <= _LABEL_SIZE for label in host.removesuffix(".").split(".")):
            raise UnicodeError(f"a part between its dots is empty, or longer than {_LABEL_SIZE} characters")
        return host
    import idna  # its tables take 20 ms to load, and names outside ASCII are rare

    return idna.encode(host, uts46=True).decode("ascii")


def _ascii_netloc(parts: SplitResult) -> str:
    credentials, at, _ = parts.netloc.rpartition("@")
    host = parts.hostname or ""
    port = "" if parts.port is None else f":{parts.port}"
    shown = f"[{host.partition('%')[0]}]" if ":" in host else _ascii_host(host)
    return f"{quote(credentials, safe=_SAFE)}{at}{shown}{port}"
