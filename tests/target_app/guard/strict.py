"""The hardened app as `wswarm serve --guard strict` starts it, and handshakes on the wire."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.target_app.backplane.fleet import Fleet
from tests.target_app.raw_client import RawClient, upgrade
from tests.target_app.server import PATIENCE

USERS = 50
TOKENS = {f"user {number}": f"s3cret-{number}" for number in range(USERS)}
ALICE = TOKENS["user 0"]
TOLD = {"TARGET_GUARD": "strict", "TARGET_TOKENS": json.dumps(TOKENS)}


@contextmanager
def strict(folder: Path, workers: int, **settings: str) -> Iterator[Fleet]:
    """So many workers with these settings."""
    with Fleet(folder / "log", workers, **TOLD, **settings) as fleet:
        fleet.headers["Authorization"] = f"Bearer {ALICE}"
        yield fleet


def knock(
    port: int, *, user: int | None = 0, source: str = "127.0.0.1", path: str = "/ws", lines: bytes = b""
) -> RawClient:
    """A handshake of a user, or of nobody, from an address: sent and not yet answered."""
    token = b"" if user is None else f"Authorization: Bearer {TOKENS[f'user {user}']}\r\n".encode()
    return RawClient.dial(port, upgrade(port, path, token + lines), source=source)


def status(client: RawClient) -> int:
    """How the handshake was answered; all of that is in its ``head``."""
    client.head = client.read_head()
    return int(client.head.split(b" ", 2)[1])


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for something that has to happen."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what} does not happen"
        time.sleep(0.02)
