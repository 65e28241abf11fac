"""How late the loop comes to what is due, and what processes spend."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from unittest.mock import Mock

import numpy as np
import psutil
import pytest

from tests.drive.fakes import LOOP, MS, FakeClock
from tests.stats.made import histogram
from wswarm.drive.host import loop_lag as loop_lag_module
from wswarm.drive.host.effort import EffortMeter
from wswarm.drive.host.loop_lag import PROBE_GAP_NS, LoopLag
from wswarm.drive.host.probes import TargetMeter
from wswarm.stats.histogram import Histogram


class Even(Random):
    """Chance without chance: every gap is 1 ms."""

    def expovariate(self, lambd: float = 1.0) -> float:  # noqa: ARG002
        """Return the gap, less the 1 ns that is added to each."""
        return MS - 1.0


class Probes:
    """A loop lag whose wake-ups are called by hand, due each millisecond from 1 ms on."""

    def __init__(self, clock: FakeClock, chance: Random | None = None) -> None:
        self.heard: list[int] = []
        self.lag = LoopLag(LOOP, self.heard.append)
        self.lag._random = chance or Even()
        self._clock = clock
        self.lag.start()

    def wake(self, at_ns: int) -> None:
        """Let the wake-up come at that moment."""
        self._clock.now_ns = at_ns
        self._clock.timers[0].callback()

    def histogram(self) -> Histogram:
        """Return the lags so far."""
        return self.lag.histogram()


@pytest.mark.parametrize(
    ("late_ns", "lags_ns"),
    [
        (0, [0]),
        (30_000, [30_000]),
        (MS - 1, [MS - 1]),
        (MS, [MS, 0]),
        (2_500_000, [2_500_000, 1_500_000, 500_000]),
        (4 * MS, [4 * MS, 3 * MS, 2 * MS, MS, 0]),
    ],
)
def test_a_stop_counts_at_every_instant_that_fell_into_it(
    late_ns: int, lags_ns: list[int], clock: FakeClock
) -> None:
    probes = Probes(clock)
    probes.wake(MS + late_ns)
    assert probes.histogram().pack() == histogram(lags_ns).pack()


def test_after_a_stop_the_next_instant_lies_ahead(clock: FakeClock) -> None:
    probes = Probes(clock)
    probes.wake(3 * MS + 400_000)
    assert clock.timers[0].at_ns == 4 * MS
    probes.wake(4 * MS + 50_000)
    assert probes.heard == [2 * MS + 400_000, 50_000]


def test_a_wake_up_that_comes_early_counts_nothing(clock: FakeClock) -> None:
    probes = Probes(clock)
    probes.wake(MS - 10)
    assert (probes.heard, probes.histogram().n, clock.timers[0].at_ns) == ([0], 0, MS)


def test_lags_of_hours_take_no_more_room_than_those_of_a_minute(clock: FakeClock) -> None:
    probes = Probes(clock)
    for number in range(1, 5_001):
        probes.wake(number * MS + 10_000)

    assert len(probes.lag._lags) < 2_000
    assert probes.histogram().pack() == histogram([10_000] * 5_000).pack()


def test_reading_the_lags_does_not_end_them(clock: FakeClock) -> None:
    probes = Probes(clock)
    probes.wake(MS + 10_000)
    probes.histogram()
    probes.wake(2 * MS + 20_000)
    assert probes.histogram().pack() == histogram([10_000, 20_000]).pack()


def test_the_longest_stop_is_kept(clock: FakeClock) -> None:
    probes = Probes(clock)
    probes.wake(300 * MS)
    probes.wake(301 * MS)
    assert probes.lag.longest_ns == 299 * MS


def test_a_stop_that_is_spent_on_work_of_its_own_is_none_of_standing(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent_ns = iter((0, 290 * MS, 295 * MS, 300 * MS))
    monkeypatch.setattr(loop_lag_module, "cpu_ns", lambda: next(spent_ns))
    probes = Probes(clock)
    probes.wake(300 * MS)
    assert (probes.lag.longest_ns, probes.lag.stood_ns) == (299 * MS, 9 * MS)
    probes.wake(501 * MS)
    assert probes.lag.stood_ns > 190 * MS


def test_a_restart_forgets_what_was_before_but_not_the_longest_stop(clock: FakeClock) -> None:
    probes = Probes(clock)
    probes.wake(50 * MS)
    probes.lag.restart()
    assert (probes.histogram().n, probes.lag.longest_ns > 40 * MS) == (0, True)


def test_stopping_ends_the_wake_ups(clock: FakeClock) -> None:
    probes = Probes(clock)
    probes.lag.stop()
    assert clock.timers[0].is_closed


def test_the_gaps_between_instants_are_exponential(clock: FakeClock) -> None:
    probes = Probes(clock, Random(1))
    for _ in range(4_000):
        probes.wake(clock.timers[0].at_ns or 0)
    gaps = np.diff(clock.timers[0].armed_ns)
    assert gaps.mean() == pytest.approx(PROBE_GAP_NS, rel=0.05)
    assert gaps.std() == pytest.approx(PROBE_GAP_NS, rel=0.08)


def test_a_process_that_goes_while_its_children_are_looked_for_has_no_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(process: psutil.Process) -> list[psutil.Process]:
        raise psutil.NoSuchProcess(process.pid)

    monkeypatch.setattr("wswarm.drive.host.probes.descendants", gone)
    assert TargetMeter(os.getpid()).read() is None


def test_a_process_that_is_gone_has_no_use() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as gone:
        meter = TargetMeter(gone.pid)
        assert meter.read() is not None
    assert meter.read() is None


def test_a_process_spends_time_and_memory() -> None:
    meter = TargetMeter(os.getpid())
    use = meter.read()
    assert use is not None
    assert use.cpu_s > 0
    assert use.rss > 1_000_000
    assert meter.command


def test_a_process_whose_connections_left_it_no_file_tells_its_peak_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meter = EffortMeter()
    no_file = OSError(errno.EMFILE, "Too many open files", "/proc/1/statm")
    monkeypatch.setattr(psutil.Process, "memory_info", Mock(side_effect=no_file))
    meter.note_open()
    found = meter.effort(LoopLag(LOOP, lambda _: None))
    assert found.rss_open > 0


def test_the_peak_memory_is_not_that_of_the_process_that_started_this_one() -> None:
    ballast = bytearray(b"x") * (200 << 20)
    program = "from wswarm.drive.host.effort import _own_peak_rss; print(_own_peak_rss())"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 0 < int(printed.stdout) < len(ballast)


def test_probing_begins_anew_after_a_stop_with_one_timer_and_no_lags(clock: FakeClock) -> None:
    probes = Probes(clock)
    probes.wake(3 * MS)
    probes.lag.stop()
    clock.now_ns = 10 * MS
    probes.lag.start()
    probes.lag.start()
    assert [timer.is_closed for timer in clock.timers] == [True, True, False]
    assert probes.lag.longest_ns == 0
    clock.now_ns = 11 * MS
    clock.timers[-1].callback()
    assert probes.histogram().n == 1


def test_what_a_process_holds_grows_by_what_it_opens() -> None:
    meter = TargetMeter(os.getpid())
    before = meter.held()
    with Path(os.devnull).open() as _:
        after = meter.held()

    assert before is not None
    assert after is not None
    assert (after.descriptors - before.descriptors, before.threads >= 1) == (1, True)
    assert after.memory > 1_000_000


def test_a_process_that_is_gone_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as gone:
        meter = TargetMeter(gone.pid)
        gone.communicate()

    assert meter.held() is None
