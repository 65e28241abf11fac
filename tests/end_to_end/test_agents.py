"""The life of the agents: none outlives its front end, and one that dies leaves a report that says so."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.end_to_end.instrument import (
    PATIENCE_S,
    agents_of,
    are_gone,
    front_end,
    once_in_hold,
    run,
    wait_for_agents,
    wait_until,
)
from tests.end_to_end.servers import serve
from wswarm.errors import GeneratorError
from wswarm.results.run import Run

LONG = ("-d", "60s", "--warmup", "0s", "-c", "4", "-r", "50/s")


def stored(folder: Path) -> Run:
    """The run file."""
    return msgspec.json.decode((folder / "run.json").read_bytes(), type=Run)


def wait_for_the_hold(events: Path) -> None:
    """Wait until a run has told of messages that were sent in its hold."""

    def has_told() -> bool:
        lines = events.read_text().split("\n")[:-1] if events.exists() else []
        return any(one["phase"] == "hold" and one["sent"] for one in map(json.loads, lines))

    wait_until(has_told)


def kill_last() -> None:
    """Kill the last of this process's agents: in a fan-out the publishing one."""
    agents_of()[-1].kill()


def test_a_killed_front_end_leaves_no_agent_behind(tmp_path: Path) -> None:
    with serve("relay") as server, front_end(tmp_path, "fanout", server.url, *LONG) as process:
        agents = wait_for_agents(process.pid, 2)
        wait_until(lambda: any(agent.net_connections() for agent in agents))
        process.kill()
        assert are_gone(agents)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_ctrl_c_once_ends_the_hold_early_with_a_full_account(processes: str, tmp_path: Path) -> None:
    report, events = tmp_path / "report", tmp_path / "events"
    options = (*LONG, "--processes", processes, "--events", str(events))
    with serve("echo") as server, front_end(report, "echo", server.url, *options) as process:
        agents = wait_for_agents(process.pid, int(processes))
        wait_for_the_hold(events)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE_S)
        facts = server.log()
    assert process.returncode == 130
    assert "Traceback" not in output + errors
    assert are_gone(agents)
    found = stored(report).messages
    assert found is not None
    assert 0 < found.offered < 3000
    assert found.offered == found.sent == found.owed == found.received == facts["received"] == facts["sent"]
    assert (found.lost.silent, found.lost.disconnected, found.extra) == (0, 0, 0)


def test_ctrl_c_once_ends_a_fan_out_early_with_a_full_account(tmp_path: Path) -> None:
    report, events = tmp_path / "report", tmp_path / "events"
    options = (*LONG, "--events", str(events))
    with serve("relay") as server, front_end(report, "fanout", server.url, *options) as process:
        agents = wait_for_agents(process.pid, 2)
        wait_for_the_hold(events)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
        facts = server.log()
    assert process.returncode == 130
    assert are_gone(agents)
    run_file = stored(report)
    assert run_file.messages is not None
    assert run_file.fanout is not None
    assert 0 < run_file.messages.offered == run_file.messages.sent == facts["received"] < 3000
    assert run_file.messages.owed == run_file.messages.received == facts["sent"] == 4 * facts["received"]
    assert (run_file.fanout.broadcasts, run_file.fanout.incomplete) == (facts["received"], 0)
    assert run_file.phases.drain - run_file.phases.hold < 59


def test_ctrl_c_twice_aborts_without_a_report(tmp_path: Path) -> None:
    report, events = tmp_path / "report", tmp_path / "events"
    options = (*LONG, "--drain", "60s", "--events", str(events))
    with (
        serve("faulty_echo", lose={"every": 1}) as server,
        front_end(report, "echo", server.url, *options) as process,
    ):
        agents = wait_for_agents(process.pid, 1)
        wait_for_the_hold(events)
        process.send_signal(signal.SIGINT)
        while "once more to abort" not in (said := process.stderr.readline()):
            assert said
        time.sleep(0.5)
        assert process.poll() is None  # it waits for what is owed
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "interrupted" in errors
    assert not (report / "run.json").exists()
    assert are_gone(agents)


def test_an_agent_killed_in_mid_run_leaves_a_report_that_is_invalid_and_names_it() -> None:
    killed: list[int] = []

    def kill() -> None:
        agent = agents_of()[0]
        killed.append(agent.pid)
        agent.kill()

    with serve("echo") as server:
        found = run(
            "echo",
            server.url,
            once_in_hold(kill),
            connections=4,
            rate=100,
            duration=2,
            warmup=0.2,
            processes=2,
        )
        facts = server.log()
    assert killed
    assert agents_of() == []
    assert found.validity.verdict == "invalid"
    assert "agent 1 killed by signal 9" in found.validity.reasons[0]
    assert found.messages is not None
    # The other agent's share is there in full, and nothing of the one that died.
    assert found.messages.offered == found.messages.sent == found.messages.received == 100
    assert facts["received"] < 220


def test_a_publishing_agent_killed_in_mid_run_leaves_a_report_that_is_invalid_and_names_it() -> None:
    with serve("relay") as server:
        found = run("fanout", server.url, once_in_hold(kill_last), connections=3, rate=50, duration=2)
    assert agents_of() == []
    assert found.validity.verdict == "invalid"
    assert "the publishing agent killed by signal 9" in found.validity.reasons[0]


def test_no_report_can_be_made_when_every_agent_was_killed() -> None:
    with serve("echo") as server, pytest.raises(GeneratorError, match="agent 1 killed by signal 9"):
        run("echo", server.url, once_in_hold(kill_last), duration=2)
    assert agents_of() == []


def test_an_error_of_the_caller_leaves_no_agent_behind() -> None:
    def fail() -> Any:
        raise RuntimeError("the progress bar broke")

    seen: list[Any] = []

    def watch(progress: Any) -> None:
        seen.extend(agents_of())
        if progress.phase == "hold":
            fail()

    with serve("echo") as server, pytest.raises(RuntimeError, match="the progress bar broke"):
        run("echo", server.url, watch)
    assert seen
    assert are_gone(seen)
