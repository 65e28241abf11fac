"""A worker, an agent, Locust itself dies: what is missing is named, and nothing goes on loading."""

import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.end_to_end.instrument import several_at_once, side_by_side
from tests.locust.harness import CHAT_AND_ECHO, Locust, are_gone, distributed, forking, headless, locust
from wswarm.drive.host.target import ReferenceApp
from wswarm.results.run import Run

pytestmark = [pytest.mark.slow, several_at_once]

CHAT = """
from wswarm.locust import ChatUser

class Chat(ChatUser):
    rate = 20
"""


class Ended(NamedTuple):
    """How Locust ended, what it said, and its runs."""

    code: int
    said: str
    runs: dict[str, Run]


Death = Callable[[Path, str], Ended]
Deaths = dict[Death, Future[Ended]]


def ended_by_us(one: Locust) -> Ended:
    """How it ends that is told to."""
    one.signal(signal.SIGTERM)
    return Ended(one.ended(), one.text(), one.runs())


@contextmanager
def forked(folder: Path, url: str) -> Iterator[tuple[Locust, psutil.Process, psutil.Process]]:
    """A chat of two workers in its hold: the master, the worker that subscribes alone, the one that publishes too."""
    (folder / "locustfile.py").write_text(CHAT)
    options = headless(url, 8, "--ws-drain", "1s")
    with locust(folder, "-f", "locustfile.py", *forking(2), *options) as master:
        master.hold()
        subscriber, publisher = sorted(master.forks(), key=lambda fork: len(master.agents_of(fork)))
        assert (len(master.agents_of(subscriber)), len(master.agents_of(publisher))) == (1, 2)
        yield master, subscriber, publisher


def of_a_subscriber(folder: Path, url: str) -> Ended:
    with forked(folder, url) as (master, victim, _):
        agents = master.agents_of(victim)
        victim.kill()
        assert are_gone(agents)
        master.wait_for("was lost")
        return ended_by_us(master)


def of_the_publisher(folder: Path, url: str) -> Ended:
    with forked(folder, url) as (master, _, publisher):
        publisher.kill()
        master.wait_for("was lost")
        return ended_by_us(master)


def of_all_workers(folder: Path, url: str) -> Ended:
    with locust(folder, "-f", "locustfile.py", *forking(1), *headless(url, 4)) as master:
        master.hold(0.5)
        (worker,), agents = master.forks(), master.agents()
        assert len(agents) == 2
        worker.kill()
        assert are_gone(agents)
        master.wait_for("was lost")
        return ended_by_us(master)


def of_an_agent(folder: Path, url: str) -> Ended:
    with locust(folder, "-f", "locustfile.py", *headless(url, 8)) as one:
        one.hold(0.5)
        holder = min(one.agents(), key=lambda agent: agent.create_time())
        holder.kill()
        one.wait_for("killed by signal 9: its share of the test is missing")
        return ended_by_us(one)


def of_locust(folder: Path, url: str) -> Ended:
    with locust(folder, "-f", "locustfile.py", *forking(2), *headless(url, 8)) as one:
        one.hold(0.5)
        assert len(one.agents()) == 3
        left = one.descendants()
        one.signal(signal.SIGKILL)
        assert are_gone(left, 20.0)
        return Ended(one.ended(), one.text(), {})


def of_the_master(folder: Path, url: str) -> Ended:
    with distributed(folder, *headless(url, 8), workers=1) as (master, worker):
        master.hold(0.5)
        agents = worker.agents()
        assert len(agents) == 2
        master.signal(signal.SIGKILL)
        assert are_gone(agents, 30.0)
        said = worker.wait_for("nothing heard from Locust's master for 8 s: ending the load")
        return Ended(master.ended(), said, {})


def of_a_worker_before_it_begins(folder: Path, url: str) -> Ended:
    """It stands still, as far as the others can tell."""
    options = headless(url, 8, "-t", "6s", "--ws-drain", "1s")
    with locust(folder, "-f", "locustfile.py", *forking(2), *options) as master:
        master.wait_for("2 workers connected")
        victim = master.forks()[0]
        victim.send_signal(signal.SIGSTOP)
        code = master.ended()
        victim.send_signal(signal.SIGCONT)
        return Ended(code, master.text(), {})


@pytest.fixture(scope="module")
def deaths(
    tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp, started_agents: None
) -> Iterator[Deaths]:
    """All of them: most of the time is spent waiting for somebody who says nothing any more."""
    longest_first: list[Death] = [of_the_master, of_the_publisher, of_a_subscriber, of_all_workers]
    longest_first += [of_a_worker_before_it_begins, of_locust, of_an_agent]
    calls: dict[Death, Callable[[], Ended]] = {}
    for death in longest_first:
        folder = tmp_path_factory.mktemp(death.__name__)
        (folder / "locustfile.py").write_text(CHAT_AND_ECHO)
        calls[death] = partial(death, folder, app.url)
    with side_by_side(calls, at_once=4) as found:
        yield found


def test_a_worker_that_is_killed_is_named_with_what_its_subscribers_were_owed(deaths: Deaths) -> None:
    ended = deaths[of_a_subscriber].result()
    run = ended.runs["Chat"]
    assert ended.code == 98
    (loss,) = [reason for reason in run.validity.reasons if "was lost" in reason]
    found = re.search(r"with 4 connections of Chat; Chat was owed (\d+) deliveries of (\d+) broadcasts", loss)
    assert found, loss
    assert int(found[1]) == 4 * int(found[2])
    assert run.messages is not None
    assert int(found[2]) == run.messages.sent > 0
    assert run.messages.received == 4 * run.messages.sent
    assert run.connections.opened == 5
    assert loss.split(":")[0] in ended.said


def test_the_worker_that_publishes_is_killed_and_nobody_claims_to_know_what_was_owed(deaths: Deaths) -> None:
    ended = deaths[of_the_publisher].result()
    run = ended.runs["Chat"]
    assert ended.code == 98
    (loss,) = [reason for reason in run.validity.reasons if "was lost" in reason]
    assert "with 4 connections of Chat and the publishers; what Chat was owed is not known" in loss
    assert run.connections.opened == 4


def test_an_agent_that_is_killed_is_named_and_its_users_do_not_wait_for_it(deaths: Deaths) -> None:
    ended = deaths[of_an_agent].result()
    assert ended.code == 98
    assert ended.runs.keys() == {"Chat", "Echo"}
    for run in ended.runs.values():
        assert any("the agent of Locust killed by signal 9" in reason for reason in run.validity.reasons)


def test_nothing_goes_on_loading_when_locust_is_killed(deaths: Deaths) -> None:
    assert deaths[of_locust].result().code == -signal.SIGKILL


def test_workers_whose_master_is_killed_end_the_load_long_before_locust_gives_up(deaths: Deaths) -> None:
    assert deaths[of_the_master].result().code == -signal.SIGKILL


def test_a_worker_that_stands_still_from_the_start_is_named(deaths: Deaths) -> None:
    ended = deaths[of_a_worker_before_it_begins].result()
    assert ended.code == 98
    assert "did not begin: nothing was heard of it" in ended.said


def test_all_workers_are_lost_and_a_report_still_says_so(deaths: Deaths) -> None:
    ended = deaths[of_all_workers].result()
    assert ended.code == 98
    assert all("was lost" in run.validity.reasons[0] for run in ended.runs.values())
    assert ended.runs
