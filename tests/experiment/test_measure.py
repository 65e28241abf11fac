"""The phases of one run, and what is measured in which."""

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.drive.host.probes import MachineMeter, MachineUse
from wswarm.experiment import measure
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
        run("echo", server.url, watch)
    assert order == ["ramp", "warm-up", "start", "hold", "stop"]
