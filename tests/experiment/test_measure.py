"""The phases of one run, and what is measured in which."""

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.drive.host.probes import MachineMeter, MachineUse
from wswarm.experiment import measure
from wswarm.load.plan import make_plan
from wswarm.results.progress import Progress


def test_the_machine_is_watched_over_the_hold_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    class Meter(MachineMeter):
        def start(self) -> None:
            order.append("start")
            super().start()

        def stop(self) -> MachineUse:
            order.append("stop")
            return super().stop()

    def watch(progress: Progress) -> None:
        if progress.phase != "drain" and progress.phase != next(iter(order[-1:]), None):
            order.append(progress.phase)

    monkeypatch.setattr(measure, "MachineMeter", Meter)
    with serve("echo") as server:
        run("echo", server.url, watch, duration=2.0)  # of which a busy process sees a part, too
    assert order == ["ramp", "warm-up", "start", "hold", "stop"]


def test_an_interrupt_as_the_hold_ends_costs_no_reply_that_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measure, "_CUT_AFTER_NS", 600_000_000)
    phases: list[str] = []
    with serve("fixed_delay", delay=0.5) as server:
        plan = make_plan("echo", server.url, connections=2, rate=50.0, duration=0.5, warmup=0.0, drain=30.0)
        found = measure.measure(
            plan, lambda progress: phases.append(progress.phase), lambda: "hold" in phases
        )
    assert found.messages is not None
    assert (found.messages.offered, found.messages.received, found.messages.lost.silent) == (25, 25, 0)
    assert found.interrupted
    assert "interrupted as the hold ended: nothing is missing" in found.notices
