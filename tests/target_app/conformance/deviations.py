"""What servers do instead of what the standard says: data, which ``docs/conformance.md`` shows and the tests hold."""

from typing import NamedTuple

from tests.target_app.conformance.case import DROPPED, OPEN, QUIET, SILENT, Case, closed, echoed, said
from tests.target_app.conformance.deflate_cases import PLAIN
from tests.target_app.conformance.handshake_cases import REFUSED, SWITCHED, Handshake
from tests.target_app.conformance.own_cases import LIMIT
from tests.target_app.raw_client import BINARY, PONG

FRAMING, SANSIO, WEBSOCKETS = "framing", "websockets-sansio", "websockets"
WSPROTO, HYPERCORN, GRANIAN = "wsproto", "hypercorn", "granian"
SERVERS = (FRAMING, SANSIO, WEBSOCKETS, WSPROTO, HYPERCORN, GRANIAN)
STOCK = (SANSIO, WEBSOCKETS)
OF_WEBSOCKETS = (FRAMING, *STOCK)
OF_WSPROTO = (WSPROTO, HYPERCORN)
SAME = "…"  # what was to come back before the last word
FAILURES = frozenset((closed(1002), closed(1007)))
SENT_BACK = (echoed(b"Hello"), OPEN)


class Deviation(NamedTuple):
    """The same thing done instead, by these servers in these cases.

    Attributes:
        cases: numbers, or their beginnings; of them those count whose last word is among ``wanted``.
        instead: what comes back; ``SAME`` stands for all that was to, but the last word.
        meaning: to somebody who uses the server.
    """

    servers: tuple[str, ...]
    cases: tuple[str, ...]
    instead: tuple[str, ...]
    meaning: str
    wanted: frozenset[str] = frozenset()

    def covers(self, server: str, case: Case | Handshake) -> bool:
        """Whether it is about this case on this server."""
        if server not in self.servers or (self.wanted and case.back[-1] not in self.wanted):
            return False
        return any(f"{case.number}.".startswith(f"{cases}.") for cases in self.cases)

    def outcome(self, case: Case | Handshake) -> tuple[str, ...]:
        """What comes back in that case."""
        return (*case.back[:-1], *self.instead[1:]) if self.instead[0] == SAME else self.instead


_FAILING = ("2", "3", "4", "5", "6", "7.3", "7.5", "L")
_BEHIND_A_MESSAGE = ("3.2", "4.1.3", "4.2.3", "5.15")

_NO_FRAME = "A client sees 1006 (no close frame), never why: look at the bytes, or into the server's log."
_NO_CODE = "A client sees 1005 (no code), never why."
_LAST_WORDS = (
    "The last message may stay unanswered when an error or a close frame comes in one piece with it. "
    "Wait for the answer before you close."
)
_LATE = "Text that is no UTF-8 is refused when the frame or message is whole, and takes memory until then."
_HALF_CLOSED = "A client that closes in the middle of a message gets 1002, not its own code back."
_NO_DEFLATE = "Messages are never compressed: more bytes, less work."
_WINDOW = "A client that insists on a window of 256 bytes gets no compression; zlib has none below 512 bytes."
_IMPOSSIBLE = "A length that cannot be is called too big."
_LENIENT = "Nothing, for a client that does it right. A stricter proxy in front may see other messages."
_UNSEEN_LIMIT = (
    "The limit holds for the bytes that come, not for a size that is announced: the connection stays."
)
_64_MIB = "Messages up to 64 MiB are taken; granian has no option for less."
_PROXY_FORM = "Nothing: clients write so to proxies only."
_KEY = "Nothing: browsers send one key, and a right one."
_VERSION = "The refusal does not say that version 13 is wanted. No other is in use."
_METHOD = "An upgrade by POST comes in. What looks at methods to keep forged requests out has to know."
_HTTP_1_0 = "A proxy that speaks HTTP/1.0 (nginx, unless told otherwise) gets a 101 that it cannot use."
_HANGS_UP = "The connection ends without an answer."
_HOST = "A request with no host or two comes in; have a proxy in front that refuses it."
_NO_ANSWER = "The client waits until it gives up, and the connection stays. Limit heads in a proxy in front."
_LARGE_HEADS = "Heads may be larger than elsewhere. Where that matters, limit them in a proxy in front."

# The first that covers a case counts.
DEVIATIONS = (
    Deviation(STOCK, _BEHIND_A_MESSAGE, (closed(1002),), _LAST_WORDS),
    Deviation(OF_WSPROTO, _BEHIND_A_MESSAGE, (DROPPED,), f"{_LAST_WORDS} {_NO_FRAME}"),
    Deviation((*STOCK, *OF_WSPROTO), ("7.1.1",), (closed(1000),), _LAST_WORDS),
    Deviation((FRAMING, SANSIO), ("6.4.1", "6.4.2"), (SAME, said(PONG, b"2"), closed(1007)), _LATE),
    Deviation(OF_WEBSOCKETS, ("6.4.3", "6.4.4"), (QUIET, QUIET, closed(1007)), _LATE),
    Deviation((GRANIAN,), ("6.4.3", "6.4.4"), (QUIET, QUIET, closed(1005)), f"{_LATE} {_NO_CODE}"),
    Deviation((FRAMING, SANSIO), ("7.1.5",), (closed(1002),), _HALF_CLOSED),
    Deviation((GRANIAN,), ("12", "13", "D"), (PLAIN,), _NO_DEFLATE),
    Deviation((*OF_WEBSOCKETS, *OF_WSPROTO), ("13.3", "13.5"), (PLAIN,), _WINDOW),
    Deviation(OF_WEBSOCKETS, ("L.5",), (closed(1009),), _IMPOSSIBLE),
    Deviation((*OF_WEBSOCKETS, GRANIAN), ("L.6", "L.7"), (echoed(b"Hello"), OPEN), _LENIENT),
    Deviation(OF_WSPROTO, ("L.4",), (SILENT,), _UNSEEN_LIMIT),
    Deviation((GRANIAN,), ("L.2", "L.3"), (said(BINARY, b"x" * (LIMIT + 1)), OPEN), _64_MIB),
    Deviation((GRANIAN,), ("L.4",), (closed(1005),), _NO_CODE),
    Deviation(OF_WSPROTO, (*_FAILING, "7.9", "D"), (SAME, DROPPED), _NO_FRAME, FAILURES),
    Deviation((GRANIAN,), _FAILING, (SAME, closed(1005)), _NO_CODE, FAILURES),
    Deviation((*OF_WEBSOCKETS, *OF_WSPROTO), ("H.5",), (REFUSED,), _PROXY_FORM),
    Deviation((*OF_WSPROTO, GRANIAN), ("H.9", "H.10"), (SWITCHED,), _KEY),
    Deviation((HYPERCORN, GRANIAN), ("H.11",), (SWITCHED,), _KEY),
    Deviation((WSPROTO,), ("H.11",), ("101, another accept",), _KEY),
    Deviation((*STOCK, HYPERCORN, GRANIAN), ("H.12", "H.13"), (REFUSED,), _VERSION),
    Deviation((*OF_WSPROTO, GRANIAN), ("H.14",), (SWITCHED,), _LENIENT),
    Deviation((GRANIAN,), ("H.15",), (SWITCHED,), _METHOD),
    Deviation((*STOCK, WSPROTO), ("H.19",), (SWITCHED,), _HTTP_1_0),
    Deviation((GRANIAN,), ("H.19",), (DROPPED,), _HANGS_UP),
    Deviation((*STOCK, GRANIAN), ("H.20", "H.21"), (SWITCHED,), _HOST),
    Deviation((SANSIO,), ("H.23", "H.24", "H.25", "H.26"), (SILENT,), _NO_ANSWER),
    Deviation((*OF_WSPROTO, GRANIAN), ("H.23", "H.24"), (SWITCHED,), _LARGE_HEADS),
    Deviation(OF_WSPROTO, ("H.25",), (SWITCHED,), _LARGE_HEADS),
    Deviation((WSPROTO,), ("H.26",), (SWITCHED,), _LARGE_HEADS),
)


def deviation(server: str, case: Case | Handshake) -> Deviation | None:
    """What a server is known to do instead in a case, ``None`` if it does what it should."""
    return next((known for known in DEVIATIONS if known.covers(server, case)), None)


def outcome(server: str, case: Case | Handshake) -> tuple[str, ...]:
    """What comes back from a server in a case, as far as is known."""
    known = deviation(server, case)
    return case.back if known is None else known.outcome(case)
