"""Requests that are nearly right: every route, and what may stand in heads, query strings, cookies and bodies."""

from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.target_app.conformance.handshake_cases import UPGRADE

TOKEN = "the-token-of-alice"
SOCKETS = (
    *(
        "/ws",
        "/ws/1",
        "/ws/bytes",
        "/ws/json",
        "/class/ws",
        "/secure/ws",
        "/items/foo/ws",
        "/parameters/foo/ws",
    ),
    *(
        "/ws/-1",
        "/ws/x",
        "/ws/99999999999999999999",
        "/items//ws",
        "/items/a%2Fb/ws",
        "/parameters/%00/ws",
        "/none",
    ),
)
PAGES = (
    "/",
    "/items",
    "/chat",
    "/page.js",
    "/page.css",
    "/healthz",
    "/stats",
    "/metrics",
    "/openapi.json",
    "/docs",
    "*",
)
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH", "get", "")
NAMES = ("token", "q", "times", "session", "client_id", "")
VALUES = (
    "",
    TOKEN,
    "1",
    "-1",
    "3",
    "11",
    "true",
    "null",
    "NaN",
    "1e999",
    "%",
    "%zz",
    "%ff",
    "%00",
    "+",
    "a=b",
    "[]",
)
SWITCHING = {name: value for name, value in UPGRADE.items() if name != "Host"}
OTHER = (
    *(
        "Host",
        "Origin",
        "Cookie",
        "Authorization",
        "Content-Type",
        "Content-Length",
        "Transfer-Encoding",
        "Expect",
    ),
    *(
        "Sec-WebSocket-Protocol",
        "Sec-WebSocket-Extensions",
        "X-Request-ID",
        "X-Forwarded-For",
        "Connection",
        "X",
    ),
)
KNOWN = (
    *(
        "null",
        "http://127.0.0.1",
        "https://example.org",
        "http://[::1",
        "://",
        "Bearer",
        f"Bearer {TOKEN}",
        "Basic eDp5",
    ),
    *(
        f"session={TOKEN}",
        "session",
        "session=;;=",
        'session="a',
        "a=b; a=c",
        "0",
        "5",
        "-1",
        "1e3",
        "5000",
        "chunked",
        "identity",
    ),
    *(
        "100-continue",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ),
    *(
        "permessage-deflate",
        "permessage-deflate; server_max_window_bits=99",
        "permessage-deflate; client_max_window_bits",
    ),
    *("keep-alive", "close", "a, b", ",,", "text/plain; charset=nonsense"),
)


class Request(NamedTuple):
    """Bytes of a request.

    Attributes:
        cuts: where they are cut, as parts of the whole.
    """

    wire: bytes
    cuts: tuple[float, ...] = ()

    def pieces(self) -> list[bytes]:
        """The bytes, cut."""
        places = [0, *sorted(int(cut * len(self.wire)) for cut in self.cuts), len(self.wire)]
        return [self.wire[start:end] for start, end in pairwise(places)]


_any_text = st.one_of(
    st.sampled_from(VALUES), st.binary(max_size=12).map(quote_from_bytes), st.text(max_size=12)
)
_pairs = st.tuples(st.one_of(st.sampled_from(NAMES), _any_text), _any_text)
_queries = st.lists(_pairs, max_size=4).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
_values = st.one_of(
    st.sampled_from(KNOWN), st.text(max_size=20), st.integers(1, 9000).map(lambda size: "x" * size)
)
_headers = st.lists(st.tuples(st.one_of(st.sampled_from(OTHER), st.text(max_size=8)), _values), max_size=4)
_bodies = st.one_of(
    st.just(b""),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    ).map(lambda value: repr(value).replace("'", '"').encode("utf-8", "surrogatepass")),
    _queries.map(lambda query: query.encode("utf-8", "surrogatepass")),
    st.just(b"5\r\nhello\r\n0\r\n\r\n"),
    st.binary(max_size=40),
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request of any kind; about half ask for an upgrade; some come twice, and one in three has bytes changed."""
    is_upgrade = draw(st.booleans())
    path = draw(st.sampled_from(SOCKETS if is_upgrade else (*SOCKETS, *PAGES)))
    method = "GET" if is_upgrade and draw(st.booleans()) else draw(st.sampled_from(METHODS))
    query = draw(_queries)
    version = draw(
        st.sampled_from(("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/9.9", ""))
    )
    body = b"" if is_upgrade else draw(_bodies)
    headers = [
        ("Host", "127.0.0.1"),
        *(SWITCHING.items() if is_upgrade else [("Content-Length", str(len(body)))]),
    ]
    for name, value in draw(_headers):
        headers = [header for header in headers if header[0] != name or draw(st.booleans())]
        headers.append((name, value))
    lines = [
        f"{method} {path}{'?' if query else ''}{query} {version}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    wire = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + body
    if draw(st.integers(0, 5)) == 0:
        wire += wire
    if draw(st.integers(0, 2)) == 0:
        wire = draw(changed(wire))
    return Request(wire, tuple(draw(st.lists(st.floats(0, 1), max_size=2))))


@st.composite
def changed(draw: st.DrawFn, wire: bytes) -> bytes:
    """The bytes, up to three places of them overwritten, left out or doubled."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(wire) - 1, 0)))
        end = at + draw(st.integers(0, 8))
        wire = (
            wire[:at]
            + draw(st.one_of(st.just(b""), st.binary(max_size=4), st.just(wire[at:end] * 2)))
            + wire[end:]
        )
    return wire


@st.composite
def forms(draw: st.DrawFn) -> Request:
    """A form that is posted to a page, not always whole."""
    body = draw(st.one_of(_queries, st.just("token=" + "x" * 20_000), st.just("&".join("a" * 2000)))).encode(
        "utf-8", "surrogatepass"
    )
    origin = draw(
        st.sampled_from(
            ("", "Origin: null\r\n", "Origin: https://example.org\r\n", "Origin: http://127.0.0.1\r\n")
        )
    )
    kind = draw(
        st.sampled_from(("application/x-www-form-urlencoded", "application/json", "multipart/form-data", ""))
    )
    length = len(body) + draw(st.sampled_from((0, 0, 0, 1, 5000)))
    head = (
        f"POST {draw(st.sampled_from(PAGES))} HTTP/1.1\r\nHost: 127.0.0.1\r\n{origin}Content-Type: {kind}\r\n"
    )
    wire = f"{head}Content-Length: {length}\r\n\r\n".encode() + body
    return Request(wire, tuple(draw(st.lists(st.floats(0, 1), max_size=2))))
