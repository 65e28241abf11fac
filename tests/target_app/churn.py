"""Connections that come and go in every way, and what they leave behind in the server."""

import json
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.target_app.raw_client import RawClient, close, text
from tests.target_app.server import PATIENCE

BATCH = 100


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What the server has more of than before; connections and rooms absolutely.

    Attributes:
        rss_growth: bytes that resident memory grew in the second half of the churn.
    """

    connections: int
    rooms: int
    tasks: int
    files: int
    outbox_bytes: int
    rss_growth: int

    @property
    def are_none(self) -> bool:
        """Nothing is left; memory may have grown by what an allocator's pools vary by."""
        left = (self.connections, self.rooms, self.tasks, self.files, self.outbox_bytes)
        return left == (0, 0, 0, 0, 0) and self.rss_growth < 4_000_000


def churn(port: int, process_id: int, connections: int) -> Leftovers:
    """Open and end so many connections at the server, a fifth in each way.

    A closing handshake; a reset; a message and silence until the server is told to forget by a reset after the
    others; half a handshake; a reset while a broadcast to it is on its way.
    """
    process = psutil.Process(process_id)
    _batch(port)  # what is made once is no leftover
    tasks, files = _settled(port, process)
    rss = []
    for _ in range(2):
        for _ in range(connections // 2 // BATCH):
            _batch(port)
        _settled(port, process)
        rss.append(process.memory_info().rss)
    tasks_now, files_now = _settled(port, process)
    stats = _stats(port)
    return Leftovers(
        connections=stats["connections_open"] + stats["hub"]["connections"],
        rooms=stats["rooms"],
        tasks=tasks_now - tasks,
        files=files_now - files,
        outbox_bytes=stats["hub"]["outbox_bytes"],
        rss_growth=rss[1] - rss[0],
    )


def _batch(port: int) -> None:
    """One hundred connections, all open at once but for the half ones."""
    fifth = BATCH // 5
    clean, reset, silent, busy = (
        [RawClient(port, f"/ws/{number}") for number in range(fifth)] for _ in range(4)
    )
    half = [RawClient.begin(port, "/ws/1") for _ in range(fifth)]
    for client in clean:
        client.send(close())
    for client in silent:
        client.send(text("hi"))
    for client in busy:
        client.send(text("x" * 2000), text("y" * 2000))
    for client in (*busy, *reset, *half, *silent, *clean):
        client.abort()


def _settled(port: int, process: psutil.Process) -> tuple[int, int]:
    """Tasks and files once every connection has ended and the counts have stopped changing."""
    deadline = time.monotonic() + PATIENCE
    last = (-1, -1)
    while True:
        stats = _stats(port)
        time.sleep(0.05)  # the connection of that question is closed by then
        found = (stats["tasks"], len(list(Path(f"/proc/{process.pid}/fd").iterdir())))
        if not stats["connections_open"] and found == last:
            return found
        assert time.monotonic() < deadline, f"connections stay open: {stats}"
        last = found


def _stats(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=PATIENCE) as answer:
        return json.load(answer)  # type: ignore[no-any-return] # JSON is Any
