"""A server that is watched while clients mean it harm."""

import http.client
import json
import time
from pathlib import Path
from typing import NamedTuple, Self

import psutil
from websockets.frames import Close

from tests.target_app.conformance.deflate_cases import RSV1
from tests.target_app.fuzz.conversations import Conversation
from tests.target_app.fuzz.requests import TOKEN, Request
from tests.target_app.raw_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    RawClient,
    WireFrame,
    upgrade,
)
from tests.target_app.server import PATIENCE, Server


def check_frame(part: WireFrame) -> None:
    """A frame of the server is one that a server may send.

    Raises:
        AssertionError: it is not.
    """
    is_compressed = part.rsv == RSV1
    assert part.opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG), part
    assert part.rsv == 0 or (is_compressed and part.opcode in (TEXT, BINARY)), part
    assert part.opcode < CLOSE or (part.fin and len(part.payload) <= 125), part
    if part.opcode == TEXT and part.fin and not is_compressed:
        part.payload.decode()
    if part.opcode == CLOSE and part.payload:
        Close.parse(part.payload).check()


class State(NamedTuple):
    """What a server has that no connection but the one that asks needs.

    Attributes:
        memory: resident bytes.
    """

    files: int
    memory: int


class Watched:
    """A server, what clients do to it, and what it must not do.

    Args:
        server: runs in a process of its own.

    Attributes:
        examples: how many have been played.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._process = psutil.Process(server.pid)
        self._logged = len(server.log())
        self._health = self._connect()
        self.examples = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._health.close()

    def play(self, what: Request | Conversation) -> None:
        """Do it, and check that the server answers others and has logged no error.

        Raises:
            AssertionError: it does not, or has.
        """
        self.examples += 1
        if isinstance(what, Request):
            self._request(what)
        else:
            self._converse(what)
        self.check()

    def check(self) -> None:
        """The server is healthy, and what it has logged since is none of its own errors.

        Raises:
            AssertionError: it is not.
        """
        for _ in range(2):  # what the end of a connection brings about has its turn between
            self._answer()
        since, self._logged = self._logged, len(self._server.log())
        errors = self._server.errors(since)
        assert not errors, "\n".join(errors)

    def settled(self) -> State:
        """What it has once all connections but ours are gone."""
        deadline = time.monotonic() + PATIENCE
        last = -1
        while True:
            files = len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))
            if files == last and not json.loads(self._answer("/stats"))["connections_open"]:
                return State(files, self._process.memory_info().rss)
            assert time.monotonic() < deadline, "connections stay open"
            last = files
            time.sleep(0.1)

    def _request(self, request: Request) -> None:
        client = RawClient.dial(self._server.port, *request.pieces()[:1])
        client.send_each(request.pieces()[1:])
        self._answer()  # its turn has come by then
        client.abort()

    def _converse(self, conversation: Conversation) -> None:
        port = self._server.port
        client = RawClient.dial(port, upgrade(port, conversation.path, conversation.lines))
        head = client.read_head()
        assert head.startswith((b"HTTP/1.1 101 ", b"HTTP/1.1 4")), head
        client.send_each(conversation.pieces)
        self._answer()
        if conversation.is_read:
            for part in client.ready_frames():
                check_frame(part)
        if conversation.is_aborted:
            client.abort()
        else:
            client.leave()

    def _answer(self, path: str = "/healthz") -> bytes:
        """What is answered to somebody who means well, on a connection that is kept.

        Raises:
            AssertionError: it is no 200.
        """
        try:
            return self._ask(path)
        except (http.client.HTTPException, ConnectionError):  # kept for too long
            self._health.close()
            self._health = self._connect()
            return self._ask(path)

    def _ask(self, path: str) -> bytes:
        self._health.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
        with self._health.getresponse() as response:
            body = response.read()
            assert response.status == 200, body
            return body

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=PATIENCE)
