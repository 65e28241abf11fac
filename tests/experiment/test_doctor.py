"""Can this machine do that: each limit, and how to raise it."""

from dataclasses import replace
from typing import Any

import pytest

from wswarm.drive.host.limits import FILES_RESERVED
from wswarm.experiment.doctor import (
    GENERATOR_BYTES,
    KERNEL_BYTES,
    TARGET_BYTES,
    Check,
    Machine,
    examine,
    inspect,
)

ROOMY = Machine(
    files=1_048_576,
    ports=64_000,
    backlog=4_096,
    syn_backlog=4_096,
    memory=64_000_000_000,
    cores=8,
    conntrack=None,
    has_fine_timer=True,
    has_uvloop=True,
)


def check(name: str, connections: int = 1_000, connect_rate: float = 500.0, **has: Any) -> Check:
    """Return the check of that name on a roomy machine that has this instead."""
    checks = examine(replace(ROOMY, **has), connections, connect_rate)
    return next(one for one in checks if one.name == name)


def test_a_roomy_machine_passes_every_check() -> None:
    assert all(one.is_enough for one in examine(ROOMY, 10_000, 500.0))


BYTES = GENERATOR_BYTES + TARGET_BYTES + KERNEL_BYTES


@pytest.mark.parametrize(
    ("name", "has", "is_enough"),
    [
        ("open files, generator", {"files": 1_000 + FILES_RESERVED}, True),
        ("open files, generator", {"files": 100 + FILES_RESERVED}, True),
        ("open files, generator", {"files": 1 + FILES_RESERVED}, False),
        ("open files, local target", {"files": 1_000 + FILES_RESERVED}, True),
        ("open files, local target", {"files": 1_000 + FILES_RESERVED - 1}, None),
        ("local ports", {"ports": 2_000}, True),
        ("local ports", {"ports": 1_999}, None),
        ("memory", {"memory": 1_000 * BYTES}, True),
        ("memory", {"memory": 1_000 * BYTES - 1}, False),
        ("tracked connections", {"conntrack": None}, True),
        ("tracked connections", {"conntrack": 1_000}, True),
        ("tracked connections", {"conntrack": 999}, False),
        ("accept queue", {"backlog": 500}, True),
        ("accept queue", {"backlog": 499}, False),
        ("accept queue", {"backlog": None}, None),
        ("half-open queue", {"syn_backlog": 500}, True),
        ("half-open queue", {"syn_backlog": 499}, False),
        ("half-open queue", {"syn_backlog": None}, None),
        ("cores", {"cores": 2}, True),
        ("cores", {"cores": 1}, False),
        ("timer", {"has_fine_timer": False}, False),
        ("event loop", {"has_uvloop": False}, False),
    ],
)
def test_each_limit_is_judged_at_what_is_needed(
    name: str, has: dict[str, Any], is_enough: bool | None
) -> None:
    assert check(name, **has).is_enough is is_enough


def test_a_generator_process_needs_files_for_its_share_only() -> None:
    assert check("open files, generator", connections=50_000, files=10_000 + FILES_RESERVED).is_enough
    assert not check("open files, local target", connections=50_000, files=10_000 + FILES_RESERVED).is_enough


def test_too_few_ports_are_mended_with_as_many_addresses_as_it_takes_to_leave_half_of_them_free() -> None:
    assert "5 source addresses" in check("local ports", connections=2_500, ports=1_000).mend


@pytest.mark.parametrize(
    ("connections", "rate", "needed"),
    [(100, 500.0, "100"), (10_000, 500.0, "500"), (50_000, 5_000.0, "2,000")],
)
def test_a_queue_has_to_hold_one_second_of_connecting_but_no_more_than_is_under_way_at_once(
    connections: int, rate: float, needed: str
) -> None:
    assert check("accept queue", connections, rate).needed.startswith(f"{needed} ")


def test_every_check_says_how_to_mend_it() -> None:
    assert all(one.mend and one.found and one.needed for one in examine(ROOMY, 1_000, 500.0))


def test_each_check_has_its_own_name() -> None:
    names = [one.name for one in examine(ROOMY, 1_000, 500.0)]
    assert len(set(names)) == len(names)


def test_the_machine_at_hand_can_be_looked_at() -> None:
    machine = inspect()
    assert min(machine.files, machine.ports, machine.memory, machine.cores) > 0


def test_a_target_that_may_not_open_so_many_files_needs_workers_of_which_one_has_more_than_its_share() -> (
    None
):
    few = check("open files, local target", connections=50_000, files=20_000)
    assert few.needed == "50,032, or 4 workers"
    assert "start 4 workers" in few.mend
    assert check("open files, local target", connections=10_000, files=20_000).needed == "10,032"
