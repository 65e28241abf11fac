"""Cases 9 and 10: large messages, many fragments, many messages; smaller than Autobahn's: the limit here is 1 MiB."""

from collections.abc import Iterator

from tests.target_app.conformance.case import BINARY_ECHO, OPEN, Case, Until, chops, echoed, said
from tests.target_app.raw_client import BINARY, CONTINUATION, TEXT, binary, frame, text

KIB = 1024
MESSAGES = 50  # Autobahn: 1,000


def limits() -> Iterator[Case]:
    """Messages that grow, in more and more fragments and chops, and one after the other."""
    for i, kib in enumerate((64, 256, 1024), 1):
        payload = b"*" * (kib * KIB)
        yield Case(f"9.1.{i}", f"text of {kib} KiB", (text(payload.decode()),), (echoed(payload), OPEN))
        back = (said(BINARY, payload), OPEN)
        yield Case(f"9.2.{i}", f"binary message of {kib} KiB", (binary(payload),), back, BINARY_ECHO)
    payload = b"*" * (256 * KIB)
    for i, size in ((1, 64), (4, 4 * KIB), (6, 64 * KIB)):
        title = f"256 KiB in fragments of {size} bytes"
        sent = (fragments(TEXT, payload, size),)
        yield Case(f"9.3.{i}", f"text of {title}", sent, (echoed(payload), OPEN))
        sent = (fragments(BINARY, payload, size),)
        yield Case(f"9.4.{i}", f"binary message of {title}", sent, (said(BINARY, payload), OPEN), BINARY_ECHO)
    chopped = chops(text("*" * 64 * KIB), 64)
    yield Case("9.5.1", "text of 64 KiB in chops of 64 bytes", chopped, (echoed(b"*" * 64 * KIB), OPEN))
    for i, size in ((1, 0), (4, 256)):
        message = text("*" * size)
        sent = (message, Until.ANSWER) * MESSAGES
        back = (echoed(b"*" * size),) * MESSAGES
        yield Case(f"9.7.{i}", f"{MESSAGES} texts of {size} bytes, one at a time", sent, (*back, OPEN))


def auto_fragmented() -> Iterator[Case]:
    """The one case of its chapter."""
    payload = b"*" * 65536
    sent = (fragments(TEXT, payload, 1300),)
    yield Case("10.1.1", "text of 65,536 bytes in fragments of 1,300", sent, (echoed(payload), OPEN))


def fragments(opcode: int, payload: bytes, size: int, rsv: int = 0) -> bytes:
    """A message in frames of that size; the first alone has the reserved bits."""
    parts = chops(payload, size)
    last = len(parts) - 1
    return b"".join(
        frame(CONTINUATION if i else opcode, part, fin=i == last, rsv=0 if i else rsv)
        for i, part in enumerate(parts)
    )
