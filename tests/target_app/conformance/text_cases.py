"""Cases 6: UTF-8, whole, cut anywhere, and wrong in every known way.

Source: RFC 6455, 5.6 and 8.1; the sequences are the classes of Markus Kuhn's "UTF-8 decoder capability and stress
test", computed from what the encoding allows (RFC 3629).
"""

from collections.abc import Iterator
from itertools import product

from tests.target_app.conformance.case import OPEN, QUIET, Case, Until, closed, echoed, said
from tests.target_app.raw_client import CONTINUATION, PONG, TEXT, frame, ping

KOSME = "κ\u1f79σμε".encode()  # the second letter takes three bytes
GREETING = "Hello-µ@ßöäüàá-UTF-8!!".encode()
EDITED = b"edited"
BAD = (closed(1007),)
BEYOND = b"\xf4\x90\x80\x80"  # U+110000, in which the second byte is one too many
CONTINUATIONS = bytes(range(0x80, 0xBF))
CUT_SHORT = [
    bytes([first]) + continuation * n
    for first, continuation, n in (
        *((0xC0, b"\x80", 0), (0xE0, b"\x80", 1), (0xF0, b"\x80", 2), (0xF8, b"\x80", 3), (0xFC, b"\x80", 4)),
        *((0xDF, b"\xbf", 0), (0xEF, b"\xbf", 1), (0xF7, b"\xbf", 2), (0xFB, b"\xbf", 3), (0xFD, b"\xbf", 4)),
    )
]
LONE = [(0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7), (0xF8, 0xFB), (0xFC, 0xFD)]  # without the last of each
SURROGATES = [b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf"]
LOW_SURROGATES = [b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf"]
LONGEST = [b"\xc1", b"\xe0\x9f", b"\xf0\x8f", b"\xf8\x87", b"\xfc\x83"]
NON_CHARACTERS = [
    0xFFFE,
    0xFFFF,
    *(plane << 16 | last for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)),
]
OVERLONG = [bytes([first]) + b"\x80" * n for n, first in enumerate((0xC0, 0xE0, 0xF0, 0xF8, 0xFC), 1)]
VALID = [*map(str.encode, ("hello$world", "hello¢world", "hello€world", "hello𤭢world")), KOSME]
# What Autobahn numbers 6.5 to 6.23: a title, and the bytes.
SEQUENCES: tuple[tuple[str, list[bytes]], ...] = (
    ("valid sequences", VALID),
    ("prefixes of a valid text", [KOSME[:n] for n in range(1, len(KOSME) + 1)]),
    ("first sequence of a length", [b"\0", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"]),
    ("first sequence of length 5 and 6", [b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"]),
    ("last sequence of a length", [b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"]),
    (
        "last sequence of length 4, 5 and 6",
        [b"\xf7" + b"\xbf" * 3, b"\xfb" + b"\xbf" * 4, b"\xfd" + b"\xbf" * 5],
    ),
    ("other boundaries", [b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf", BEYOND]),
    (
        "unexpected continuations",
        [b"\x80", b"\xbf", *((b"\x80\xbf" * 3)[:n] for n in range(2, 7)), CONTINUATIONS],
    ),
    ("lonely first bytes", [b"".join(bytes([b, 0x20]) for b in range(*ends)) for ends in LONE]),
    ("the last continuation missing", CUT_SHORT),
    ("such sequences in a row", [b"".join(CUT_SHORT)]),
    ("impossible bytes", [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]),
    ("overlong solidus", [nul[:-1] + b"\xaf" for nul in OVERLONG]),
    ("longest overlong sequences", [LONGEST[n - 1] + b"\xbf" * (n - (n > 1)) for n in range(1, 6)]),
    ("overlong NUL", OVERLONG),
    ("single surrogates", SURROGATES + LOW_SURROGATES),
    ("paired surrogates", [a + b for a, b in product(SURROGATES, (LOW_SURROGATES[0], LOW_SURROGATES[2]))]),
    ("non-characters, which are valid", [chr(n).encode() for n in NON_CHARACTERS]),
    ("specials, which are valid", [chr(n).encode() for n in range(0xFFF9, 0x10000)]),
)


def texts() -> Iterator[Case]:
    """Valid and invalid texts, whole and in fragments; invalid ones are to be refused before they are whole."""
    yield Case("6.1.1", "empty text", (frame(TEXT),), (echoed(b""), OPEN))
    yield Case("6.1.2", "three empty fragments", (_fragments(b"", b"", b""),), (echoed(b""), OPEN))
    middle = _fragments(b"", b"middle frame payload", b"")
    yield Case(
        "6.1.3", "three fragments, two of them empty", (middle,), (echoed(b"middle frame payload"), OPEN)
    )
    yield from _cut()
    yield from _fail_fast()
    for group, (title, payloads) in enumerate(SEQUENCES, 5):
        for i, payload in enumerate(payloads, 1):
            back = (echoed(payload), OPEN) if _is_valid(payload) else BAD
            yield Case(f"6.{group}.{i}", title, (frame(TEXT, payload),), back)


def _cut() -> Iterator[Case]:
    whole = (echoed(GREETING), OPEN)
    at = GREETING.index("ä".encode())
    single = _fragments(*(bytes([byte]) for byte in GREETING))
    yield Case("6.2.1", "valid text", (frame(TEXT, GREETING),), whole)
    yield Case("6.2.2", "cut between characters", (_fragments(GREETING[:at], GREETING[at:]),), whole)
    yield Case("6.2.3", "cut into bytes", (single,), whole)
    kosme = _fragments(*(bytes([byte]) for byte in KOSME))
    yield Case("6.2.4", "cut into bytes", (kosme,), (echoed(KOSME), OPEN))
    bad = KOSME + SURROGATES[0] + EDITED
    yield Case("6.3.1", "invalid text", (frame(TEXT, bad),), BAD)
    yield Case("6.3.2", "invalid text cut into bytes", (_fragments(*(bytes([byte]) for byte in bad)),), BAD)


def _fail_fast() -> Iterator[Case]:
    """Parts of an invalid text; what comes after each but the last is looked at before the next is sent.

    Between frames a ping asks, within a frame nothing can be sent.
    """
    whole = KOSME + BEYOND + EDITED
    at_the_byte = (whole[:12], whole[12:13], whole[13:])
    parts = (KOSME, BEYOND, EDITED), at_the_byte
    for number, three in zip(("6.4.1", "6.4.2"), parts, strict=True):
        frames = [frame(CONTINUATION if i else TEXT, part, fin=i == 2) for i, part in enumerate(three)]
        sent = (frames[0] + ping(b"1"), Until.ANSWER, frames[1] + ping(b"2"), Until.ANSWER, frames[2])
        yield Case(
            number, "invalid text in three frames, wrong in the second", sent, (said(PONG, b"1"), *BAD)
        )
    for number, three in zip(("6.4.3", "6.4.4"), parts, strict=True):
        size = len(frame(TEXT, whole)) - len(whole)
        wire = frame(TEXT, whole)
        ends = (size + len(three[0]), size + len(three[0]) + len(three[1]))
        sent = (wire[: ends[0]], Until.SETTLED, wire[ends[0] : ends[1]], Until.SETTLED, wire[ends[1] :])
        yield Case(
            number, "invalid text in one frame, sent in three parts, wrong in the second", sent, (QUIET, *BAD)
        )


def _fragments(*parts: bytes) -> bytes:
    last = len(parts) - 1
    return b"".join(frame(CONTINUATION if i else TEXT, part, fin=i == last) for i, part in enumerate(parts))


def _is_valid(payload: bytes) -> bool:
    """As Python's decoder says, which knows no other UTF-8 than that of RFC 3629."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
