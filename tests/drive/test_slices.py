"""How soon an agent gets its core."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wswarm.drive.host import slices

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a call of Linux's")

_ASK = "from wswarm.drive.host.slices import ask_for_short_slices; taken = ask_for_short_slices();"


def _told(program: str, *before: str) -> str:
    command = [*before, sys.executable, "-c", _ASK + program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def _slice_ms(of: str) -> float | None:
    if not Path("/proc/self/sched").exists():
        return None
    lines = [line.split(":") for line in of.splitlines() if line.startswith("se.slice")]
    return int(lines[0][1]) / 1e6 if lines else None


def test_the_kernel_takes_slices_of_1_ms() -> None:
    taken, _, sched = _told("print(taken); print(open('/proc/self/sched').read())").partition("\n")
    assert taken == "True"
    assert _slice_ms(sched) in (None, 1.0)  # not every kernel tells


def test_who_is_nice_stays_as_nice() -> None:
    assert _told("import os; print(os.getpriority(os.PRIO_PROCESS, 0))", "nice", "-n", "5") == str(
        min(os.getpriority(os.PRIO_PROCESS, 0) + 5, 19)
    )


def test_another_policy_is_left_alone() -> None:
    program = "import os; print(taken, os.sched_getscheduler(0) == os.SCHED_BATCH)"
    assert _told(program, "chrt", "--batch", "0") == "False True"


def test_a_machine_whose_call_is_not_known_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "s390x")
    assert not slices.ask_for_short_slices()
