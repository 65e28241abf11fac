"""Workers on one port: who gets the connections, who gets the broadcasts, who counts what, who starts again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from target_app.metrics import MEASURES
from tests.target_app.backplane.fleet import PATIENCE, Fleet
from tests.target_app.backplane.servers import Backend, free_port
from wswarm import fanout
from wswarm.drive.files import raise_file_limit

WORKERS = 4
SUBSCRIBERS = 200
BROADCASTS = 100


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for something that has to happen."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what} does not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Four workers, each with a chat of its own."""
    with Fleet(tmp_path_factory.mktemp("fleet") / "log", WORKERS) as running:
        yield running


def chat(fleet: Fleet) -> ClientConnection:
    """A member of the chat."""
    # Without a bound on what it has not read, its close is answered at once.
    url = f"ws://127.0.0.1:{fleet.port}/ws/1"
    return connect(url, proxy=None, open_timeout=PATIENCE, compression=None, max_queue=None)


@pytest.mark.slow
def test_four_workers_deliver_every_broadcast_once_to_every_subscriber(
    backend: Backend, tmp_path: Path
) -> None:
    with Fleet(tmp_path / "log", WORKERS, backend.url) as fleet:
        run = fanout(
            f"ws://127.0.0.1:{fleet.port}",
            profile="chat",
            connections=SUBSCRIBERS,
            rate=BROADCASTS / 2.5,
            duration=2.5,
            warmup=0.2,
        )
        messages = run.messages
        assert (messages.sent, messages.owed) == (BROADCASTS, BROADCASTS * SUBSCRIBERS)
        assert (messages.received, messages.duplicated, messages.reordered) == (messages.owed, 0, 0)
        until(lambda: fleet.stats()["connections_open"] == 0, "the end of all connections")
        found = fleet.stats()
        assert (found["backplane"]["gaps"], found["backplane"]["publish_failures"]) == (0, 0)
    assert "Traceback" not in fleet.log()


@pytest.mark.slow
def test_without_a_backplane_a_broadcast_stays_in_its_worker(fleet: Fleet) -> None:
    url = f"ws://127.0.0.1:{fleet.port}"
    run = fanout(url, profile="chat", connections=SUBSCRIBERS, rate=20, duration=1, warmup=0, drain=0.5)
    messages = run.messages
    in_one_worker = messages.received // messages.sent
    assert (messages.sent, messages.received) == (20, 20 * in_one_worker)
    assert 0 < in_one_worker < SUBSCRIBERS / 2


def test_connections_are_spread_evenly(fleet: Fleet) -> None:
    raise_file_limit()
    with ExitStack() as stack:
        for _ in range(2_000):
            stack.enter_context(socket.create_connection(("127.0.0.1", fleet.port), timeout=PATIENCE))

        def shares() -> list[int]:
            return [accepted(pid, fleet.port) for pid in fleet.pids()]

        until(lambda: sum(shares()) == 2_000, "the last accept")
        assert max(shares()) <= 1.3 * 2_000 / WORKERS


def accepted(pid: int, port: int) -> int:
    """How many connections on a port a process holds."""
    found = psutil.Process(pid).net_connections("tcp")
    return sum(one.laddr.port == port and one.status == psutil.CONN_ESTABLISHED for one in found)


def test_whoever_answers_tells_the_sums(fleet: Fleet) -> None:
    before = fleet.stats()["connections_total"]
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(chat(fleet))
        answers = {}

        def all_say_so() -> bool:
            found = fleet.stats()
            answers[found["process_id"]] = (found["connections_open"], found["connections_total"] - before)
            return len(answers) == WORKERS and set(answers.values()) == {(20, 20)}

        until(all_say_so, "the same sum from every worker")
        metrics = fleet.metrics()
        assert metrics["target_app_connections"] == metrics["target_app_hub_connections"] == 20
        assert metrics["target_app_workers"] == WORKERS
    until(lambda: fleet.stats()["connections_open"] == 0, "the end of all connections")


def test_a_worker_that_is_killed_takes_its_gauges_along_leaves_its_counters_and_is_replaced(
    tmp_path: Path,
) -> None:
    with Fleet(tmp_path / "log", 2) as fleet, ExitStack() as stack:
        clients = [stack.enter_context(chat(fleet)) for _ in range(20)]
        for client in clients:
            client.send("hi")
        until(lambda: fleet.stats()["messages_in"] == 20, "the sum")
        victim = fleet.pids()[0]
        held = accepted(victim, fleet.port)
        os.kill(victim, signal.SIGKILL)
        fleet.wait_for_log("starting another")
        until(lambda: len(fleet.pids()) == 2 and fleet.stats()["workers"] == 2, "a new worker")
        found = fleet.stats()
        assert found["connections_open"] == 20 - held
        assert (found["connections_total"], found["messages_in"]) == (20, 20)
        assert victim not in fleet.pids()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_workers_and_closes_1012(tmp_path: Path, number: signal.Signals) -> None:
    with Fleet(tmp_path / "log", 2) as fleet, chat(fleet) as client:
        workers = fleet.pids()
        assert fleet.stop(number) == 0
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert not any(psutil.pid_exists(pid) for pid in workers)
    assert "Traceback" not in fleet.log()


def test_workers_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    with Fleet(tmp_path / "log", 2) as fleet:
        workers = fleet.pids()
        fleet.stop(signal.SIGKILL)
        until(lambda: not any(is_alive(pid) for pid in workers), "the end of the workers")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start workers that cannot start."""
    command = [sys.executable, "-m", "target_app.workers", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=env, check=False)


def test_an_application_that_does_not_start_is_not_tried_again() -> None:
    failed = start("target_app.main:nothing", "--port", "0")
    assert failed.returncode == 1
    assert re.search(r"worker \d did not start \(exit code \d\): stopping", failed.stderr)
    assert "starting another" not in failed.stderr


@pytest.mark.parametrize(
    ("workers", "address", "why", "code"),
    [
        ("1", "kafka://x", "no backplane 'kafka'", 2),
        ("2", "kafka://x", "no backplane 'kafka'", 1),
        ("2", "redis://127.0.0.1:1", r"does not answer .* the backend says:", 1),
    ],
)
def test_an_application_whose_backplane_fails_says_why_without_a_traceback(
    workers: str, address: str, why: str, code: int
) -> None:
    """Another application than the one that is known to have a backplane: nothing was checked before the start."""
    failed = start(
        "tests.target_app.own_app:app", "--port", "0", "--workers", workers, TARGET_BACKPLANE=address
    )
    assert failed.returncode == code
    assert re.search(why, failed.stderr)
    assert "Traceback" not in failed.stderr


def test_settings_that_cannot_be_are_told_in_a_line_each() -> None:
    failed = start("target_app.main:app", "--port", "0", TARGET_LAG_WINDOW="-1", TARGET_OUTBOX_POLICY="no")
    assert failed.returncode == 2
    assert [line.partition(":")[0] for line in failed.stderr.splitlines()] == [
        "TARGET_LAG_WINDOW",
        "TARGET_OUTBOX_POLICY",
    ]


def test_a_worker_that_cannot_come_back_leaves_the_others_alone_and_comes_back_when_it_can(
    tmp_path: Path,
) -> None:
    obstacle = tmp_path / "obstacle"
    with Fleet(tmp_path / "log", 2, app="tests.target_app.own_app:app", obstacle=str(obstacle)) as fleet:
        obstacle.touch()
        victim, other = fleet.pids()
        os.kill(victim, signal.SIGKILL)
        fleet.wait_for_log("starting another", count=2)  # it, and the one after it
        assert fleet.get("/healthz") == '{"status":"ok"}'
        assert other in fleet.pids()
        obstacle.unlink()
        until(lambda: fleet.stats()["workers"] == 2, "a new worker")
        assert fleet.stop() == 0


def test_a_port_in_use_is_told_before_a_worker_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = start("target_app.main:app", "--port", str(taken.getsockname()[1]))
    assert failed.returncode == 1
    assert re.fullmatch(r"can't listen on 127.0.0.1 port \d+: Address already in use\n", failed.stderr)


def test_two_fleets_never_share_a_port(fleet: Fleet) -> None:
    assert start("target_app.main:app", "--port", str(fleet.port)).returncode == 1


def test_wswarm_serves_several_workers_on_a_backplane(backend: Backend) -> None:
    port = free_port()
    command = [sys.executable, "-m", "wswarm.cli", "serve", "--workers", "2", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--backplane", backend.url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        first, second = process.stdout.readline(), process.stdout.readline()
        assert f"at http://127.0.0.1:{port}/" in first
        assert second == f"2 workers running on http://127.0.0.1:{port}\n"
        with ExitStack() as stack:
            clients = [
                stack.enter_context(connect(f"ws://127.0.0.1:{port}/ws/{number}", proxy=None))
                for number in range(8)
            ]
            clients[0].send("hi")
            assert clients[0].recv(PATIENCE) == "You wrote: hi"
            assert [client.recv(PATIENCE) for client in clients] == ["Client #0 says: hi"] * 8
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()


def test_every_metric_is_documented() -> None:
    document = (Path(__file__).parents[3] / "docs" / "backplane.md").read_text()
    assert {measure.name for measure in MEASURES if f"`{measure.name}`" not in document} == set()
