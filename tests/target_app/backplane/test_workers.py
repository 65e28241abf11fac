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
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from target_app import workers
from target_app.metrics import MEASURES
from tests.end_to_end.instrument import run, together
from tests.target_app.backplane.conftest import Served
from tests.target_app.backplane.fleet import PATIENCE, Fleet
from wswarm import fanout
from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.host.target import ReferenceApp
from wswarm.results.progress import Progress

pytestmark = pytest.mark.xdist_group("backplane: workers")
WORKERS = 3
SUBSCRIBERS = 60
BROADCASTS = 60
CONNECTIONS = 1_000

Refused = Callable[..., tuple[int, str]]


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for something that has to happen."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what} does not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Three workers, each with a chat of its own."""
    with Fleet(tmp_path_factory.mktemp("fleet") / "log", WORKERS) as running:
        yield running


def chat(fleet: Fleet, number: int = 1) -> ClientConnection:
    """A member of the chat."""
    # Without a bound on what it has not read, its close is answered at once.
    url = f"ws://127.0.0.1:{fleet.port}/ws/{number}"
    return connect(url, proxy=None, open_timeout=PATIENCE, compression=None, max_queue=None)


def mishaps_of(fleet: Fleet) -> int:
    """How many messages of others the workers were told they missed, or could not publish."""
    found = fleet.stats()["backplane"]
    return int(found["gaps"] + found["publish_failures"])


@pytest.mark.slow
def test_workers_deliver_every_broadcast_once_to_every_subscriber(served: Served) -> None:
    fleet = served.fleet
    mishaps = mishaps_of(fleet)
    messages = fanout(
        f"ws://127.0.0.1:{fleet.port}",
        profile="chat",
        connections=SUBSCRIBERS,
        rate=BROADCASTS / 1.5,
        duration=1.5,
        warmup=0.2,
    ).messages
    assert (messages.sent, messages.owed) == (BROADCASTS, BROADCASTS * SUBSCRIBERS)
    assert (messages.received, messages.duplicated, messages.reordered) == (messages.owed, 0, 0)
    until(lambda: fleet.stats()["connections_open"] == 0, "the end of all connections")
    assert mishaps_of(fleet) == mishaps
    assert "Traceback" not in fleet.log()


@pytest.mark.slow
def test_without_a_backplane_a_broadcast_stays_in_its_worker(fleet: Fleet) -> None:
    """The kernel deals connections out by chance: how many subscribers are beside the publisher is looked up."""
    shares: list[int] = []

    def look(progress: Progress) -> None:
        if progress.phase == "hold" and sum(shares) != SUBSCRIBERS + 1:
            shares[:] = [accepted(pid, fleet.port) for pid in fleet.pids()]

    load = {"connections": SUBSCRIBERS, "rate": 20, "duration": 1, "warmup": 0, "drain": 0.5}
    messages = run("fanout", f"ws://127.0.0.1:{fleet.port}", look, profile="chat", **load).messages
    assert messages is not None
    in_one_worker = messages.received // messages.sent
    assert (messages.sent, messages.received) == (20, 20 * in_one_worker)
    assert sum(shares) == SUBSCRIBERS + 1
    assert in_one_worker + 1 in shares
    assert 0 < in_one_worker < SUBSCRIBERS


def test_connections_are_spread_evenly(fleet: Fleet) -> None:
    raise_file_limit()
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(socket.create_connection(("127.0.0.1", fleet.port), timeout=PATIENCE))

        def shares() -> list[int]:
            return [accepted(pid, fleet.port) for pid in fleet.pids()]

        until(lambda: sum(shares()) == CONNECTIONS, "the last accept")
        assert max(shares()) <= 1.3 * CONNECTIONS / WORKERS


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


class End(NamedTuple):
    """How workers end that are told to by a signal.

    Attributes:
        code: The supervisor's exit code.
        close_code: What a client was told.
        left: The workers that are still there.
    """

    code: int
    close_code: int
    left: list[int]


def read_all(client: ClientConnection) -> NoReturn:
    """Until the end of the connection: others may have left who were there before, and a client is told of that."""
    while True:
        client.recv(PATIENCE)


def end_of(fleet: Fleet, number: signal.Signals) -> End:
    """End it by a signal, with a client in the chat."""
    pids = fleet.pids()
    with chat(fleet) as client:
        code = fleet.stop(number)
        with pytest.raises(ConnectionClosed) as closed:
            read_all(client)
    assert closed.value.rcvd is not None
    return End(code, closed.value.rcvd.code, [pid for pid in pids if psutil.pid_exists(pid)])


class Bereaved(NamedTuple):
    """Two workers of which one was killed while it held connections.

    Attributes:
        held: How many of the 20 there were.
        found: The sums once there was another.
        is_replaced: Whether the other has a process of its own.
        end: By SIGTERM.
    """

    held: int
    found: dict[str, Any]
    is_replaced: bool
    end: End
    log: str


@pytest.fixture(scope="module")
def bereaved(tmp_path_factory: pytest.TempPathFactory) -> Bereaved:
    """What became of two workers after one was killed."""
    with Fleet(tmp_path_factory.mktemp("bereaved") / "log", 2) as fleet:
        with ExitStack() as stack:
            clients = [stack.enter_context(chat(fleet)) for _ in range(20)]
            for client in clients:
                client.send("hi")
            until(lambda: fleet.stats()["messages_in"] == 20, "the sum")
            victim = fleet.pids()[0]
            held = accepted(victim, fleet.port)
            os.kill(victim, signal.SIGKILL)
            fleet.wait_for_log("starting another")
            until(lambda: len(fleet.pids()) == 2 and fleet.stats()["workers"] == 2, "a new worker")
            found, is_replaced = fleet.stats(), victim not in fleet.pids()
        return Bereaved(held, found, is_replaced, end_of(fleet, signal.SIGTERM), fleet.log())


def test_a_worker_that_is_killed_takes_its_gauges_along_leaves_its_counters_and_is_replaced(
    bereaved: Bereaved,
) -> None:
    assert bereaved.found["connections_open"] == 20 - bereaved.held
    assert (bereaved.found["connections_total"], bereaved.found["messages_in"]) == (20, 20)
    assert bereaved.is_replaced


class Hindered(NamedTuple):
    """Two workers of which one was killed and could not come back for a while.

    Attributes:
        health: What the other said meanwhile.
        is_other_left: Whether it is the one that it was.
        end: By SIGINT, once there were two again.
    """

    health: str
    is_other_left: bool
    end: End
    log: str


@pytest.fixture(scope="module")
def hindered(tmp_path_factory: pytest.TempPathFactory) -> Hindered:
    """What became of two workers of which one could not come back."""
    folder = tmp_path_factory.mktemp("hindered")
    obstacle = folder / "obstacle"
    with Fleet(folder / "log", 2, app="tests.target_app.own_app:app", obstacle=str(obstacle)) as fleet:
        obstacle.touch()
        victim, other = fleet.pids()
        os.kill(victim, signal.SIGKILL)
        fleet.wait_for_log("starting another", count=2)  # it, and the one after it
        health, is_other_left = fleet.get("/healthz"), other in fleet.pids()
        obstacle.unlink()
        until(lambda: fleet.stats()["workers"] == 2, "a new worker")
        return Hindered(health, is_other_left, end_of(fleet, signal.SIGINT), fleet.log())


def test_a_worker_that_cannot_come_back_leaves_the_others_alone_and_comes_back_when_it_can(
    hindered: Hindered,
) -> None:
    assert hindered.health == '{"status":"ok"}'
    assert hindered.is_other_left


@pytest.mark.parametrize("ended", ["bereaved", "hindered"], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_all_workers_and_closes_1012(ended: str, request: pytest.FixtureRequest) -> None:
    told: Bereaved | Hindered = request.getfixturevalue(ended)
    assert told.end == End(code=0, close_code=1012, left=[])
    assert "Traceback" not in told.log


def test_workers_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    with Fleet(tmp_path / "log", 2, app="tests.target_app.bare_app:app") as fleet:
        pids = fleet.pids()
        fleet.stop(signal.SIGKILL)
        until(lambda: not any(is_alive(pid) for pid in pids), "the end of the workers")


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


def test_a_fleet_is_started_again_once_no_worker_of_the_one_before_accepts() -> None:
    with ReferenceApp(workers=2) as app:
        before = psutil.Process(app.pid).children(recursive=True)
        app.end_by("KILL")
        until(app.revive, "the end")
        assert len(before) >= 2
        assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in before)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Refused]:
    """Start workers that are refused before there is any: exit code, standard error."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def start(*arguments: str, **environment: str) -> tuple[int, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return workers.main(arguments), capsys.readouterr().err

    yield start
    for number, handler in before.items():
        signal.signal(number, handler)


def test_an_application_that_does_not_start_is_not_tried_again() -> None:
    failed = start("tests.target_app.bare_app:nothing", "--port", "0")
    assert failed.returncode == 1
    assert re.search(r"worker \d did not start \(exit code \d\): stopping", failed.stderr)
    assert "starting another" not in failed.stderr


FAILING = [
    ("1", "kafka://x", "no backplane 'kafka'", 2),
    ("2", "kafka://x", "no backplane 'kafka'", 1),
    ("2", "redis://127.0.0.1:1", r"does not answer .* the backend says:", 1),
]
Failed = dict[tuple[str, str], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def failing() -> Failed:
    """How workers ended on backplanes that fail, started all at once because one of them is tried for 5 s."""

    def end(workers: str, address: str, *_: object) -> subprocess.CompletedProcess[str]:
        return start(
            "tests.target_app.own_app:app", "--port", "0", "--workers", workers, TARGET_BACKPLANE=address
        )

    ended = together(*(partial(end, *case) for case in FAILING))
    return {case[:2]: one for case, one in zip(FAILING, ended, strict=True)}


@pytest.mark.parametrize(("workers", "address", "why", "code"), FAILING)
def test_an_application_whose_backplane_fails_says_why_without_a_traceback(
    workers: str, address: str, why: str, code: int, failing: Failed
) -> None:
    """Another application than the one that is known to have a backplane: nothing was checked before the start."""
    failed = failing[workers, address]
    assert failed.returncode == code
    assert re.search(why, failed.stderr)
    assert "Traceback" not in failed.stderr


def test_settings_that_cannot_be_are_told_in_a_line_each(refused: Refused) -> None:
    settings = {"TARGET_LAG_WINDOW": "-1", "TARGET_OUTBOX_POLICY": "no"}
    code, told = refused("target_app.main:app", "--port", "0", **settings)
    assert code == 2
    assert [line.partition(":")[0] for line in told.splitlines()] == list(settings)


def test_a_port_in_use_is_told_before_a_worker_starts(refused: Refused) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, told = refused("target_app.main:app", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert re.fullmatch(r"can't listen on 127.0.0.1 port \d+: Address already in use\n", told)


def test_two_fleets_never_share_a_port(fleet: Fleet, refused: Refused) -> None:
    assert refused("target_app.main:app", "--port", str(fleet.port))[0] == 1


def test_wswarm_serves_several_workers_on_a_backplane(served: Served) -> None:
    fleet = served.fleet
    said = fleet.log().splitlines()
    assert said[0] == f"2 workers running on http://127.0.0.1:{fleet.port}"
    assert said[1] == f"target_app.main at http://127.0.0.1:{fleet.port}/ (Ctrl-C stops it)"
    with ExitStack() as stack:
        clients = [stack.enter_context(chat(fleet, number)) for number in range(8)]
        clients[0].send("hi")
        assert clients[0].recv(PATIENCE) == "You wrote: hi"
        assert [client.recv(PATIENCE) for client in clients] == ["Client #0 says: hi"] * 8
    until(lambda: fleet.stats()["connections_open"] == 0, "the end of all connections")


def test_every_metric_is_documented() -> None:
    document = (Path(__file__).parents[3] / "docs" / "backplane.md").read_text()
    assert {measure.name for measure in MEASURES if f"`{measure.name}`" not in document} == set()
