"""How a server ends: everybody is asked to come back, and nobody is waited for too long."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from uvicorn.server import ServerState

from target_app.drain import BATCH_EVERY_S, drain
from target_app.settings import Settings
from tests.target_app.raw_client import RawClient, text
from tests.target_app.server import Server, closing

REASON = "restarting: retry in 0 to 5 s"
WORKERS = "target_app.workers"


class Connection:
    """One of a server.

    Attributes:
        asked: the loop's time when it was asked to go.
        is_reset: it was.
    """

    def __init__(self, state: ServerState, *, is_polite: bool) -> None:
        self.asked: float | None = None
        self.is_reset = False
        self.transport = self
        self._state: Any = state
        self._is_polite = is_polite
        self._state.connections.add(self)

    def shutdown(self) -> None:
        assert self.asked is None, "it is asked twice"
        self.asked = asyncio.get_running_loop().time()
        if self._is_polite:
            self._state.connections.discard(self)

    def abort(self) -> None:
        self.is_reset = True
        self._state.connections.discard(self)


def drained(count: int, *, is_polite: bool, is_forced: bool = False, **settings: Any) -> list[Connection]:
    """What became of so many connections."""

    async def scenario() -> list[Connection]:
        state = ServerState()
        connections = [Connection(state, is_polite=is_polite) for _ in range(count)]
        await drain(state, Settings(**settings), lambda: is_forced)
        return connections

    return asyncio.run(scenario())


def test_clients_are_asked_some_at_a_time() -> None:
    ended = drained(7, is_polite=True, drain_batch=3)
    times = sorted(one.asked for one in ended if one.asked is not None)
    assert len(times) == 7
    assert times[-1] - times[0] >= 2 * BATCH_EVERY_S * 0.9
    assert not any(one.is_reset for one in ended)


def test_who_does_not_go_is_reset() -> None:
    ended = drained(3, is_polite=False, drain_deadline=0.3)
    assert all(one.asked is not None and one.is_reset for one in ended)


def test_all_are_asked_in_time_however_small_the_batches() -> None:
    ended = drained(1000, is_polite=False, drain_batch=1, drain_deadline=1)
    assert all(one.asked is not None for one in ended)


def test_nobody_is_waited_for_when_it_is_forced() -> None:
    assert all(one.is_reset and one.asked is None for one in drained(3, is_polite=False, is_forced=True))


def test_a_handler_that_does_not_end_is_cancelled_at_the_deadline() -> None:
    async def scenario() -> bool:
        state = ServerState()
        stuck = asyncio.create_task(asyncio.sleep(3600))
        state.tasks.add(stuck)  # type: ignore[arg-type] # whatever it returns
        await drain(state, Settings(drain_deadline=0.1), lambda: False)
        await asyncio.wait([stuck])
        return stuck.cancelled()

    assert asyncio.run(scenario())


@pytest.fixture
def serving(start: Callable[..., Server], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Serve the hardened application by so many workers."""

    def serve(workers: int, **settings: str) -> Server:
        options = ("--workers", str(workers), "--log-level", "info")
        return start("target_app.main:app", *options, program=WORKERS, **settings)

    return serve


@pytest.mark.parametrize(
    ("workers", "number"), [(1, signal.SIGHUP), (4, signal.SIGTERM)], ids=["1-SIGHUP", "4-SIGTERM"]
)
def test_a_signal_asks_all_to_come_back_and_ends_with_0_though_some_never_answer(
    serving: Callable[..., Server], workers: int, number: signal.Signals
) -> None:
    server = serving(workers, TARGET_DRAIN_DEADLINE="2", TARGET_DRAIN_BATCH="10")
    mute = [RawClient(server.port, "/ws") for _ in range(30)]
    half = [RawClient.begin(server.port, "/ws") for _ in range(5)]
    with server.connect("/ws") as polite, server.connect("/ws/1") as chatting:
        os.kill(server.pid, number)
        server.stop()
        assert [closing(client) for client in (polite, chatting)] == [(1012, REASON)] * 2
    assert [(one.code, one.reason) for client in mute for one in client.frames()] == [(1012, REASON)] * 30
    assert server.code == 0
    assert "ERROR" not in server.log()
    assert "Traceback" not in server.log()
    for client in (*mute, *half):
        client.leave()


def test_nobody_comes_in_while_a_server_waits_for_its_clients(serving: Callable[..., Server]) -> None:
    server = serving(1, TARGET_DRAIN_DEADLINE="3")
    mute = RawClient(server.port, "/ws")
    os.kill(server.pid, signal.SIGTERM)
    assert mute.read_frame() is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port)).close()
    mute.leave()
    server.stop()
    assert server.code == 0


def test_a_second_interrupt_ends_a_stop_at_once_and_says_nothing_of_it(
    serving: Callable[..., Server],
) -> None:
    server = serving(1, TARGET_DRAIN_DEADLINE="100")
    mute = RawClient(server.port, "/ws")
    os.kill(server.pid, signal.SIGINT)
    assert mute.read_frame() is not None
    os.kill(server.pid, signal.SIGINT)
    server.stop()
    assert server.code == 0
    assert "Traceback" not in server.log()
    mute.leave()


def test_a_worker_that_restarts_asks_its_own_clients_alone(serving: Callable[..., Server]) -> None:
    server = serving(4, TARGET_DRAIN_DEADLINE="2")
    clients = [RawClient(server.port, "/ws") for _ in range(40)]
    one = int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[0])
    os.kill(one, signal.SIGTERM)
    server.wait_for_log(r"ended \(exit code 0\): starting another")
    for client in clients:
        client.send(text("x"))
    firsts = [client.read_frame() for client in clients]
    told = [first.payload for first in firsts if first is not None]
    assert len(told) == 40
    gone = [payload for payload in told if payload[2:] == REASON.encode()]
    assert 0 < len(gone) < 40
    assert set(told) - set(gone) == {b"Message text was: x"}
    assert "ERROR" not in server.log()
    for client in clients:
        client.leave()
