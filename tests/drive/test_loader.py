"""Agents that were loaded together: processes of their own all the same."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from wswarm.drive.fleet import started as starting
from wswarm.drive.fleet.child import Child
from wswarm.drive.fleet.started import PROBE, Started, can_be_loaded_together, start_agents

PATIENCE_S = 30.0
ENDED = {0, -signal.SIGKILL}  # by itself, as nobody is at the other end, or because it was killed


@pytest.fixture(autouse=True)
def _are_loaded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    if not can_be_loaded_together():
        pytest.skip("agents are loaded one by one here")
    monkeypatch.setattr(starting, "can_be_loaded_together", can_be_loaded_together)


@pytest.fixture
def started() -> Iterator[list[Started]]:
    """Two agents that hold connections, and the probe."""
    agents = start_agents(2, has_publisher=False, has_probe=True)
    yield agents
    for one in agents:
        one.discard()


def is_ready(agent: Child) -> bool:
    """Whether it speaks; False as soon as it has ended."""
    agent.channel.settimeout(PATIENCE_S)
    return any(True for _ in agent.hear())


def test_each_is_a_process_that_ends_with_its_own_end_of_the_socket(
    started: list[Started],
) -> None:
    children = [Child(one) for one in started]
    assert all(map(is_ready, children))
    pids = [one.process.pid for one in started]
    assert len({*pids, os.getpid()}) == 4
    os.kill(pids[0], signal.SIGKILL)
    assert not is_ready(children[0])  # though the others go on, who began as copies of the same process
    assert children[0].death == "agent 1 killed by signal 9"
    assert children[1].process.poll() is None
    children[1].hang_up()
    assert children[1].process.wait(PATIENCE_S) == 0
    with pytest.raises(subprocess.TimeoutExpired):
        children[2].process.wait(0.0)
    children[2].process.kill()
    assert children[2].process.wait(PATIENCE_S) == -signal.SIGKILL
    assert [one.name for one in started] == ["agent 1", "agent 2", PROBE]


def test_one_that_is_not_wanted_any_more_has_ended_though_it_may_not_have_begun_and_the_others_go_on() -> (
    None
):
    unwanted, *others = start_agents(2, has_publisher=True)
    unwanted.discard()
    assert unwanted.process.poll() in ENDED
    unwanted.discard()
    assert [one.process.poll() for one in others] == [None, None]
    for one in others:
        one.discard()
    assert {one.process.poll() for one in others} <= ENDED


def test_why_none_can_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "AGENT", "wswarm.drive.no_such_agent")
    children = [Child(one) for one in start_agents(2, has_publisher=False)]
    try:
        assert not any(map(is_ready, children))
        why = "ModuleNotFoundError: No module named 'wswarm.drive.no_such_agent'"
        assert [one.death for one in children] == [
            f"agent 1 ended with exit code 1 ({why})",
            "agent 2 ended with exit code 1",
        ]
    finally:
        for one in children:
            one.end()


def test_where_there_are_too_few_files_for_that_they_are_loaded_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left() -> tuple[int, int]:
        raise OSError("Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pipe", none_left)
        patch.setattr(starting, "start_agent", lambda name, _: name)
        assert start_agents(1, has_publisher=True) == ["agent 1", "the publishing agent"]
