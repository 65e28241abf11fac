"""Cases 12 and 13: permessage-deflate, with a text of our own and fewer messages. Source: RFC 7692."""

import zlib
from collections.abc import Iterator
from random import Random

from tests.target_app.conformance.bulk_cases import fragments
from tests.target_app.conformance.case import OPEN, Case, echoed
from tests.target_app.raw_client import TEXT

DEFLATE, PLAIN = "deflate", "no deflate"
RSV1 = 4
WINDOW = 9  # bits: the smallest that zlib compresses with, so within every limit that is agreed on
TAIL = b"\x00\x00\xff\xff"
MESSAGES = 8  # Autobahn: 1,000
OFFER = "permessage-deflate"
SIZES = {
    1: (16, 0),
    4: (1024, 0),
    7: (16384, 0),
    9: (65536, 0),
    11: (8192, 256),
    15: (131072, 256),
    18: (131072, 32768),
}
OFFERS = (
    OFFER,
    f"{OFFER}; server_no_context_takeover",
    f"{OFFER}; server_max_window_bits=8",
    f"{OFFER}; server_max_window_bits=15",
    f"{OFFER}; server_no_context_takeover; server_max_window_bits=8",
    f"{OFFER}; server_no_context_takeover; server_max_window_bits=15",
    f"{OFFER}; server_no_context_takeover; server_max_window_bits=8, {OFFER}; server_no_context_takeover, {OFFER}",
)


def deflated() -> Iterator[Case]:
    """Compressed messages in several sizes, and under each offer."""
    for i, (size, fragment) in SIZES.items():
        title = f"{MESSAGES} compressed texts of {size} bytes"
        yield _case(
            f"12.1.{i}", title + (f" in fragments of {fragment}" if fragment else ""), size, fragment, OFFER
        )
    for i, offer in enumerate(OFFERS, 1):
        yield _case(
            f"13.{i}.4", f"{MESSAGES} compressed texts of 1024 bytes, offered `{offer}`", 1024, 0, offer
        )


def offered(offer: str) -> bytes:
    """The header line that offers it."""
    return f"Sec-WebSocket-Extensions: {offer}\r\n".encode()


def _case(number: str, title: str, size: int, fragment: int, offer: str) -> Case:
    compressor = zlib.compressobj(wbits=-WINDOW)
    sent, back = [], []
    for payload in _payloads(size):
        compressed = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
        assert compressed.endswith(TAIL)
        compressed = compressed[: -len(TAIL)]
        sent.append(fragments(TEXT, compressed, fragment or len(compressed), RSV1))
        back.append(echoed(payload))
    return Case(number, title, tuple(sent), (DEFLATE, *back, OPEN), lines=offered(offer))


def _payloads(size: int) -> Iterator[bytes]:
    """Texts of that size in which much comes again, but not all."""
    random = Random(size)
    words = [f'"key{n}": {random.random()}, ' for n in range(50)]
    for _ in range(MESSAGES):
        yield "".join(random.choices(words, k=size // 20 + 1)).encode()[:size]
