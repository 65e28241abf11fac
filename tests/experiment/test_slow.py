"""What is looked at beside slow readers: the kernel's memory, and the target's."""

import re

import pytest

from wswarm.drive.host.probes import TargetUse
from wswarm.drive.host.tcp_memory import TcpMemory
from wswarm.errors import PlanError
from wswarm.experiment import growth as module
from wswarm.experiment.growth import Growth
from wswarm.experiment.preflight import check_memory, known_before
from wswarm.load.plan import make_plan
from wswarm.load.slow import KERNEL_MEMORY, Readers, readers_of
from wswarm.units import NS_PER_S

S = NS_PER_S
MEMORY = TcpMemory(used=0, squeezed_from=200 * KERNEL_MEMORY)


def readers(connections: int, slow: float) -> Readers:
    return readers_of(make_plan("slow", "ws://127.0.0.1:1/", connections=connections, slow=slow, size=65_536))


@pytest.mark.parametrize("memory", [MEMORY, None])
def test_readers_whose_buffers_fit_may_be(memory: TcpMemory | None) -> None:
    check_memory(readers(5_000, 0.02), memory)


@pytest.mark.parametrize("connections", [5_050, 7_001, 100_000])
def test_readers_who_could_fill_the_kernel_s_memory_are_refused_with_a_mend_that_works(
    connections: int,
) -> None:
    with pytest.raises(PlanError, match=r"--slow 2% .* net\.ipv4\.tcp_mem") as refused:
        check_memory(readers(connections, 0.02), MEMORY)
    share = re.search(r"use --slow ([0-9.]+)%", str(refused.value))
    assert share is not None
    check_memory(readers(connections, float(share[1]) / 100), MEMORY)


def test_a_plan_says_when_back_pressure_begins_and_others_say_nothing() -> None:
    plan = make_plan("slow", "ws://127.0.0.1:1/", size=65_536)
    assert "back-pressure begins 2.29 s into a slow block of 5 s" in known_before(plan)[0]
    assert known_before(make_plan("fanout", "ws://127.0.0.1:1/")) == []


class Target:
    """Whose memory is a thousand bytes per second of the clock."""

    def __init__(self) -> None:
        self.now = 0

    def read(self) -> TargetUse | None:
        return TargetUse(0.0, self.now // S * 1_000)


def test_growth_is_from_the_last_look_before_to_the_last_look_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = iter([5_000, 9_000, 7_000])
    monkeypatch.setattr(module, "tcp_memory", lambda: TcpMemory(next(used), 8_000))
    target = Target()
    growth = Growth(target)  # type: ignore[arg-type]  # it is all that is asked of one
    for target.now in (S, 3 * S, 3 * S + 1, 8 * S):
        growth.look(target.now)
    assert growth.between(2 * S, 5 * S) == 2_000
    assert growth.between(0, 5 * S) is None
    assert (growth.kernel, growth.squeezed_from) == (9_000, 8_000)


def test_nothing_is_known_of_a_target_that_nobody_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "tcp_memory", lambda: None)
    growth = Growth(None)
    growth.look(S)
    assert (growth.between(0, 5 * S), growth.kernel) == (None, None)
