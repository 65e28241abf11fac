"""What Locust is asked for happens to real connections, and the figures stay exact."""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.instrument import several_at_once, side_by_side
from tests.end_to_end.servers import serve
from tests.locust.harness import (
    Locust,
    connections_of,
    forking,
    headless,
    locust,
    sockets_of,
    until,
    worker_of,
)
from tests.locust.served import served
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.target import ReferenceApp
from wswarm.report import store
from wswarm.results.run import Run

pytestmark = [pytest.mark.slow, several_at_once]

CHAT = """
from wswarm.locust import WebSocketUser

class Chat(WebSocketUser):
    scenario, rate = "fanout", 20
"""
STEPS = """
from locust import LoadTestShape
from wswarm.locust import WebSocketUser

class Echo(WebSocketUser):
    scenario, rate_per_user = "echo", 5

class Steps(LoadTestShape):
    def tick(self):
        for end, users in ((4, 3), (8, 7), (12, 2)):
            if self.get_run_time() < end:
                return users, 100
        return None
"""
MIXED = """
from locust import User, constant, tag, task
from wswarm.locust import EchoUser, WebSocketUser

class Talker(WebSocketUser):
    profile = None
    url = "/ws"
    fixed_count = 2
    heard = 0
    wait_time = constant(0.1)

    def on_message(self, message):
        type(self).heard += 1

    @tag("talk")
    @task
    def talk(self):
        assert self.request("hello {}".format(self.connection_id), "hello").text

    @tag("never")
    @task
    def never(self):
        raise RuntimeError("its tag is excluded")

class Light(EchoUser):
    weight = 1

class Heavy(EchoUser):
    weight = 3

class Unwanted(EchoUser):
    pass

class Plain(User):
    wait_time = constant(0.1)
    fixed_count = 1

    @tag("talk")
    @task
    def other(self):
        self.environment.events.request.fire(
            request_type="job", name="plain", response_time=3, response_length=0, exception=None, context={}
        )
"""


class Ended(NamedTuple):
    """How Locust ended, what it said, and its runs.

    Attributes:
        seen: How many sockets the server had, time and again.
    """

    code: int
    said: str
    runs: dict[str, Run]
    seen: list[int]


Kind = Callable[[Path, str], Ended]
Features = dict[Kind, Future[Ended]]


def of(one: Locust, seen: list[int] | None = None) -> Ended:
    """What became of it, once it has ended."""
    return Ended(one.ended(), one.text(), one.runs(), seen or [])


def exact(run: Run, users: int) -> None:
    """Whether every broadcast of the hold came to every user once."""
    assert run.messages is not None
    assert run.messages.sent > 0
    assert run.messages.received == run.messages.owed == users * run.messages.sent
    assert run.messages.extra == run.messages.duplicated == 0


def reports(folder: Path) -> list[Path]:
    """The folders of all reports that are complete, oldest first."""
    found = (folder / "reports").glob("2*")
    return sorted(one for one in found if (one / "report.html").exists())


def shape(folder: Path, _: str) -> Ended:
    """Users who come and go in steps."""
    (folder / "locustfile.py").write_text(STEPS)
    seen: list[int] = []
    with serve("echo") as server, locust(folder, "-f", "locustfile.py", *headless(server.url, 1)) as one:
        while one.process.poll() is None:
            seen.append(sockets_of(server.pid))
            time.sleep(0.2)
        return of(one, seen)


def mixture(folder: Path, url: str) -> Ended:
    """Classes of every kind, and a task whose tag is excluded."""
    (folder / "mine.py").write_text(MIXED)
    options = headless(url, 11, "--ws-hold", "2s", "--exclude-tags", "never", "--stop-timeout", "5")
    objectives = ("--ws-fail", "p50<10s", "--reset-stats")
    with locust(folder, "-f", "mine.py", *options, *objectives, "Talker", "Light", "Heavy", "Plain") as one:
        return of(one)


def web_ui(folder: Path, _: str) -> Ended:
    """Two tests after each other, of the users of the first more and fewer while it ran."""
    (folder / "locustfile.py").write_text(CHAT)
    with serve("relay") as server, served(
        folder, *forking(2), "-H", server.url, "--ws-no-plots"
    ) as ui:  # fmt: skip
        one = ui.locust
        one.wait_for("2 workers connected")
        ui.start(4)
        one.hold()
        ui.start(6)
        until(lambda: sockets_of(server.pid) == 7, said=one.text)
        time.sleep(0.5)
        ui.start(3)
        until(lambda: sockets_of(server.pid) == 4, said=one.text)
        ui.post("/stop")
        until(lambda: len(reports(folder)) == 1)
        until(lambda: sockets_of(server.pid) == 0)
        until(lambda: not one.agents())
        until(lambda: one.text().count("reported as ready") == 4)
        ui.start(5)
        until(lambda: one.text().count("The hold has begun") == 2)
        time.sleep(1.0)
        ui.post("/stop")
        until(lambda: len(reports(folder)) == 2)
        first, second = (store.load(report)[0] for report in reports(folder))
        return Ended(0, one.text(), {"first": first, "second": second}, [])


def latecomer(folder: Path, _: str) -> Ended:
    """A worker that comes when the users are there, and is given half of them."""
    (folder / "locustfile.py").write_text(CHAT)
    port = str(free_ports(1)[0])
    place = ("--processes", "1", "--master-bind-port", port, "--master-port", port)
    with serve("relay") as server, locust(
        folder, "-f", "locustfile.py", *place, *headless(server.url, 6, "--enable-rebalancing")
    ) as master:  # fmt: skip
        master.hold(0.5)
        late = worker_of(folder, port)
        try:
            master.wait_for("2 workers connected")
            until(lambda: late.process.poll() is not None or sum(map(connections_of, late.agents())) == 3)
            time.sleep(1.0)
            master.signal(signal.SIGTERM)
            return of(master)
        finally:
            late.end()


@pytest.fixture(scope="module")
def features(
    tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp, started_agents: None
) -> Iterator[Features]:
    """All of them side by side: they wait more than they work."""
    kinds: list[Kind] = [shape, web_ui, latecomer, mixture]
    folders = {kind: tmp_path_factory.mktemp(kind.__name__) for kind in kinds}
    calls = {kind: partial(kind, folder, app.url) for kind, folder in folders.items()}
    with side_by_side(calls, at_once=3) as found:
        yield found


def test_open_sockets_follow_a_shape_up_and_down_and_the_whole_test_is_measured(features: Features) -> None:
    ended = features[shape].result()
    assert ended.code in (0, 98)
    run, seen = ended.runs["Echo"], ended.seen
    steps = [count for count, before in zip(seen, [0, *seen], strict=False) if count != before]
    for users in (3, 7, 2):
        assert users in steps
        steps = steps[steps.index(users) :]
    assert run.connections.opened == run.connections.requested == run.connections.peak == 7
    assert (run.connections.left, run.connections.dropped) == (5, 0)
    assert run.messages is not None
    assert run.messages.received == run.messages.owed > 0
    on_their_way = run.messages.sent - run.messages.owed  # to users as they left: neither owed nor lost
    assert 0 <= on_their_way <= run.connections.left
    assert run.phases.drain - run.phases.hold > 8


def test_classes_weights_fixed_counts_tags_and_other_users_together(features: Features) -> None:
    code, said, runs, _ = features[mixture].result()
    objectives = [result.met for run in runs.values() for result in run.slo]
    assert objectives
    assert all(objectives)
    assert code == (98 if "invalid" in {run.validity.verdict for run in runs.values()} else 0)
    opened = {name: run.connections.opened for name, run in runs.items()}
    assert opened == {"Talker": 2, "Light": 2, "Heavy": 6}
    for run in runs.values():
        assert run.messages is not None
        assert run.messages.received == run.messages.owed > 0
    assert "its tag is excluded" not in said
    assert "job      plain" in said
    assert "reply    reply" in said


def test_users_come_and_go_by_the_web_ui_and_a_second_test_is_as_exact_as_the_first(
    features: Features,
) -> None:
    runs = features[web_ui].result().runs
    first, second = runs["first"], runs["second"]
    assert (first.connections.opened, first.connections.left) == (7, 3)
    assert first.messages is not None
    assert first.messages.received == first.messages.owed > 4 * first.messages.sent / 2
    assert second.connections.opened == 6
    exact(second, 5)


def test_a_worker_that_comes_late_takes_its_share_and_nothing_is_lost(features: Features) -> None:
    ended = features[latecomer].result()
    run = ended.runs["Chat"]
    assert ended.code in (0, 98)
    assert not [reason for reason in run.validity.reasons if "lost" in reason]
    assert run.messages is not None
    assert run.messages.received == run.messages.owed > 0
