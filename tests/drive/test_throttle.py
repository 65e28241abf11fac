"""Connections that are read slowly, or not at all."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

import pytest
import uvloop

from wswarm.drive import throttle as module
from wswarm.drive.drivers.tap import Tap
from wswarm.drive.throttle import Throttle

S = 1_000_000_000


def looped(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that runs in the loop that agents have."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        uvloop.run(test(*arguments, **named))

    return run


class Heard(asyncio.Protocol):
    """What came in."""

    def __init__(self) -> None:
        self.data = b""
        self.is_lost = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  # asyncio passes it
        self.is_lost.set()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Heard, Tap, socket.socket]]:
    """One who hears, what comes in on his connection, and the peer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        loop = asyncio.get_running_loop()
        transport, heard = await loop.create_connection(Heard, *listener.getsockname())
        peer, _ = listener.accept()
        with peer:
            yield heard, Tap(transport, heard.data_received), peer
        transport.abort()


async def nothing_more(heard: Heard) -> bytes:
    """What has been heard once the loop has looked at its sockets several times."""
    for _ in range(20):
        await asyncio.sleep(0.001)
    return heard.data


@looped
async def test_nothing_is_read_until_all_is_read_again() -> None:
    async with connected() as (heard, tap, peer):
        throttle = Throttle()
        throttle.shut([tap], 0)
        peer.sendall(b"x" * 5_000)
        assert await nothing_more(heard) == b""
        throttle.open()
        async with asyncio.timeout(60):
            while len(heard.data) < 5_000:
                await asyncio.sleep(0.001)
        throttle.close()


@looped
async def test_a_reset_is_seen_though_nothing_is_read_and_what_came_before_it_is_not_lost() -> None:
    async with connected() as (heard, tap, peer):
        throttle = Throttle()
        throttle.shut([tap], 0)
        peer.sendall(b"the last words")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        async with asyncio.timeout(60):
            await heard.is_lost.wait()
        assert heard.data == b"the last words"
        throttle.close()


@looped
async def test_an_end_is_seen_by_who_reads_at_a_rate() -> None:
    async with connected() as (heard, tap, peer):
        throttle = Throttle()
        throttle.shut([tap], 1_000_000)
        peer.sendall(b"the last words")
        peer.close()
        async with asyncio.timeout(60):
            await heard.is_lost.wait()
        assert heard.data == b"the last words"
        throttle.close()


class Counted:
    """A tap that only counts; there is always more to come, unless it is `dry`."""

    number = 7

    def __init__(self) -> None:
        self.read, self.is_dry = 0, False

    def shut(self) -> None:
        """Read no more."""

    def open(self) -> None:
        """Read all."""

    def let(self, most: int) -> int:
        """Let so many through."""
        self.read += 0 if self.is_dry else most
        return 0 if self.is_dry else most


class ByHand(Throttle):
    """A throttle without a look at files, whose ticks are made by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        assert self._resets is not None
        self._resets.close()
        self._resets = None
        self.now = 0
        monkeypatch.setattr(module, "now_ns", lambda: self.now)

    def tick(self, now: int) -> None:
        """Come to what is due."""
        self.now = now
        self._let()


@pytest.mark.parametrize("rate", [3.0, 1_000.0, 123_456.7])
@looped
async def test_as_many_bytes_are_read_as_the_rate_says_however_late_it_is_looked_at(
    rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttle, tap = ByHand(monkeypatch), Counted()
    throttle.shut([tap], rate)  # type: ignore[list-item]  # it is all that a throttle asks of one
    for at in (0.02, 0.04, 0.9, 0.93, 2.0, 3.0):
        throttle.tick(round(at * S))
        assert rate * at - 1 <= tap.read <= rate * at + 1e-6
    throttle.close()


@looped
async def test_what_could_not_be_read_for_want_of_bytes_is_made_up_for_two_seconds_worth_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    throttle, tap = ByHand(monkeypatch), Counted()
    throttle.shut([tap], 1_000.0)  # type: ignore[list-item]  # likewise
    tap.is_dry = True
    throttle.tick(10 * S)
    tap.is_dry = False
    throttle.tick(10 * S + S // 100)
    assert tap.read == 2_000
    throttle.close()
