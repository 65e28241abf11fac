"""What an HTTP response that refuses an upgrade says: as much of its body as tells why, and headers that do."""

import zlib

from wswarm.load.upgrade import Answer

BODY_LIMIT = 4096
_TELLING = ("Retry-After", "WWW-Authenticate", "Sec-WebSocket-Version")
_ANY_WRAPPING = zlib.MAX_WBITS | 32  # gzip's or zlib's


def body_of(answer: Answer, raw: bytes | bytearray) -> tuple[bytes, bool]:
    """Return the body in what came after the head, and whether that is all of it, or enough."""
    if "chunked" in [one.lower() for one in answer.tokens("Transfer-Encoding")]:
        body, is_all = _joined(bytes(raw))
    else:
        size = next(iter(answer.values("Content-Length")), "")
        length = int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None
        body = bytes(raw[:length])
        is_all = length is not None and len(raw) >= length
    return body[:BODY_LIMIT], is_all or len(raw) >= 2 * BODY_LIMIT or answer.status in (204, 304)


def words_of(answer: Answer, body: bytes) -> str:
    """Return the body as text, in which replaced is what can't be read, and the headers that tell what is wanted."""
    headers = [f"{name}: {', '.join(answer.values(name))}" for name in _TELLING if answer.values(name)]
    return "; ".join(filter(None, [_as_text(answer, body), *headers]))


def _as_text(answer: Answer, body: bytes) -> str:
    packed = [one.lower() for one in answer.tokens("Content-Encoding")]
    if packed in (["gzip"], ["x-gzip"], ["deflate"]):
        try:
            body = zlib.decompressobj(_ANY_WRAPPING).decompress(body, BODY_LIMIT)
        except zlib.error:
            pass
        else:
            packed = []
    if any(one != "identity" for one in packed):
        return f"a body in {', '.join(packed)}" if body else ""
    _, is_named, charset = ", ".join(answer.values("Content-Type")).lower().partition("charset=")
    try:
        return body.decode(
            charset.partition(";")[0].strip(" \"'") if is_named else "utf-8", "replace"
        ).strip()
    except LookupError:
        return body.decode(errors="replace").strip()


def _joined(raw: bytes) -> tuple[bytes, bool]:
    """Return the chunks so far in one, and whether the last was there; chunks as in RFC 9112 section 7.1."""
    body = b""
    while True:
        line, end, rest = raw.partition(b"\r\n")
        try:
            size = int(line.partition(b";")[0], 16) if end else -1
        except ValueError:
            return body + raw, True
        if size <= 0:
            return body, size == 0
        body += rest[:size]
        if len(rest) < size + 2:
            return body, False
        raw = rest[size + 2 :]
