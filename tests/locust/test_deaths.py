"""A worker, an agent, Locust itself dies: what is missing is named, and nothing goes on loading."""

import re
import signal
from pathlib import Path

import pytest

from tests.locust.harness import are_gone, distributed, forking, headless, locust
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
    (tmp_path / "locustfile.py").write_text(CHAT)
    options = headless(app.url, 8, "--ws-hold", "7s", "--ws-drain", "1s")
    with distributed(tmp_path, *options) as (master, workers):
        master.hold()
        publisher = next(one for one in workers if len(one.agents()) == 2)
        victim = next(one for one in workers if one is not publisher)
        agents = victim.agents()
        victim.process.kill()
        assert are_gone(agents)
        assert master.ended() == 98
        run = master.runs()["Chat"]
    (loss,) = [reason for reason in run.validity.reasons if "was lost" in reason]
    found = re.search(r"with 4 connections of Chat; Chat was owed (\d+) deliveries of (\d+) broadcasts", loss)
    assert found, loss
    assert int(found[1]) == 4 * int(found[2])
    assert run.messages is not None
    assert int(found[2]) == run.messages.sent
    assert run.messages.received == 4 * run.messages.sent
    assert run.connections.opened == 5
    assert loss.split(":")[0] in master.text()


@pytest.mark.slow
def test_the_worker_that_publishes_is_killed_and_nobody_claims_to_know_what_was_owed(
    tmp_path: Path, app: ReferenceApp
) -> None:
    (tmp_path / "locustfile.py").write_text(CHAT)
    options = headless(app.url, 8, "--ws-drain", "1s")
    with distributed(tmp_path, *options) as (master, workers):
        master.hold()
        publisher = next(one for one in workers if len(one.agents()) == 2)
        publisher.process.kill()
        master.wait_for("was lost")
        master.signal(signal.SIGTERM)
        assert master.ended() == 98
        run = master.runs()["Chat"]
    (loss,) = [reason for reason in run.validity.reasons if "was lost" in reason]
    assert "with 4 connections of Chat and the publishers; what Chat was owed is not known" in loss
    assert run.connections.opened == 4


@pytest.mark.slow
def test_an_agent_that_is_killed_is_named_and_its_users_do_not_wait_for_it(
    folder: Path, app: ReferenceApp
) -> None:
    with locust(folder, "-f", "locustfile.py", *headless(app.url, 8)) as one:
        one.hold()
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
@pytest.mark.parametrize("processes", [1, 2])
def test_nothing_goes_on_loading_when_locust_is_killed(
    folder: Path, app: ReferenceApp, processes: int
) -> None:
    more = forking(processes) if processes > 1 else []
    with locust(folder, "-f", "locustfile.py", *more, *headless(app.url, 8)) as one:
        one.hold()
        assert len(one.agents()) == processes + 1
        left = one.descendants()
        one.signal(signal.SIGKILL)
        assert are_gone(left, 20.0)


@pytest.mark.slow
def test_workers_whose_master_is_killed_end_the_load_long_before_locust_gives_up(
    folder: Path, app: ReferenceApp
) -> None:
    with distributed(folder, *headless(app.url, 8), workers=1) as (master, (worker,)):
        master.hold()
        agents = worker.agents()
        assert len(agents) == 2
        master.signal(signal.SIGKILL)
        assert are_gone(agents, 30.0)
        worker.wait_for("nothing heard from Locust's master for 8 s: ending the load")


@pytest.mark.slow
def test_a_worker_that_stands_still_from_the_start_is_named(folder: Path, app: ReferenceApp) -> None:
    options = headless(app.url, 8, "-t", "6s", "--ws-drain", "1s")
    with distributed(folder, *options) as (master, workers):
        master.wait_for("2 workers connected")
        workers[0].signal(signal.SIGSTOP)
        assert master.ended() == 98
        assert "did not begin: nothing was heard of it" in master.text()
        workers[0].signal(signal.SIGCONT)


@pytest.mark.slow
def test_all_workers_are_lost_and_a_report_still_says_so(folder: Path, app: ReferenceApp) -> None:
    with distributed(folder, *headless(app.url, 4), workers=1) as (master, (worker,)):
        master.hold()
        assert len(worker.agents()) == 2
        worker.process.kill()
        master.wait_for("was lost")
        master.signal(signal.SIGTERM)
        assert master.ended() == 98
        runs = master.runs()
    assert all("was lost" in run.validity.reasons[0] for run in runs.values())
    assert runs
