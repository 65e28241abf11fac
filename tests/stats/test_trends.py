"""Trends: what is said of figures whose course is known."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.report.runs import echo
from wswarm.results.trends import Trend
from wswarm.stats.bins import Bins
from wswarm.stats.figures import is_number, value_of
from wswarm.stats.findings import Arrivals, Effort, Findings, Sockets, Window, pack
from wswarm.stats.slope import Floats
from wswarm.stats.trends import Samples, in_blocks, times_in_blocks, trends
from wswarm.units import NS_PER_S

HOUR = 3_600
_COUNTS = [
    "owed",
    "received",
    "lost_disconnected",
    "lost_silent",
    "duplicated",
    "reordered",
    "extra",
    "unmarked",
]
_PACKED = ["response", "service", "received_per_second", "lost_per_second"]
CHANCE = np.random.default_rng(3)


@dataclass
class Long:
    """A run whose hold begins 10 s after its origin."""

    hold_s: int = HOUR
    by_second: Bins = field(default_factory=Bins)
    opened_s: Floats = field(default_factory=lambda: np.zeros(0))

    def found(
        self, time: str | None = None, *, has_sessions: bool = False, **sampled: Floats
    ) -> dict[str, Trend]:
        """Return the trends of figures that were sampled once a second."""
        window = Window(0, 0, 10 * NS_PER_S, (10 + self.hold_s) * NS_PER_S)
        samples = {f"target.{name}": Samples(self.at, values) for name, values in sampled.items()}
        found = trends([self.findings()], window, time, samples, has_sessions=has_sessions)
        return {one.figure.removeprefix("target."): one for one in found}

    @property
    def at(self) -> Floats:
        """The middles of the hold's seconds."""
        return 10.5 + np.arange(float(self.hold_s))

    @property
    def hours(self) -> Floats:
        """The same in hours of the hold."""
        return (self.at - 10) / HOUR

    def times(self, values_s: Floats) -> None:
        """Let 100 replies be due in each second of the hold, which take so long, one in ten of them ten times."""
        for second, value_s in enumerate(values_s.tolist()):
            spread = np.exp(CHANCE.normal(0, 0.05, 100))
            spread[:10] *= 10
            self.by_second.record(np.full(100, 10 + second), (spread * value_s * NS_PER_S).astype(np.int64))

    def findings(self) -> Findings:
        """Return what the agent found."""
        counts: dict[str, Any] = dict.fromkeys(_COUNTS, 0) | dict.fromkeys(_PACKED, b"")
        arrivals = Arrivals(**counts, by_second=self.by_second.pack())
        opened_ns = pack((self.opened_s * NS_PER_S).astype(np.int64))
        effort = Effort(
            cpu_s=0, cpu_share=0, rss_before=0, rss_open=0, rss_peak=0, loop_lag=b"", longest_stop_ns=0
        )
        sockets = Sockets(requested=len(self.opened_s), opened_ns=opened_ns)
        return Findings(sockets=sockets, effort=effort, arrivals=arrivals)


def noise(count: int, size: float) -> Floats:
    """Return noise of that deviation."""
    return CHANCE.normal(0, size, count)


def test_memory_that_grows_by_ten_percent_an_hour_is_growing() -> None:
    run = Long()
    memory = run.found(memory=100e6 * (1 + 0.1 * run.hours) + noise(HOUR, 1e5))["memory"]

    assert memory.verdict == "growing"
    assert memory.per_hour == pytest.approx(10e6, rel=0.02)
    assert (memory.low or 0) < 10e6 < (memory.high or 0)


def test_memory_that_grows_by_less_than_matters_is_flat() -> None:
    run = Long()

    assert run.found(memory=100e6 * (1 + 0.001 * run.hours) + noise(HOUR, 1e5))["memory"].verdict == "flat"


def test_what_never_changes_is_flat_without_any_doubt() -> None:
    threads = Long(600).found(threads=np.full(600, 4.0))["threads"]

    assert (threads.verdict, threads.per_hour, threads.low, threads.high) == ("flat", 0, 0, 0)


def test_noise_that_hides_what_matters_is_inconclusive_and_says_how_long_a_run_would_tell() -> None:
    memory = Long(600).found(memory=100e6 + noise(600, 5e6))["memory"]

    assert memory.verdict == "inconclusive"
    assert memory.run_hours is not None
    assert memory.run_hours > 600 / HOUR


@pytest.mark.parametrize("seed", range(3))
def test_a_run_as_long_as_was_said_tells(seed: int) -> None:
    chance = np.random.default_rng(seed)
    hours = Long(600).found(memory=100e6 + chance.normal(0, 3e6, 600))["memory"].run_hours
    assert hours is not None
    longer = Long(round(2 * hours * HOUR))

    told = longer.found(memory=100e6 + chance.normal(0, 3e6, longer.hold_s))["memory"]

    assert told.verdict == "flat"


def test_what_grows_only_at_first_is_flat() -> None:
    run = Long()
    memory = run.found(memory=100e6 * (1 + np.minimum(run.hours, 0.2)) + noise(HOUR, 1e5))["memory"]

    assert memory.verdict == "flat"


def test_response_times_that_grow_by_ten_percent_an_hour_are_growing() -> None:
    run = Long()
    run.times(0.05 * (1 + 0.1 * run.hours))
    time = run.found("response_time")["response_time"]

    assert time.verdict == "growing"
    assert time.per_hour == pytest.approx(0.005, rel=0.05)


def test_sessions_that_leak_show_per_thousand_of_them() -> None:
    run = Long(600, opened_s=np.arange(0.0, 610, 0.02))
    began = np.searchsorted(run.opened_s, run.at).astype(np.float64)
    found = run.found(has_sessions=True, memory=50e6 + 1_000 * began, descriptors=100 + began)

    assert found["memory"].per_1000_sessions == pytest.approx(1e6, rel=0.01)
    assert found["descriptors"].per_1000_sessions == pytest.approx(1_000, rel=0.01)
    assert msgspec.json.encode(found["memory"])  # with numbers of Python alone
    assert {one.verdict for one in found.values()} == {"growing"}


def test_memory_that_grows_by_less_than_100_bytes_a_session_is_flat() -> None:
    run = Long(600, opened_s=np.arange(0.0, 610, 0.02))
    began = np.searchsorted(run.opened_s, run.at).astype(np.float64)

    assert run.found(has_sessions=True, memory=50e6 + 20 * began)["memory"].verdict == "flat"


def test_without_sessions_nothing_is_told_of_them() -> None:
    assert Long(600).found(threads=np.full(600, 4.0))["threads"].per_1000_sessions is None


def test_too_few_seconds_are_inconclusive() -> None:
    threads = Long(6).found(threads=np.full(6, 4.0))["threads"]

    assert (threads.verdict, threads.per_hour) == ("inconclusive", None)


def test_a_run_in_which_nothing_was_looked_at_has_no_trends() -> None:
    assert Long(60).found() == {}


def test_blocks_are_medians_of_equal_parts() -> None:
    at = np.arange(10.0) + 0.5
    middles, medians = in_blocks(at, np.arange(10.0), 0, 10, 2)

    assert (middles.tolist(), medians.tolist()) == ([2.5, 7.5], [2, 7])


def test_parts_without_a_value_are_left_out() -> None:
    middles, _ = in_blocks(np.array([0.5, 9.5]), np.array([1.0, 2.0]), 0, 10, 5)

    assert middles.tolist() == [0.5, 9.5]


def test_medians_of_times_are_finer_than_their_bins() -> None:
    run = Long(30)
    run.times(np.full(30, 0.05) * np.exp(np.arange(30) * 0.001))
    arrivals = run.findings().arrivals
    assert arrivals is not None
    _, medians = times_in_blocks([arrivals], 10.0, 40.0)

    assert medians == pytest.approx(0.0505 * np.exp(np.arange(30) * 0.001), rel=0.02)
    assert len(set(medians.tolist())) > 20


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("trends.0.per_hour", 0.0),
        ('trends."target.threads".per_hour', 0.0),
        ("trends.target.threads.per_hour", None),
        ('trends."target.memory".per_hour', None),
    ],
)
def test_objectives_name_a_trend_by_its_place_or_its_figure(path: str, value: float | None) -> None:
    found = Long(600).found(threads=np.full(600, 4.0))
    run = msgspec.structs.replace(echo(), trends=list(found.values()))

    assert value_of(run, path) == value


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ('trends."target.memory".per_hour', True),
        ('trends."target.memory".verdict', False),
        ("stages.x.p50", False),
    ],
)
def test_of_a_trend_what_is_a_number_can_be_an_objective(path: str, is_one: bool) -> None:
    assert is_number(path) is is_one


def test_a_pause_without_sessions_leaves_the_rest_its_slope() -> None:
    opened_s = np.concatenate([np.arange(0.0, 300, 0.02), np.arange(400.0, 610, 0.02)])
    run = Long(600, opened_s=opened_s)
    began = np.searchsorted(opened_s, run.at).astype(np.float64)
    found = run.found(has_sessions=True, memory=50e6 + 1_000 * began)

    assert found["memory"].per_1000_sessions == pytest.approx(1e6, rel=0.01)
