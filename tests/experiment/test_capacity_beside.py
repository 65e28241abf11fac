"""What processes spend beside a trial."""

import os

from tests.experiment.spenders import BUSY, IDLE, process, spent_by
from wswarm.experiment.capacity.beside import Watcher
from wswarm.results.progress import Phase, Progress
from wswarm.stats.passing import Beside

LONG_NS = 50_000_000


def progress(phase: Phase, opened: int = 5) -> Progress:
    """A moment of that phase."""
    return Progress(phase=phase, elapsed_s=1.0, connections_open=opened, connections_requested=5)


def watched(
    *targets: int, phases: tuple[Phase, ...] = ("ramp", "warm-up", "hold", "hold", "drain")
) -> Beside:
    """What a watcher found over those phases."""
    watcher = Watcher(targets)
    for phase in phases:
        watcher.note(progress(phase))
        sum(range(200_000))
    return watcher.found


def test_the_targets_processes_are_told_from_the_generators() -> None:
    with process(IDLE) as idle, process(BUSY):
        found = watched(idle)
    assert found.target_cpu is not None
    assert found.target_cpu < 0.5
    assert found.own_cpu is not None
    assert found.own_cpu > 0.0


def test_the_busiest_of_the_targets_processes_is_named() -> None:
    with process(IDLE) as idle, process(BUSY) as busy:
        watcher = Watcher([idle, busy])
        watcher.note(progress("hold"))
        before = spent_by(busy)
        while spent_by(busy) < before + LONG_NS:
            pass
        watcher.note(progress("drain"))
    assert f"process {busy} (" in (watcher.found.target_process or "")


def test_the_wait_for_a_core_is_that_of_the_busiest_process_not_of_all_together() -> None:
    with process(BUSY) as one, process(BUSY) as two, process(BUSY) as other:
        for pid in (one, two, other):
            os.sched_setaffinity(pid, {min(os.sched_getaffinity(0))})
        watcher = Watcher([one, two])
        watcher.note(progress("hold"))
        before = spent_by(one)
        while spent_by(one) < before + LONG_NS:
            pass
        watcher.note(progress("drain"))
    assert watcher.found.target_wait is not None
    assert 0.2 < watcher.found.target_wait <= 1.0


def test_an_unknown_target_spends_nobody_knows_what() -> None:
    found = watched()
    assert (found.target_cpu, found.target_process, found.target_wait, found.others) == (None,) * 4


def test_without_a_hold_nothing_is_known() -> None:
    assert watched(phases=("ramp", "warm-up")) == Beside()


def test_the_opening_of_connections_is_a_load_of_its_own() -> None:
    with process(IDLE) as idle:
        watcher = Watcher([idle], is_of_ramp=True)
        for phase, opened in (("ramp", 0), ("ramp", 3), ("hold", 5)):
            watcher.note(progress(phase, opened))  # type: ignore[arg-type]
    assert watcher.found.target_cpu is not None
