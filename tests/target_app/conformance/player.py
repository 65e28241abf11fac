"""Plays a case on a server and tells what came back, in the words of ``Case.back``."""

import re
import zlib
from collections.abc import Iterator

from websockets.utils import accept_key

from tests.target_app.conformance.case import DROPPED, OPEN, QUIET, SILENT, Case, Until, closed, said
from tests.target_app.conformance.deflate_cases import DEFLATE, PLAIN, RSV1, TAIL
from tests.target_app.conformance.handshake_cases import Handshake
from tests.target_app.raw_client import CLOSE, CONTINUATION, PONG, RawClient, WireFrame, close, frame, ping
from tests.target_app.server import PATIENCE

LAST = b"the last ping"
SILENCE = 0.5  # seconds until a server that is known not to answer has not answered
ROUND_TRIPS = 3  # of another connection, after which a server has taken what came before


class Player:
    """Plays cases on one server.

    Args:
        port: of the server on 127.0.0.1, which serves the hardened application.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._witness = RawClient(port, "/ws", window=None)

    def play(self, case: Case | Handshake, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """What came back.

        Args:
            wanted: what this server is to send back; it says only how long to wait.
        """
        patience = SILENCE if wanted[-1] == SILENT else PATIENCE
        if isinstance(case, Handshake):
            return (self._shake_hands(case, patience),)
        client = RawClient(self._port, case.path, lines=case.lines, window=None)
        client.wait_at_most(patience)
        words = []
        try:
            for word in self._converse(client, case, wanted):
                words.append(word)  # noqa: PERF402 - what came before the silence counts
        except TimeoutError:
            words.append(SILENT)
        finally:
            client.leave()
        return tuple(words)

    def leave(self) -> None:
        """No more cases."""
        self._witness.leave()

    def _converse(self, client: RawClient, case: Case, wanted: tuple[str, ...]) -> Iterator[str]:
        hearing = Hearing(client)
        yield from hearing.agreed()
        for step in case.sent:
            if hearing.is_over:
                return
            if step is Until.ANSWER:
                yield from hearing.next_word()
            elif step is Until.SETTLED:
                self._settle()
                yield from hearing.next_word() if client.is_ready() else [QUIET]
            else:
                client.send(step)
        if not case.closes:
            yield from self._answers(client, hearing, wanted)
            client.send(ping(LAST))
        while not hearing.is_over:
            yield from hearing.next_word()

    def _answers(self, client: RawClient, hearing: "Hearing", wanted: tuple[str, ...]) -> Iterator[str]:
        """All that comes before it is asked whether the connection is open.

        A pong may overtake the answer to a message, so nothing is asked before all answers are there; where there
        are to be none, the server is first given the time to fail the connection.
        """
        if wanted[-1] == OPEN:
            while not hearing.is_over and hearing.words < len(wanted) - 1:
                yield from hearing.next_word()
            return
        self._settle()
        while not hearing.is_over and client.is_ready():
            yield from hearing.next_word()

    def _settle(self) -> None:
        """Let the server take what was sent before: its loop answers in turn."""
        for _ in range(ROUND_TRIPS):
            self._witness.send(ping())
            self._witness.read_frame()

    def _shake_hands(self, case: Handshake, patience: float) -> str:
        client = RawClient.dial(self._port)
        client.wait_at_most(patience)
        try:
            client.send_each(case.sent)
            return _answer(b"".join(case.sent), client.read_head())
        except TimeoutError:
            return SILENT
        finally:
            client.leave()


class Hearing:
    """What a client hears on a connection, as words.

    Attributes:
        words: how many were said.
        is_over: the last word was said.
    """

    def __init__(self, client: RawClient) -> None:
        self.words = 0
        self.is_over = False
        self._client = client
        self._agreement = _header(client.head, b"Sec-WebSocket-Extensions")
        self._inflate = self._inflater()

    def agreed(self) -> Iterator[str]:
        """Whether messages may be compressed, where that was asked; if they may not, that is the last word."""
        if b"deflate" in self._client.asked:
            self.is_over = not self._agreement.startswith(b"permessage-deflate")
            self.words += 1
            yield PLAIN if self.is_over else DEFLATE

    def next_word(self) -> Iterator[str]:
        """The next message or control frame, or the last word; before a message the control frames within it."""
        frames = []
        while (part := self._client.read_frame()) is not None:
            self.words += part.fin
            if part.opcode >= CLOSE:
                yield self._control(part)
                if self.is_over or not frames:
                    return
                continue
            frames.append(part)
            if part.fin:
                yield self._message(frames)
                return
        self.is_over = True
        yield DROPPED

    def _control(self, part: WireFrame) -> str:
        if part.opcode == PONG and part.payload == LAST:
            self._client.send(close())
            self._end()
            return OPEN
        if part.opcode == CLOSE:
            self._client.send(frame(CLOSE, part.payload))
            self._end()
            return closed(part.code)
        return said(part.opcode, part.payload)

    def _message(self, frames: list[WireFrame]) -> str:
        payload = b"".join(part.payload for part in frames)
        assert all(part.opcode == CONTINUATION for part in frames[1:]), frames
        assert not any(part.rsv for part in frames[1:]), frames
        if frames[0].rsv == RSV1 and self._agreement:
            if b"server_no_context_takeover" in self._agreement:
                self._inflate = self._inflater()
            payload = self._inflate.decompress(payload + TAIL)
        else:
            assert not frames[0].rsv, frames
        return said(frames[0].opcode, payload)

    def _inflater(self) -> "zlib._Decompress":
        """With the window that was agreed on: what refers further back cannot be inflated."""
        bits = re.search(rb"server_max_window_bits=(\d+)", self._agreement)
        return zlib.decompressobj(wbits=-int(bits.group(1)) if bits else -15)

    def _end(self) -> None:
        """Nothing but the close frame may follow, and then the end."""
        self.is_over = True
        for part in self._client.frames():
            assert part.opcode == CLOSE, part


def _answer(request: bytes, head: bytes) -> str:
    """The status of a handshake's answer, its class if it is a refusal, and what has to stand beside it."""
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    if status is None:
        return DROPPED
    code = status.group(1).decode()
    if code == "101":
        assert not _header(head, b"Sec-WebSocket-Extensions"), head
        assert not _header(head, b"Sec-WebSocket-Protocol"), head
        key = _header(request, b"Sec-WebSocket-Key").decode()
        is_right = _header(head, b"Sec-WebSocket-Accept").decode() == accept_key(key)
        return code if is_right else f"{code}, another accept"
    version = _header(head, b"Sec-WebSocket-Version")
    return f"{code[0]}xx" + (f", version {version.decode()}" if version else "")


def _header(head: bytes, name: bytes) -> bytes:
    """The value of a header, empty if it is not there."""
    found = re.search(rb"\r\n" + re.escape(name) + rb":[ \t]*([^\r\n]*)", head, re.IGNORECASE)
    return found.group(1).strip() if found else b""
