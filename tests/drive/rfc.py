"""What a server may answer and send, and what becomes of it: the table of both drivers, shown in docs/drivers.md."""

from typing import NamedTuple

MARKED = b"marked"
UNMARKED = b"what?"
LIMIT = 16 * 1024 * 1024


class Answer(NamedTuple):
    """An answer to the upgrade request; `{accept}` is the right Sec-WebSocket-Accept.

    Attributes:
        outcome: What a report counts it under, or "opens".
        detail: What the server said besides.
        needs_deflate: Whether it answers an offer of permessage-deflate, which picows can't make.
    """

    title: str
    head: str
    outcome: str
    detail: str = ""
    subprotocols: tuple[str, ...] = ()
    needs_deflate: bool = False
    is_unfinished: bool = False


class Sent(NamedTuple):
    """Frames that the server sends once the connection is open.

    Attributes:
        messages: What is taken for messages, in order.
        code: With what we close; `None`: the connection goes on.
        ended: How the target closed it, with a frame that may be sent.
        why: What is told of a frame that may not be.
    """

    title: str
    wire: bytes
    messages: tuple[bytes, ...] = ()
    code: int | None = None
    ended: str | None = None
    why: str = ""


def switching(
    *lines: str, upgrade: str = "websocket", connection: str = "Upgrade", accept: str = "{accept}"
) -> str:
    """Return a 101 with those headers; an empty value leaves one out."""
    own = {"Upgrade": upgrade, "Connection": connection, "Sec-WebSocket-Accept": accept}
    return "\r\n".join(
        ["HTTP/1.1 101 Switching Protocols", *(f"{k}: {v}" for k, v in own.items() if v), *lines, "", ""]
    )


def status(line: str, *headers: str, body: str = "") -> str:
    """Return a refusal."""
    return "\r\n".join([line, *headers, "", body])


OFFERED = ("v1.chat", "v2.chat")
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"
ANSWERS = (
    Answer("a 101 as it should be", switching(), "opens"),
    Answer("`Connection: Upgrade, Keep-Alive`", switching(connection="Upgrade, Keep-Alive"), "opens"),
    Answer("`Connection: keep-alive, UPGRADE`", switching(connection="keep-alive, UPGRADE"), "opens"),
    Answer("`Connection` on two lines", switching("Connection: upgrade", connection="close"), "opens"),
    Answer("`Upgrade: WebSocket`", switching(upgrade="WebSocket"), "opens"),
    Answer(
        "names in lower case", switching().replace("Sec-WebSocket-Accept", "sec-websocket-accept"), "opens"
    ),
    Answer("a 101 without a phrase", switching().replace(" Switching Protocols", ""), "opens"),
    Answer("a 101 of HTTP/1.0", switching().replace("HTTP/1.1", "HTTP/1.0"), "opens"),
    Answer("lines that end without CR", switching().replace("\r", ""), "opens"),
    Answer("`Content-Length: 0` in a 101", switching("Content-Length: 0"), "opens"),
    Answer(
        "103 Early Hints, then the 101",
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + switching(),
        "opens",
    ),
    Answer("300 headers", switching(*(f"X-{n}: y" for n in range(300))), "opens"),
    Answer("a line of 60 KiB", switching("Set-Cookie: a=" + "x" * 60 * 1024), "opens"),
    Answer(
        "a head over 64 KiB", switching("X: " + "x" * 65 * 1024), "bad upgrade: response head over 64 KiB"
    ),
    Answer("no `Connection`", switching(connection=""), "bad upgrade: no Connection header"),
    Answer("`Connection: close`", switching(connection="close"), "bad upgrade: Connection: close"),
    Answer("no `Upgrade`", switching(upgrade=""), "bad upgrade: no Upgrade header"),
    Answer("`Upgrade: h2c`", switching(upgrade="h2c"), "bad upgrade: Upgrade: h2c"),
    Answer("no `Sec-WebSocket-Accept`", switching(accept=""), "bad upgrade: no Sec-WebSocket-Accept header"),
    Answer(
        "another `Sec-WebSocket-Accept`",
        switching(accept="eA=="),
        "bad upgrade: wrong Sec-WebSocket-Accept",
        "eA==",
    ),
    Answer("a line that is no header", switching("nonsense"), "bad upgrade: no header: nonsense"),
    Answer(
        "the second subprotocol offered",
        switching("Sec-WebSocket-Protocol: v2.chat"),
        "opens",
        subprotocols=OFFERED,
    ),
    Answer("no subprotocol, though offered", switching(), "opens", subprotocols=OFFERED),
    Answer(
        *("a subprotocol that was not offered", switching("Sec-WebSocket-Protocol: mqtt")),
        *("bad upgrade: Sec-WebSocket-Protocol: mqtt (not offered)", "", OFFERED),
    ),
    Answer(
        *("a subprotocol, none offered", switching("Sec-WebSocket-Protocol: xmpp")),
        "bad upgrade: Sec-WebSocket-Protocol: xmpp (not offered)",
    ),
    Answer(
        *("two subprotocols", switching("Sec-WebSocket-Protocol: v1.chat, v2.chat")),
        *("bad upgrade: Sec-WebSocket-Protocol: v1.chat, v2.chat (not offered)", "", OFFERED),
    ),
    Answer(
        *("an extension that was not offered", switching(DEFLATE)),
        "bad upgrade: Sec-WebSocket-Extensions: permessage-deflate (not offered)",
    ),
    Answer("permessage-deflate, offered", switching(DEFLATE), "opens", needs_deflate=True),
    Answer(
        *(
            "permessage-deflate with both takeovers off",
            switching(f"{DEFLATE}; server_no_context_takeover; client_no_context_takeover"),
        ),
        "opens",
        needs_deflate=True,
    ),
    Answer(
        *("permessage-deflate with an unknown parameter", switching(f"{DEFLATE}; level=9")),
        "bad upgrade: Sec-WebSocket-Extensions: permessage-deflate; level=9 (not as offered)",
        needs_deflate=True,
    ),
    Answer(
        *(
            "another extension than the one offered",
            switching("Sec-WebSocket-Extensions: x-webkit-deflate-frame"),
        ),
        "bad upgrade: Sec-WebSocket-Extensions: x-webkit-deflate-frame (not offered)",
        needs_deflate=True,
    ),
    Answer(
        "`HTTP/1.1 403 Forbidden`",
        status("HTTP/1.1 403 Forbidden", "Content-Length: 4", body="no!\n"),
        "http 403",
        "no!",
    ),
    Answer(
        "`HTTP/1.1 520 Origin Error`", status("HTTP/1.1 520 Origin Error", "Content-Length: 0"), "http 520"
    ),
    Answer("`HTTP/1.1 460` without a phrase", status("HTTP/1.1 460", "Content-Length: 0"), "http 460"),
    Answer("`HTTP/1.1 999`", status("HTTP/1.1 999 Request Denied"), "http 999"),
    Answer(
        "`HTTP/1.0 503`, then the end",
        status("HTTP/1.0 503 Service Unavailable", body="busy"),
        "http 503",
        "busy",
    ),
    Answer("`HTTP/1.1 200 OK`", status("HTTP/1.1 200 OK", "Content-Length: 2", body="hi"), "http 200", "hi"),
    Answer(
        *(
            "a body in chunks",
            status(
                "HTTP/1.1 401 No", "Transfer-Encoding: chunked", body="4\r\nlog \r\n2;x=y\r\nin\r\n0\r\n\r\n"
            ),
        ),
        *("http 401", "log in"),
    ),
    Answer(
        *("a redirect", status("HTTP/1.1 301 Moved", "Location: http://127.0.0.1/ws/", "Content-Length: 0")),
        *("http 301", "http://127.0.0.1/ws/"),
    ),
    Answer("another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "no http answer", "SSH-2.0-OpenSSH_9.2\r\n"),
    Answer("HTTP/2", "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", "no http answer: HTTP/2"),
    Answer("a status that is no number", "HTTP/1.1 OK\r\n\r\n", "no http answer", "HTTP/1.1 OK\r\n\r\n"),
    Answer(
        "a head that ends early", "HTTP/1.1 101 Swi", "no http answer", "HTTP/1.1 101 Swi", is_unfinished=True
    ),
    Answer("nothing: it hangs up", "", "reset", is_unfinished=True),
)


def frame(first: int, payload: bytes = b"", *, length: bytes | None = None) -> bytes:
    """Return a frame that begins with that byte; `length` stands for that of the payload."""
    n = len(payload)
    least = (
        bytes([n])
        if n < 126
        else b"\x7e" + n.to_bytes(2, "big")
        if n < 65536
        else b"\x7f" + n.to_bytes(8, "big")
    )
    return bytes([first]) + (least if length is None else length) + payload


def closing(code: int, reason: bytes = b"") -> bytes:
    """Return a close frame."""
    return frame(0x88, code.to_bytes(2, "big") + reason)


RESERVED, LENGTH = "a frame with reserved bits", "a length that is not written in the fewest bytes"
NO_UTF8, BIG = "a close frame with a reason that is no UTF-8", "a message over 16 MiB"
MASKED = bytes([0x81, 0x80 | len(MARKED)]) + b"\0\0\0\0" + MARKED
SENT = (
    Sent("a message of each kind", frame(0x81, MARKED) + frame(0x82, UNMARKED), (MARKED, UNMARKED)),
    Sent(
        "messages of 126, 65,535 and 65,536 bytes",
        b"".join(frame(0x82, b"x" * n) for n in (126, 65535, 65536)),
        (b"x" * 126, b"x" * 65535, b"x" * 65536),
    ),
    Sent("an empty message", frame(0x81), (b"",)),
    Sent(
        "a message in three frames, an empty one among them",
        frame(1, MARKED[:2]) + frame(0) + frame(0x80, MARKED[2:]),
        (MARKED,),
    ),
    Sent(
        "a message whose last frame alone is marked", frame(1, b"x") + frame(0x80, MARKED), (b"x" + MARKED,)
    ),
    Sent(
        "5,000 frames of one byte", frame(2, b"x") + frame(0, b"x") * 4998 + frame(0x80, b"x"), (b"x" * 5000,)
    ),
    Sent(
        "a ping and a pong within a message",
        frame(1, b"a") + frame(0x89, MARKED) + frame(0x8A, MARKED) + frame(0x80, b"b"),
        (b"ab",),
    ),
    Sent("a pong that nobody asked for, marked", frame(0x8A, MARKED) + frame(0x8A)),
    Sent("a ping, marked", frame(0x89, MARKED)),
    Sent("text that is no UTF-8", frame(0x81, b"\xff\xfe"), (b"\xff\xfe",)),
    Sent("a message of 16 MiB", frame(0x82, b"x" * LIMIT), (b"x" * LIMIT,)),
    Sent(
        "a message over 16 MiB",
        frame(0x82, length=b"\x7f" + (LIMIT + 1).to_bytes(8, "big")),
        code=1009,
        why=BIG,
    ),
    Sent(
        "fragments that together go over 16 MiB",
        frame(2, b"x" * LIMIT) + frame(0x80, b"x"),
        code=1009,
        why=BIG,
    ),
    Sent("a masked frame", MASKED, code=1002, why="a masked frame"),
    Sent(
        "a message, then a masked frame",
        frame(0x81, MARKED) + MASKED,
        (MARKED,),
        code=1002,
        why="a masked frame",
    ),
    Sent("reserved bit 1, no extension", frame(0xC1, MARKED), code=1002, why=RESERVED),
    Sent("reserved bit 2", frame(0xA1, MARKED), code=1002, why=RESERVED),
    Sent("reserved bit 3", frame(0x91, MARKED), code=1002, why=RESERVED),
    Sent("reserved bit 1 on a pong", frame(0xCA), code=1002, why=RESERVED),
    Sent("a reserved opcode (3)", frame(0x83, MARKED), code=1002, why="a frame with the reserved opcode 3"),
    Sent("a reserved opcode (11)", frame(0x8B, MARKED), code=1002, why="a frame with the reserved opcode 11"),
    Sent("a ping of 126 bytes", frame(0x89, b"x" * 126), code=1002, why="a control frame over 125 bytes"),
    Sent("a ping in fragments", frame(0x09, MARKED), code=1002, why="a control frame in fragments"),
    Sent("a length of 6 in 2 bytes", frame(0x81, MARKED, length=b"\x7e\0\x06"), code=1002, why=LENGTH),
    Sent(
        "a length of 6 in 8 bytes",
        frame(0x81, MARKED, length=b"\x7f" + bytes(7) + b"\x06"),
        code=1002,
        why=LENGTH,
    ),
    Sent(
        "a length with the highest bit set", frame(0x81, length=b"\x7f\x80" + bytes(7)), code=1002, why=LENGTH
    ),
    Sent(
        "an HTTP response, as of a proxy that gave up",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        code=1002,
        why="an HTTP response in place of a frame",
    ),
    Sent(
        "a continuation of nothing, marked", frame(0x80, MARKED), code=1002, why="a continuation of nothing"
    ),
    Sent(
        "a message within a fragmented one",
        frame(1, b"a") + frame(0x81, MARKED),
        code=1002,
        why="a message within a fragmented one",
    ),
    Sent("a close frame of one byte", frame(0x88, b"\x03"), code=1002, why="a close frame of one byte"),
    *(
        Sent(
            f"a close frame with {code}",
            closing(code),
            code=1002,
            why=f"a close frame with {code}, which may not be sent",
        )
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000)
    ),
    Sent("a close reason that is no UTF-8", closing(1000, b"\xff"), code=1007, why=NO_UTF8),
    *(
        Sent(f"a close frame with {code}", closing(code, b"bye"), code=code, ended=f"{code} bye")
        for code in (1000, 1001, 1011, 1014, 3000, 4999)
    ),
    Sent(
        "a close frame with 1006 and a reason that is no UTF-8",
        closing(1006, b"\xff"),
        code=1007,
        why=NO_UTF8,
    ),
    Sent("an empty close frame", frame(0x88), code=1005, ended="1005 "),
    Sent(
        "a close frame within a fragmented message", frame(1, b"a") + closing(1000), code=1000, ended="1000 "
    ),
    Sent("a close frame, then a message", closing(1001) + frame(0x81, MARKED), code=1001, ended="1001 "),
    Sent("a marked close reason", closing(1000, MARKED), code=1000, ended="1000 marked"),
)
