"""The curve of who is back after a storm, and what is told of who stayed."""

from typing import Any

import msgspec
import pytest

from tests.report import stormed
from wswarm.report.charts.of_run import drawn
from wswarm.report.plots import storm
from wswarm.report.storm import storm_section
from wswarm.report.way_back import MOST, way_back
from wswarm.results.run import Run
from wswarm.stats.bystanders import NOBODY


@pytest.mark.parametrize(("never", "names"), [(0, ("p50", "p90", "p99")), (20, ("p50", "p90"))])
def test_a_share_is_reached_at_its_time(never: int, names: tuple[str, ...]) -> None:
    seen = stormed.storm(never=never).recovery
    assert seen is not None
    times, shares = way_back(seen)
    for name in names:
        share = int(name[1:]) / 100
        reached = next(time for time, so_far in zip(times, shares, strict=True) if so_far >= share - 1e-9)
        assert reached == pytest.approx(getattr(seen.time, name), rel=0.001)
    assert (times[0], shares[0]) == (0.0, 0.0)
    assert shares[-1] == 1 - never / 500
    assert len(times) <= MOST + 2


def test_of_nobody_back_it_stays_at_nothing() -> None:
    seen = stormed.storm(never=500).recovery
    assert seen is not None
    assert way_back(seen) == ([0.0, seen.timeline[-1].t + 0.1], [0.0, 0.0])


def test_both_pictures_show_that_curve() -> None:
    run = stormed.storm()
    seen = run.recovery
    assert seen is not None
    curve = [[round(one, 6) for one in column] for column in way_back(seen)]
    frame = drawn(run).frames["back"]
    assert [[round(one, 6) for one in frame[name]] for name in ("t", "share")] == curve
    figure = storm.draw(run)
    assert figure is not None
    line = figure.axes[0].lines[0]
    assert line.get_drawstyle() == "steps-post"
    assert line.get_xdata() == pytest.approx(curve[0], abs=1e-6)


def bystanders_row(run: Run, **changes: Any) -> tuple[str, str]:
    """Return what is told of a run's bystanders, if they fared so."""
    assert run.recovery is not None
    beside = msgspec.structs.replace(NOBODY, **changes)
    changed = msgspec.structs.replace(run.recovery, bystanders=beside)
    section = storm_section(msgspec.structs.replace(run, recovery=changed))
    assert section is not None
    (row,) = (row for row in section.rows if row.label == "bystanders")
    return row.value, row.remark


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (stormed.storm(), "nobody: all were dropped"),
        (stormed.nobody_dropped(), "nobody: all were to be dropped"),
    ],
)
def test_without_bystanders_that_is_told_and_not_that_they_received_too_little(made: Run, told: str) -> None:
    assert bystanders_row(made) == ("–", told)


def test_before_the_drop_nobody_fares_as_before() -> None:
    told = bystanders_row(stormed.nobody_dropped(), clients=5, before=0.004, back_after_s=0.0)
    assert told == ("4.00 ms", "p99 so far; nobody was dropped")
