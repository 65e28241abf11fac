"""Cases 1 to 5: framing, pings and pongs, reserved bits, opcodes, fragmentation. Source: RFC 6455, 5."""

from collections.abc import Iterator

from tests.target_app.conformance.case import (
    BINARY_ECHO,
    OPEN,
    Case,
    Until,
    chops,
    closed,
    echoed,
    octets,
    said,
)
from tests.target_app.raw_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    binary,
    frame,
    ping,
    text,
)

SIZES = (0, 125, 126, 127, 128, 65535, 65536)
BYTES = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
HELLO = text("Hello")
FAILED = (closed(1002),)
HALF, REST = frame(TEXT, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")
WHOLE = (echoed(b"fragment1fragment2"), OPEN)


def framing() -> Iterator[Case]:
    """Messages of sizes about where the length takes another form."""
    for i, size in enumerate(SIZES, 1):
        yield Case(f"1.1.{i}", f"text of {size} bytes", (text("*" * size),), (echoed(b"*" * size), OPEN))
        payload = b"\xfe" * size
        back = (said(BINARY, payload), OPEN)
        yield Case(f"1.2.{i}", f"binary message of {size} bytes", (binary(payload),), back, BINARY_ECHO)
    size = SIZES[-1]
    yield Case(
        *("1.1.8", "text of 65,536 bytes in chops of 997", chops(text("*" * size), 997)),
        (echoed(b"*" * size), OPEN),
    )
    yield Case(
        *("1.2.8", "binary message of 65,536 bytes in chops of 997", chops(binary(b"\xfe" * size), 997)),
        *((said(BINARY, b"\xfe" * size), OPEN), BINARY_ECHO),
    )


def pings() -> Iterator[Case]:
    """Pings are answered with what they hold, pongs with nothing."""
    payloads = {"2.1": b"", "2.2": b"Hello, world!", "2.3": BYTES, "2.4": b"\xfe" * 125}
    for number, payload in payloads.items():
        yield Case(number, f"ping of {len(payload)} bytes", (ping(payload),), (said(PONG, payload), OPEN))
    yield Case("2.5", "ping of 126 bytes", (ping(b"\xfe" * 126),), FAILED)
    full = b"\xfe" * 125
    yield Case("2.6", "ping of 125 bytes, byte by byte", octets(ping(full)), (said(PONG, full), OPEN))
    yield Case("2.7", "pong that nobody asked for", (frame(PONG),), (OPEN,))
    stray = frame(PONG, b"unsolicited")
    yield Case("2.8", "pong that nobody asked for, with a payload", (stray,), (OPEN,))
    yield Case("2.9", "the same, then a ping", (stray + ping(b"ping"),), (said(PONG, b"ping"), OPEN))
    ten = [b"payload-%d" % i for i in range(10)]
    wire, back = b"".join(map(ping, ten)), (*(said(PONG, payload) for payload in ten), OPEN)
    yield Case("2.10", "10 pings", (wire,), back)
    yield Case("2.11", "10 pings, byte by byte", octets(wire), back)


def reserved() -> Iterator[Case]:
    """Reserved bits and no extension that gives them a meaning."""
    answered = (echoed(b"Hello"), *FAILED)
    yield Case("3.1", "text with reserved bits 1", (frame(TEXT, b"Hello", rsv=1),), FAILED)
    second = {rsv: frame(TEXT, b"Hello", rsv=rsv) for rsv in (2, 3, 4)}
    title = "text, then one with reserved bits"
    yield Case("3.2", f"{title} 2, then a ping, in one piece", (HELLO + second[2] + ping(),), answered)
    yield Case("3.3", f"{title} 3, frame by frame", (HELLO, Until.ANSWER, second[3]), answered)
    yield Case(
        "3.4", f"{title} 4, byte by byte", (*octets(HELLO), Until.ANSWER, *octets(second[4])), answered
    )
    yield Case(
        "3.5", "binary message with reserved bits 5", (frame(BINARY, BYTES, rsv=5),), FAILED, BINARY_ECHO
    )
    yield Case("3.6", "ping with reserved bits 6", (frame(PING, BYTES, rsv=6),), FAILED)
    yield Case("3.7", "close frame with reserved bits 7", (frame(CLOSE, rsv=7),), FAILED)


def opcodes() -> Iterator[Case]:
    """Opcodes that mean nothing: of messages (3 to 7) and of control frames (11 to 15)."""
    answered = (echoed(b"Hello"), *FAILED)
    for group, first in (("4.1", 3), ("4.2", 11)):
        empty = frame(first)
        yield Case(f"{group}.1", f"opcode {first}", (empty,), FAILED)
        yield Case(
            f"{group}.2", f"opcode {first + 1} with a payload", (frame(first + 1, b"reserved"),), FAILED
        )
        third, fourth, fifth = (frame(first + n, b"reserved" if n > 2 else b"") for n in (2, 3, 4))
        title = "text, then opcode"
        yield Case(
            f"{group}.3",
            f"{title} {first + 2}, then a ping, in one piece",
            (HELLO + third + ping(),),
            answered,
        )
        yield Case(
            f"{group}.4", f"{title} {first + 3}, frame by frame", (HELLO, Until.ANSWER, fourth), answered
        )
        yield Case(
            *(f"{group}.5", f"{title} {first + 4}, byte by byte"),
            *((*octets(HELLO), Until.ANSWER, *octets(fifth)), answered),
        )


def fragments() -> Iterator[Case]:
    """Messages in several frames, control frames between them, and frames that continue nothing."""
    yield Case("5.1", "ping in two fragments", (frame(PING, b"a", fin=False) + REST,), FAILED)
    yield Case("5.2", "pong in two fragments", (frame(PONG, b"a", fin=False) + REST,), FAILED)
    yield from _three_ways(3, "text in two fragments", (HALF, REST), WHOLE)
    between = (said(PONG, b"ping"), *WHOLE)
    yield from _three_ways(6, "a ping between two fragments", (HALF, ping(b"ping"), REST), between)
    for first, fin in ((9, True), (12, False)):
        stray = frame(CONTINUATION, b"non-continuation payload", fin=fin)
        yield from _three_ways(
            first, f"a continuation of nothing (FIN {fin:d}), then a text", (stray, HELLO), FAILED
        )
    more, last = (frame(CONTINUATION, payload, fin=fin) for payload, fin in ((b"3", False), (b"4", True)))
    yield Case(
        *("5.15", "text in two fragments, a continuation of nothing, a text, in one piece"),
        *((HALF + REST + more + HELLO,), (WHOLE[0], *FAILED)),
    )
    yield Case(
        "5.16",
        "a continuation of nothing (FIN 0), then fragments, twice",
        ((more + HALF + last) * 2,),
        FAILED,
    )
    yield Case(
        "5.17",
        "a continuation of nothing (FIN 1), then fragments, twice",
        ((last + HALF + last) * 2,),
        FAILED,
    )
    yield Case("5.18", "a second text before the first is whole", (HALF + text("fragment2"),), FAILED)
    yield from _pings_between()


def _three_ways(first: int, title: str, frames: tuple[bytes, ...], back: tuple[str, ...]) -> Iterator[Case]:
    """In one piece, frame by frame, byte by byte."""
    wire = b"".join(frames)
    yield Case(f"5.{first}", f"{title}, in one piece", (wire,), back)
    yield Case(f"5.{first + 1}", f"{title}, frame by frame", frames, back)
    yield Case(f"5.{first + 2}", f"{title}, byte by byte", octets(wire), back)


def _pings_between() -> Iterator[Case]:
    start, *middle, end = (
        frame(CONTINUATION if i > 1 else TEXT, b"fragment%d" % i, fin=i == 5) for i in range(1, 6)
    )
    first, second = start + middle[0] + ping(b"pongme 1!"), middle[1] + middle[2] + ping(b"pongme 2!") + end
    whole = echoed(b"".join(b"fragment%d" % i for i in range(1, 6)))
    back = (said(PONG, b"pongme 1!"), said(PONG, b"pongme 2!"), whole, OPEN)
    title = "five fragments, pings between them"
    yield Case("5.19", f"{title}, the rest when the first is answered", (first, Until.ANSWER, second), back)
    yield Case("5.20", f"{title}, in one piece", (first + second,), back)
