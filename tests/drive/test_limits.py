"""How many agents a plan takes on this machine, and what to do when it does not fit."""

import re
import socket
import sys
from typing import Any

import pytest

from wswarm.drive.drivers.sources import leave_from
from wswarm.drive.host import limits
from wswarm.drive.host.limits import FILES_RESERVED, agents_for, check_server, sources, workers_for
from wswarm.errors import PlanError
from wswarm.load.plan import make_plan


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch)


def set_machine(
    patch: pytest.MonkeyPatch,
    files: int = 1_048_576,
    ports: int = 28_232,
    pids: int | None = None,
    *,
    is_raisable: bool = True,
) -> None:
    """Give the machine these limits."""
    bound = (
        None
        if pids is None
        else (pids, f"pids.max of this control group is 100, of which {100 - pids} are in use")
    )
    patch.setattr(limits, "room_for_processes", lambda: bound)
    patch.setattr(limits, "cores", lambda: 4)
    patch.setattr(limits, "file_limit", lambda: files)
    patch.setattr(limits, "can_be_raised", lambda: is_raisable)
    patch.setattr(limits, "local_ports", lambda: ports)


def refusal(scenario: str = "echo", **options: Any) -> str:
    """Return why the plan doesn't fit."""
    with pytest.raises(PlanError) as refused:
        agents_for(make_plan(scenario, "ws://192.0.2.1:1", **options))
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
    assert f"the hard limit is {1_000 + FILES_RESERVED}" in message
    assert "use --processes 3" in message


def test_the_number_that_is_advised_does_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, files=1_000 + FILES_RESERVED)
    assert agents_for(make_plan("echo", "ws://h", connections=2_001, processes=3)) == 3


def test_a_machine_without_files_to_spare_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, files=FILES_RESERVED)
    assert f"the hard limit is {FILES_RESERVED}" in refusal(connections=10)


def test_more_publishers_than_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, files=100 + FILES_RESERVED)
    assert "--publishers 101" in refusal("fanout", connections=10, publishers=101)


def test_more_sockets_than_ports_are_refused_with_the_addresses_that_suffice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, ports=100)
    message = refusal(connections=250)
    assert "needs 250 local ports, and there are 100" in message
    assert "net.ipv4.ip_local_port_range, 100 for each of 1 source address(es)" in message
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


@pytest.mark.parametrize(
    ("files", "options"),
    [
        (64, {"connections": 50, "processes": 50}),
        (64, {"connections": 50, "processes": 1}),
        (64, {"connections": 600}),
        (128, {"connections": 1_000, "processes": 2}),
        (100, {"connections": 90, "processes": 90}),
        (256, {"connections": 28_000}),
        (40, {"connections": 33}),
        (35, {"connections": 33}),
    ],
)
@pytest.mark.parametrize("scenario", ["connect", "fanout"])
def test_the_mend_for_too_few_files_works_when_followed(
    scenario: str, files: int, options: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(monkeypatch, files=files)
    message = refusal(scenario, **options)
    assert f"the hard limit is {files}" in message
    higher = re.search(r"ulimit -n (\d+), as root", message)
    fewer = re.search(r"use (--processes|-c) (\d+)", message)
    assert higher is not None
    if fewer is not None:
        name = {"--processes": "processes", "-c": "connections"}[fewer[1]]
        mended = {key: value for key, value in options.items() if fewer[1] != "-c" or key != "processes"}
        assert agents_for(make_plan(scenario, "ws://h", **{**mended, name: int(fewer[2])}))
    set_machine(monkeypatch, files=int(higher[1]))
    assert agents_for(make_plan(scenario, "ws://h", **options))


def test_publishers_that_are_too_many_for_their_process_are_told_how_many_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, files=64)
    message = refusal("fanout", connections=3, publishers=70)
    assert (
        "which needs 102 open files, and the hard limit is 64; use at most 32, or raise it (ulimit -n 102, as root)"
        in message
    )
    assert agents_for(make_plan("fanout", "ws://h", connections=3, publishers=32)) == 1
    set_machine(monkeypatch, files=102)
    assert agents_for(make_plan("fanout", "ws://h", connections=3, publishers=70)) == 1


def test_more_processes_than_the_container_may_have_are_refused_before_any_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, pids=5)
    message = refusal(connections=100, processes=6)
    assert message.startswith(
        "6 generator processes can't be started: pids.max of this control group is 100, of"
    )
    assert "use --processes 1" in message
    assert agents_for(make_plan("echo", "ws://h", connections=100, processes=1)) == 1
    set_machine(monkeypatch, pids=0)
    assert refusal(connections=100).endswith("; raise it")


def test_the_application_that_is_started_here_needs_a_file_per_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, files=64)
    check_server(32)
    with pytest.raises(
        PlanError, match=r"use -c 32, or raise it \(ulimit -n 65, as root\), or start it with"
    ):
        check_server(33)


@pytest.mark.parametrize(("connections", "workers"), [(32, 1), (33, 2), (64, 3), (100, 5)])
def test_workers_are_so_many_that_the_fullest_may_have_half_as_much_again_as_its_share(
    connections: int, workers: int
) -> None:
    assert workers_for(connections, 32) == workers


def test_where_root_may_not_raise_the_limit_whoever_starts_the_container_is_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, files=64, is_raisable=False)
    message = refusal(connections=600)
    assert "use -c 512 at most, or raise it (docker run --ulimit nofile=70; in here root may not)" in message


def test_the_mend_for_too_few_ports_works_when_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    set_machine(monkeypatch, ports=20)
    assert "add --bind ADDR, 2 in all" in refusal("connect", connections=30)
    bind = ["127.0.0.2", "127.0.0.3"]
    assert agents_for(make_plan("connect", "ws://h", connections=30, bind=bind)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is nobody's address")
def test_a_loopback_target_is_reached_from_as_many_addresses_as_half_their_ports_suffice_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, ports=100)
    plan = make_plan("echo", "ws://127.0.0.1:1", connections=250)
    assert agents_for(plan) == 1
    assert sources(plan) == tuple(f"127.0.0.{number}" for number in range(1, 6))
    few, fanout = (make_plan(one, "ws://127.0.0.1:1", connections=50) for one in ("echo", "fanout"))
    assert (sources(few), sources(fanout)) == ((), ("127.0.0.1", "127.0.0.2"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is nobody's address")
def test_a_target_at_localhost_is_advised_an_address_that_is_reached_from_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_machine(monkeypatch, ports=100)
    with pytest.raises(PlanError, match=r"write 127\.0\.0\.1 for localhost, which is reached from"):
        agents_for(make_plan("echo", "ws://localhost:1", connections=250))
    assert agents_for(make_plan("echo", "ws://127.0.0.1:1", connections=250)) == 1
    assert "127.0.0.1 for localhost" not in refusal(connections=250)


@pytest.mark.parametrize(
    ("url", "options", "wanted"),
    [
        ("ws://192.0.2.1", {}, ()),
        ("ws://localhost", {}, ()),  # which may lead to ::1
        ("ws+unix:/a.sock:/", {}, ()),
        ("ws://127.0.0.1", {"follow": True}, ()),
        ("ws://127.0.0.1", {"bind": ["127.0.0.9"]}, ("127.0.0.9",)),
    ],
)
def test_no_other_source_address_is_chosen_than_was_asked_for(
    url: str, options: dict[str, Any], wanted: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_machine(monkeypatch, ports=100)
    assert sources(make_plan("echo", url, connections=250, **options)) == wanted


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port is taken at once")
def test_a_source_address_takes_its_port_when_it_is_known_where_to() -> None:
    with socket.socket() as connecting, socket.create_server(("127.0.0.1", 0)) as server:
        leave_from(connecting, "127.0.0.2")
        assert connecting.getsockname() == ("127.0.0.2", 0)
        connecting.connect(server.getsockname())
        assert connecting.getsockname()[0] == "127.0.0.2"
        assert connecting.getsockname()[1] > 0
