"""``junk(text=0, empty=0, binary=0, huge=0, invalid=0, ping=0, fragment=0, pieces=3)``: an echo and rubbish.

Each of the first seven is "every k-th message of a connection" (0: never), so that message n, from 0, is
one with (n + 1) % k == 0. Before the echo of such a message comes

- ``text``: a text frame of 64 random letters; ``empty``: an empty text frame; ``binary``: a binary frame
  of 64 random bytes;
- ``huge``: a text frame of exactly 1 MiB; ``invalid``: a text frame that is not UTF-8, at which a strict
  client must close;
- ``ping``: a ping with a payload, to be answered by a pong;

and ``fragment`` sends the echo itself in ``pieces`` frames of about equal size, ``ping`` then falling
after the first of them.
Facts: those of ``PicowsServer``, where ``sent`` counts the echoes alone and ``pongs`` the answers to our
pings; ``junk``: by kind, what was sent; ``texts_ns``: ``[intended, sent, read]`` of every ``text`` that a ``ping``
came behind: ``intended`` as the mark of the message before which it came says, ``read``: the pong, null without one.
"""

import random
import string
from collections import Counter
from time import monotonic_ns
from typing import Any

from picows import WSFrame, WSMsgType, WSTransport, WSUpgradeRequest

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.witness import MARK

HUGE_BYTES = 1024 * 1024
INVALID_UTF8 = b"not UTF-8: \xff\xfe\xc0\x80"
SMALL = 64
PING = b"are you there?"


class Asked(Connection):
    """Tells its server of pongs."""

    server: "Junk"

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.PONG:
            self.server.note_read(frame.get_payload_as_bytes())
        super().on_ws_frame(transport, frame)


class Junk(PicowsServer):
    """Answers each message with itself, and now and then with something else before it."""

    def __init__(self, pieces: int = 3, seed: int = 0, **every: int) -> None:
        super().__init__()
        unknown = set(every) - {"text", "empty", "binary", "huge", "invalid", "ping", "fragment"}
        if unknown:
            raise ValueError(f"no such junk: {', '.join(unknown)}")
        self._every = every
        self._pieces = pieces
        self._random = random.Random(seed)
        self._junk: Counter[str] = Counter(dict.fromkeys(every, 0))
        self._texts_ns: list[list[int | None]] = []

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        is_due = {name: k > 0 and (connection.received + 1) % k == 0 for name, k in self._every.items()}
        self._junk.update(name for name, due in is_due.items() if due)
        sent_ns, found = monotonic_ns(), MARK.search(payload)
        for name, frame_kind, content in self._frames():
            if is_due.get(name):
                connection.transport.send(frame_kind, content)
        if is_due.get("fragment"):
            self._send_pieces(connection, kind, payload, bool(is_due.get("ping")))
            return
        if is_due.get("ping"):
            connection.transport.send_ping(PING + str(len(self._texts_ns)).encode())
            if is_due.get("text") and found is not None:
                self._texts_ns.append([int(found[1], 16), sent_ns, None])
        connection.send(kind, payload)

    def note_read(self, pong: bytes) -> None:
        """Note that a client had read what came before a ping."""
        place = int(pong.removeprefix(PING) or -1)
        if 0 <= place < len(self._texts_ns):
            self._texts_ns[place][-1] = monotonic_ns()

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "junk": dict(self._junk), "texts_ns": self._texts_ns}

    def _new_connection(self, request: WSUpgradeRequest) -> Connection:  # noqa: ARG002  # picows passes it
        return Asked(self)

    def _frames(self) -> list[tuple[str, WSMsgType, bytes]]:
        letters = "".join(self._random.choices(string.ascii_letters, k=SMALL)).encode()
        return [
            ("text", WSMsgType.TEXT, letters),
            ("empty", WSMsgType.TEXT, b""),
            ("binary", WSMsgType.BINARY, self._random.randbytes(SMALL)),
            ("huge", WSMsgType.TEXT, b"x" * HUGE_BYTES),
            ("invalid", WSMsgType.TEXT, INVALID_UTF8),
        ]

    def _send_pieces(self, connection: Connection, kind: WSMsgType, payload: bytes, with_ping: bool) -> None:
        cuts = [len(payload) * i // self._pieces for i in range(self._pieces + 1)]
        last = self._pieces - 1
        for i in range(self._pieces):
            piece_kind = kind if i == 0 else WSMsgType.CONTINUATION
            connection.transport.send(piece_kind, payload[cuts[i] : cuts[i + 1]], i == last)
            if i == 0 and with_ping:
                connection.transport.send_ping(PING)
        self.sent += 1


if __name__ == "__main__":
    run(Junk)
