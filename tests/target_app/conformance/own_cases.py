"""What Autobahn has no number for. L: lengths, masks, limits. D: deflate. Source: RFC 6455, 5; RFC 7692, 6 and 7."""

import zlib
from collections.abc import Iterator

from tests.target_app.conformance.bulk_cases import KIB, fragments
from tests.target_app.conformance.case import BINARY_ECHO, OPEN, Case, closed, echoed, said
from tests.target_app.conformance.deflate_cases import DEFLATE, OFFER, RSV1, TAIL, offered
from tests.target_app.raw_client import BINARY, CONTINUATION, PING, TEXT, binary, frame

LIMIT = KIB * KIB
TOO_BIG, WRONG = (closed(1009),), (closed(1002),)


def lengths() -> Iterator[Case]:
    """Sizes about the limit, lengths that are wrong, frames that are not masked."""
    full = b"x" * LIMIT
    yield Case(
        "L.1", "binary message of 1 MiB, the limit", (binary(full),), (said(BINARY, full), OPEN), BINARY_ECHO
    )
    yield Case("L.2", "one byte more", (binary(full + b"x"),), TOO_BIG, BINARY_ECHO)
    together = fragments(BINARY, full + b"x", 64 * KIB)
    yield Case("L.3", "fragments that together are more", (together,), TOO_BIG, BINARY_ECHO)
    announced = frame(BINARY, length=b"\x7f\x7f" + b"\xff" * 7)
    yield Case("L.4", "a length of 2⁶³ - 1", (announced,), TOO_BIG)
    yield Case(
        "L.5", "a length of 2⁶³, which there is not", (frame(BINARY, length=b"\x7f\x80" + bytes(7)),), WRONG
    )
    yield Case("L.6", "a length of 5 in two bytes", (frame(TEXT, b"Hello", length=b"\x7e\0\x05"),), WRONG)
    yield Case(
        "L.7",
        "a length of 5 in eight bytes",
        (frame(TEXT, b"Hello", length=b"\x7f" + bytes(7) + b"\x05"),),
        WRONG,
    )
    yield Case("L.8", "a frame that is not masked", (frame(TEXT, b"Hello", mask=None),), WRONG)
    yield Case("L.9", "masked with zeros", (frame(TEXT, b"Hello", mask=bytes(4)),), (echoed(b"Hello"), OPEN))


def compressed() -> Iterator[Case]:
    """Compressed messages that are wrong, or grow."""
    lines = offered(OFFER)

    def case(number: str, title: str, sent: bytes, *back: str, path: str = "/ws") -> Case:
        return Case(number, title, (sent,), (DEFLATE, *back), path, lines)

    bomb = frame(BINARY, _deflate(bytes(2 * LIMIT)), rsv=RSV1)
    yield case("D.1", "a message of 2 KB that inflates to 2 MiB", bomb, *TOO_BIG, path=BINARY_ECHO)
    yield case(
        "D.2", "compressed text that is no UTF-8", frame(TEXT, _deflate(b"\xff"), rsv=RSV1), closed(1007)
    )
    yield case("D.3", "what is not compressed, marked as if", frame(TEXT, b"\xff" * 9, rsv=RSV1), *WRONG)
    middle = frame(TEXT, b"a", fin=False) + frame(CONTINUATION, b"b", rsv=RSV1)
    yield case("D.4", "reserved bit 1 on a continuation", middle, *WRONG)
    yield case("D.5", "reserved bit 1 on a ping", frame(PING, b"a", rsv=RSV1), *WRONG)
    yield case("D.6", "a message that is not compressed", frame(TEXT, b"Hello"), echoed(b"Hello"), OPEN)
    yield case("D.7", "an empty compressed message", frame(TEXT, b"\x00", rsv=RSV1), echoed(b""), OPEN)


def _deflate(payload: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[: -len(TAIL)]
