"""A worker, an agent, Locust itself dies: what is missing is named, and nothing goes on loading."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.locust.harness import Locust, are_gone, distributed, forking, headless, locust
from wswarm.drive.target import ReferenceApp

CHAT = """
from wswarm.locust import ChatUser

class Chat(ChatUser):
    rate = 20
"""


@pytest.mark.slow
def test_a_worker_that_is_killed_is_named_with_what_its_subscribers_were_owed(
    tmp_path: Path, app: ReferenceApp
) -> None:
    with forked(tmp_path, *headless(app.url, 8, "--ws-drain", "1s")) as (master, victim, _):
        agents = master.agents_of(victim)
        victim.kill()
        assert are_gone(agents)
        master.wait_for("was lost")
        master.signal(signal.SIGTERM)
        assert master.ended() == 98
        run = master.runs()["Chat"]
    (loss,) = [reason for reason in run.validity.reasons if "was lost" in reason]
    found = re.search(r"with 4 connections of Chat; Chat was owed (\d+) deliveries of (\d+) broadcasts", loss)
    assert found, loss
    assert int(found[1]) == 4 * int(found[2])
    assert run.messages is not None
    assert int(found[2]) == run.messages.sent > 0
    assert run.messages.received == 4 * run.messages.sent
    assert run.connections.opened == 5
    assert loss.split(":")[0] in master.text()


@pytest.mark.slow
def test_the_worker_that_publishes_is_killed_and_nobody_claims_to_know_what_was_owed(
    tmp_path: Path, app: ReferenceApp
) -> None:
    with forked(tmp_path, *headless(app.url, 8, "--ws-drain", "1s")) as (master, _, publisher):
        publisher.kill()
        master.wait_for("was lost")
        master.signal(signal.SIGTERM)
        assert master.ended() == 98
        run = master.runs()["Chat"]
    (loss,) = [reason for reason in run.validity.reasons if "was lost" in reason]
    assert "with 4 connections of Chat and the publishers; what Chat was owed is not known" in loss
    assert run.connections.opened == 4


@contextmanager
def forked(folder: Path, *options: str) -> Iterator[tuple[Locust, psutil.Process, psutil.Process]]:
    """A chat of two workers in its hold: the master, the worker that subscribes alone, the one that publishes too."""
    (folder / "locustfile.py").write_text(CHAT)
    with locust(folder, "-f", "locustfile.py", *forking(2), *options) as master:
        master.hold()
        subscriber, publisher = sorted(master.forks(), key=lambda fork: len(master.agents_of(fork)))
        assert (len(master.agents_of(subscriber)), len(master.agents_of(publisher))) == (1, 2)
        yield master, subscriber, publisher


@pytest.mark.slow
def test_an_agent_that_is_killed_is_named_and_its_users_do_not_wait_for_it(
    folder: Path, app: ReferenceApp
) -> None:
    with locust(folder, "-f", "locustfile.py", *headless(app.url, 8)) as one:
        one.hold(0.5)
        holder = min(one.agents(), key=lambda agent: agent.create_time())
        holder.kill()
        one.wait_for("killed by signal 9: its share of the test is missing")
        one.signal(signal.SIGTERM)
        assert one.ended() == 98
        runs = one.runs()
    assert runs.keys() == {"Chat", "Echo"}
    for run in runs.values():
        assert any("the agent of Locust killed by signal 9" in reason for reason in run.validity.reasons)


@pytest.mark.slow
def test_nothing_goes_on_loading_when_locust_is_killed(folder: Path, app: ReferenceApp) -> None:
    with locust(folder, "-f", "locustfile.py", *forking(2), *headless(app.url, 8)) as one:
        one.hold(0.5)
        assert len(one.agents()) == 3
        left = one.descendants()
        one.signal(signal.SIGKILL)
        assert are_gone(left, 20.0)


@pytest.mark.slow
def test_workers_whose_master_is_killed_end_the_load_long_before_locust_gives_up(
    folder: Path, app: ReferenceApp
) -> None:
    with distributed(folder, *headless(app.url, 8), workers=1) as (master, worker):
        master.hold(0.5)
        agents = worker.agents()
        assert len(agents) == 2
        master.signal(signal.SIGKILL)
        assert are_gone(agents, 30.0)
        worker.wait_for("nothing heard from Locust's master for 8 s: ending the load")


@pytest.mark.slow
def test_a_worker_that_stands_still_from_the_start_is_named(folder: Path, app: ReferenceApp) -> None:
    options = headless(app.url, 8, "-t", "6s", "--ws-drain", "1s")
    with locust(folder, "-f", "locustfile.py", *forking(2), *options) as master:
        master.wait_for("2 workers connected")
        victim = master.forks()[0]
        victim.send_signal(signal.SIGSTOP)
        assert master.ended() == 98
        assert "did not begin: nothing was heard of it" in master.text()
        victim.send_signal(signal.SIGCONT)


@pytest.mark.slow
def test_all_workers_are_lost_and_a_report_still_says_so(folder: Path, app: ReferenceApp) -> None:
    with locust(folder, "-f", "locustfile.py", *forking(1), *headless(app.url, 4)) as master:
        master.hold(0.5)
        (worker,), agents = master.forks(), master.agents()
        assert len(agents) == 2
        worker.kill()
        assert are_gone(agents)
        master.wait_for("was lost")
        master.signal(signal.SIGTERM)
        assert master.ended() == 98
        runs = master.runs()
    assert all("was lost" in run.validity.reasons[0] for run in runs.values())
    assert runs
