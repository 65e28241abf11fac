"""What processes spend while connections open, and while a load holds."""

import pytest

from tests.experiment.spenders import BUSY, IDLE, process, spent_by
from wswarm.experiment.sizing import quiet
from wswarm.experiment.sizing.meter import Meter
from wswarm.experiment.sizing.quiet import wait_until_quiet
from wswarm.results.progress import Phase, Progress

LONG_NS = 30_000_000


def note(meter: Meter, phase: Phase) -> None:
    """Tell it that the run is in that phase."""
    meter.note(Progress(phase=phase, elapsed_s=1.0, connections_open=5, connections_requested=5))


def test_each_process_is_read_over_the_ramp_and_over_the_hold() -> None:
    with process(IDLE) as idle, process(BUSY) as busy:
        meter = Meter([idle, busy], [])
        for phase in ("ramp", "warm-up", "hold"):
            before = spent_by(busy)
            note(meter, phase)  # type: ignore[arg-type]
            while spent_by(busy) < before + LONG_NS:
                pass
        note(meter, "drain")
    for used in (meter.ramp, meter.hold):
        assert used is not None
        assert len(used.cpu) == 2
        assert used.cpu[0] > used.cpu[1]
        assert used.broker is None
    assert meter.memory is not None
    assert meter.memory > 1_000_000
    assert meter.idle.memory > 1_000_000


def test_a_broker_is_read_beside_the_target() -> None:
    with process(IDLE) as idle, process(BUSY) as busy:
        meter = Meter([idle], [busy])
        note(meter, "hold")
        before = spent_by(busy)
        while spent_by(busy) < before + LONG_NS:
            pass
        note(meter, "drain")
    assert meter.hold is not None
    assert len(meter.hold.cpu) == 1
    assert meter.hold.broker is not None
    assert meter.hold.broker > 0


def test_without_a_hold_nothing_is_known() -> None:
    with process(IDLE) as idle:
        meter = Meter([idle], [])
        note(meter, "ramp")
    assert (meter.ramp, meter.hold, meter.memory) == (None, None, None)


def test_a_target_that_nobody_knows_has_no_processes() -> None:
    assert Meter([], []).idle.target == {}


def test_a_server_that_never_rests_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "_LONGEST_S", 0.3)
    with process(BUSY) as busy:
        wait_until_quiet([busy])
        assert spent_by(busy) > 0
