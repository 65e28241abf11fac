"""What a process tree spends, to the nanosecond."""

import os
import subprocess
import sys

import pytest

from wswarm.drive.host.slowed import spin
from wswarm.drive.host.spending import Spent, cpu_s, spent, wait_s

MS = 1_000_000


def test_the_cpu_time_of_a_process_is_what_it_spent() -> None:
    before = spent(os.getpid())
    spin(30 * MS)
    found = cpu_s(before, spent(os.getpid()))
    assert found is not None
    assert 0.030 <= found < 0.2


def test_children_are_counted_too() -> None:
    code = (
        "from wswarm.drive.host.slowed import spin\n"
        "print(flush=True); input(); spin(30_000_000); print(flush=True); input()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        before = spent(os.getpid())
        child.stdin.write("\n")
        child.stdin.flush()
        child.stdout.readline()
        after = spent(os.getpid())
        child.stdin.close()
        child.kill()
    found = cpu_s(before, after)
    assert found is not None
    assert found >= 0.030
    assert after is not None
    assert child.pid in after.by_process


def test_a_process_that_ended_makes_the_cpu_time_unknown() -> None:
    before, after = Spent({1: 10, 2: 10}, 5, 0), Spent({1: 20}, 5, 0)
    assert cpu_s(before, after) is None


def test_a_process_that_began_meanwhile_counts_in_full() -> None:
    assert cpu_s(Spent({1: 10}, 5, 0), Spent({1: 20, 2: 30}, 9, 0)) == pytest.approx(40e-9)


def test_what_is_not_told_is_unknown() -> None:
    assert wait_s(Spent({}, None, 0), Spent({}, 5, 0)) is None
    assert wait_s(Spent({}, 1, 0), Spent({}, 5, 0)) == pytest.approx(4e-9)
    assert cpu_s(None, Spent({}, 5, 0)) is None
    assert spent(2**22 + 1) is None
