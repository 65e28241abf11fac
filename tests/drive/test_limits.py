"""How many agents a plan takes on this machine, and what to do when it does not fit."""

from typing import Any

import pytest

from wswarm.drive import limits
from wswarm.drive.limits import FILES_RESERVED, agents_for
from wswarm.errors import PlanError
from wswarm.load.plan import make_plan


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch)


def set_machine(patch: pytest.MonkeyPatch, files: int = 1_048_576, ports: int = 28_232) -> None:
    """Give the machine these limits."""
    patch.setattr(limits, "file_limit", lambda: files)
    patch.setattr(limits, "local_ports", lambda: ports)


def refusal(scenario: str = "echo", **options: Any) -> str:
    """Return why the plan doesn't fit."""
    with pytest.raises(PlanError) as refused:
        agents_for(make_plan(scenario, "ws://127.0.0.1:1", **options))
    return str(refused.value)


@pytest.mark.parametrize(
    ("connections", "agents"), [(1, 1), (9_999, 1), (10_000, 1), (10_001, 2), (20_001, 3)]
)
def test_there_is_one_agent_per_ten_thousand_connections(connections: int, agents: int) -> None:
    assert agents_for(make_plan("echo", "ws://h", connections=connections)) == agents


def test_the_number_of_agents_may_be_given() -> None:
    assert agents_for(make_plan("echo", "ws://h", connections=100, processes=4)) == 4


def test_few_open_files_take_more_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, files=1_000 + FILES_RESERVED)
    assert agents_for(make_plan("echo", "ws://h", connections=2_001)) == 3


def test_too_many_connections_for_the_given_agents_are_refused_with_the_number_that_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, files=1_000 + FILES_RESERVED)
    message = refusal(connections=2_001, processes=2)
    assert "the hard limit is 1064" in message
    assert "use --processes 3" in message


def test_the_number_that_is_advised_does_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, files=1_000 + FILES_RESERVED)
    assert agents_for(make_plan("echo", "ws://h", connections=2_001, processes=3)) == 3


def test_a_machine_without_files_to_spare_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, files=FILES_RESERVED)
    assert "the hard limit is 64" in refusal(connections=10)


def test_more_publishers_than_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, files=100 + FILES_RESERVED)
    assert "--publishers 101" in refusal("fanout", connections=10, publishers=101)


def test_more_sockets_than_ports_are_refused_with_the_addresses_that_suffice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, ports=100)
    message = refusal(connections=250)
    assert "the 100 of 1 source address(es)" in message
    assert "--bind ADDR, 3 in all" in message


def test_further_source_addresses_bring_further_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, ports=100)
    bind = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
    assert agents_for(make_plan("echo", "ws://h", connections=250, bind=bind)) == 1


def test_publishers_take_ports_too(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, ports=100)
    assert agents_for(make_plan("echo", "ws://h", connections=100)) == 1
    assert "--bind ADDR, 2 in all" in refusal("fanout", connections=100)


def test_connections_to_a_socket_file_need_no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, ports=100)
    assert agents_for(make_plan("echo", "ws+unix:/a.sock:/", connections=250)) == 1
