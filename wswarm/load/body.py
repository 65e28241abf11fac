"""The body of an HTTP response that refuses an upgrade: as much of it as tells why."""

from wswarm.load.upgrade import Answer

BODY_LIMIT = 4096


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


def as_text(body: bytes) -> str:
    """Return the body as text; what is no UTF-8 is replaced."""
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
