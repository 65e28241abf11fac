"""Cases 7: closing, with what codes and reasons. Source: RFC 6455, 5.5.1 and 7.4."""

from collections.abc import Iterator

from tests.target_app.conformance.case import Case, closed, echoed
from tests.target_app.raw_client import CLOSE, CONTINUATION, TEXT, close, frame, ping, text

VALID = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
INVALID = (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)
WRONG, NORMAL = (closed(1002),), (closed(1000),)


def closings() -> Iterator[Case]:
    """Close frames right and wrong, and what is sent behind one."""
    for number, title, sent, back in _conversations():
        yield Case(number, title, (sent,), back, closes=True)


def _conversations() -> Iterator[tuple[str, str, bytes, tuple[str, ...]]]:
    first, rest = frame(TEXT, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")
    yield (
        "7.1.1",
        "text, then a close frame, in one piece",
        text("Hello") + close(),
        (echoed(b"Hello"), *NORMAL),
    )
    yield "7.1.2", "two close frames", close() * 2, NORMAL
    yield "7.1.3", "close frame, then a ping", close() + ping(), NORMAL
    yield "7.1.4", "close frame, then a text", close() + text("Hello"), NORMAL
    yield "7.1.5", "close frame between two fragments", first + close() + rest, NORMAL
    yield "7.3.1", "close frame without a code", frame(CLOSE), (closed(1005),)
    yield "7.3.2", "close frame of one byte", frame(CLOSE, b"a"), WRONG
    yield "7.3.3", "close frame with a code", close(), NORMAL
    yield "7.3.4", "close frame with a reason", close(1000, "Hello World!"), NORMAL
    yield "7.3.5", "close frame with the longest reason", close(1000, "*" * 123), NORMAL
    yield "7.3.6", "close frame with a longer reason", close(1000, "*" * 124), WRONG
    yield (
        "7.5.1",
        "reason that is no UTF-8",
        frame(CLOSE, b"\x03\xe8\xce\xba\xed\xa0\x80edited"),
        (closed(1007),),
    )
    for i, code in enumerate(VALID, 1):
        yield f"7.7.{i}", f"code {code}", close(code), (closed(code),)
    for i, code in enumerate(INVALID, 1):
        yield f"7.9.{i}", f"code {code}, which nobody may send", close(code), WRONG
