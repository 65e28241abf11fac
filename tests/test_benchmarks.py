"""What the benchmarks hand to pytest-benchmark, and what its comparison makes of it."""

import json
from collections import defaultdict
from collections.abc import Callable

import pytest

from benchmarks.conftest import without_rows
from benchmarks.slices import Slices
from tests.report import runs
from wswarm.results.run import Run

pytest_plugins = ["pytester"]

SUITE = """
import os, pytest
from wswarm import FigureClock
p99 = FigureClock("p99")

@pytest.mark.benchmark(group="p99", timer=p99)
def test_delivery(benchmark):
    figures = iter([0.010, 0.011, 0.012, 0.050])
    benchmark.pedantic(lambda: p99.advance(next(figures) * float(os.environ["SLOWDOWN"])), rounds=4)
"""


@pytest.fixture
def compared(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Runs a benchmark that is so much slower than the one stored first."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makepyfile(SUITE)

    def against_base(slowdown: float, *options: str) -> pytest.RunResult:
        monkeypatch.setenv("SLOWDOWN", str(slowdown))
        arguments = ("-p", "no:hypothesispytest", "--benchmark-storage=stored", *options)
        return pytester.runpytest_subprocess(*arguments, timeout=240)

    return against_base


def test_a_figure_that_is_30_percent_slower_fails_the_comparison_with_a_stored_run(
    compared: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    gate = ("--benchmark-compare=0001", "--benchmark-compare-fail=median:10%")
    assert compared(1.0, "--benchmark-save=base").ret == 0
    assert compared(1.0, *gate).ret == 0
    assert compared(1.05, *gate).ret == 0
    slower = compared(1.3, *gate, "--junit-xml=junit.xml")
    assert slower.ret == 1
    slower.stderr.re_match_lines([r".*Performance has regressed", r".*test_delivery.*median.*30\.0"])
    assert 'failures="0"' in (pytester.path / "junit.xml").read_text()  # as docs/benchmarks.md warns


def test_without_a_stored_run_the_comparison_is_a_usage_error(
    compared: Callable[..., pytest.RunResult],
) -> None:
    found = compared(1.0, "--benchmark-compare=0001", "--benchmark-compare-fail=median:10%")
    assert found.ret == pytest.ExitCode.USAGE_ERROR


def made_up(taken: list[str], target: str, run: Run) -> Callable[[], Run]:
    """Return a measurement that notes its turn."""

    def measure() -> Run:
        taken.append(target)
        return run

    return measure


def test_targets_take_turns_and_each_slice_is_measured_once_for_all_metrics() -> None:
    taken: list[str] = []
    stored: defaultdict[str, list[Run]] = defaultdict(list)
    slices = Slices("fan-out", {name: made_up(taken, name, runs.fanout()) for name in ("old", "new")}, stored)
    for _ in ("p50", "p99"):
        for target in ("old", "new"):
            assert all(slices.of(target, number) for number in range(3))
    assert taken == ["old", "new", "new", "old", "old", "new"]
    assert {name: len(own) for name, own in stored.items()} == {"fan-out: old": 3, "fan-out: new": 3}


def test_figures_of_a_run_that_lost_messages_are_refused() -> None:
    slices = Slices("fan-out", {"new": made_up([], "new", runs.fanout(lost=1))}, defaultdict(list))
    with pytest.raises(AssertionError, match="new lost"):
        slices.of("new", 0)


def test_the_stored_run_keeps_its_figures_without_its_rows() -> None:
    run = runs.fanout()
    stored = without_rows(run)
    assert stored.fanout is not None
    assert stored.fanout.delivery_time == run.fanout.delivery_time if run.fanout else False
    assert (stored.series, stored.fanout.per_broadcast, stored.connections.handshakes) == ([], [], [])
    assert len(json.dumps(str(stored))) < 20_000
