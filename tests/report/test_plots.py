from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.report import edges, parts, runs
from wswarm.report.plots import PICTURES, draw, percentiles
from wswarm.report.plots.canvas import tick
from wswarm.report.plots.curves import curves
from wswarm.results.run import Run
from wswarm.stats.histogram import furthest_supported, is_supported

pytestmark = pytest.mark.xdist_group("plots")


OTHERS: dict[str, Callable[[], Run]] = {
    "connections alone": lambda: runs.connect(connections=50),
    "echoes of a second": lambda: runs.echo(connections=5, rate=20, duration=1),
    "a probe that read earlier": lambda: runs.probed(later_s=0.001),
    "a probe that read no earlier": lambda: runs.probed(later_s=0.0),
}


@cache
def pictures(name: str) -> dict[str, Figure | None]:
    """All pictures of a run; few dots are enough for what is asked of them here."""
    run = OTHERS[name]() if name in OTHERS else edges.run(name)
    with matplotlib.rc_context({"figure.dpi": 40}):
        return {picture: draw_one(run) for picture, draw_one in PICTURES.items()}


@pytest.mark.parametrize("name", edges.NAMES)
def test_every_edge_is_drawn_without_a_warning(name):
    for figure in pictures(name).values():
        if figure is not None:
            figure.canvas.draw()


@pytest.mark.parametrize(
    ("run", "names"),
    [
        ("connections alone", ["connections", "percentiles"]),
        ("echoes of a second", ["connections", "percentiles", "over-time"]),
        ("nothing arrived", ["connections", "over-time"]),
        ("one message", ["connections", "percentiles", "over-time", "fanout"]),
        ("unknown", []),
        ("a probe that read earlier", ["connections", "percentiles", "over-time", "fanout", "probe"]),
        ("a probe that read no earlier", ["connections", "percentiles", "over-time", "fanout"]),
        ("slow readers", ["connections", "percentiles", "over-time", "fanout", "slow"]),
        ("a storm", ["connections", "percentiles", "over-time", "fanout", "storm"]),
        ("a storm before its drop", ["connections", "percentiles", "over-time", "fanout"]),
        ("stages", ["connections", "percentiles", "over-time", "stages"]),
        ("stages of connections", ["connections", "percentiles"]),
        ("churn", ["connections", "percentiles"]),
    ],
)
def test_a_run_gets_the_pictures_it_has_figures_for(run, names):
    assert [name for name, figure in pictures(run).items() if figure is not None] == names


class Drawn(NamedTuple):
    """The pictures of one run, drawn twice.

    Attributes:
        names: Of the files.
        settings: Those of matplotlib before and after.
    """

    first: Path
    second: Path
    names: list[str]
    settings: list[dict[str, object]]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    run = runs.connect(connections=20)
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    before = dict(matplotlib.rcParams)
    assert draw([(run, first)], svg=True) is None
    assert draw([(run, second)], svg=True, in_two=True) is None
    names = sorted(file.name for file in first.iterdir())
    return Drawn(first, second, names, [before, dict(matplotlib.rcParams)])


def test_the_same_run_gives_the_same_bytes_in_one_process_or_two(drawn):
    assert drawn.names == ["connections.png", "connections.svg", "percentiles.png", "percentiles.svg"]
    for name in drawn.names:
        assert (drawn.first / name).read_bytes() == (drawn.second / name).read_bytes()
    assert str(datetime.now(UTC).year).encode() not in (drawn.first / "connections.svg").read_bytes()[:1500]


def test_drawing_leaves_the_settings_of_matplotlib_alone(drawn):
    before, after = drawn.settings
    assert before == after


@pytest.mark.parametrize("n", [10, 100, 5_000, 123_456])
def test_the_solid_line_ends_where_percentiles_are_no_longer_given(n):
    end = 100 * (1 - 1 / furthest_supported(n))
    assert is_supported(n, end - 0.001 * (100 - end))
    assert not is_supported(n, end + 0.001 * (100 - end))


def test_more_values_than_anybody_measures_have_an_end_too():
    assert furthest_supported(10**30) > 10**29


def test_a_percentile_curve_holds_the_percentiles_of_the_sample():
    times = parts.times(1000)
    run = runs.echo(connections=1, rate=1, duration=1, response_time=parts.distribution(times))
    x, y = percentiles.steps(curves(run)[0])
    for share in (0.1, 0.5, 0.9, 0.99):
        read = y[np.searchsorted(x, 1 / (1 - share))]
        assert read == pytest.approx(np.quantile(times, share, method="inverted_cdf"), rel=2e-3)


def test_a_picture_says_what_was_asked_and_how_far_to_trust_it():
    figure = pictures("hostile")["percentiles"]
    assert figure is not None
    texts = [text.get_text() for text in figure.texts]
    assert "Percentiles of response and service time" in texts
    assert "✗ INVALID" in texts
    assert any(text.startswith("echo: 100 connections, 1,000/s in all, 10/s each") for text in texts)
    assert texts[-1].endswith("(all reasons: summary.txt)")


def test_nothing_in_the_heading_is_wider_than_the_picture():
    figure = pictures("hostile")["percentiles"]
    assert figure is not None
    for text in figure.texts:
        assert text.get_window_extent().x1 <= figure.bbox.width


@pytest.mark.parametrize(
    ("value", "greatest", "shown"),
    [
        (0, 0.0005, "0 µs"),
        (2.5e-4, 9e-4, "250 µs"),
        (0.0025, 0.005, "2.5 ms"),
        (0.5, 2, "0.5 s"),
        (1e-3, 1e-3, "1 ms"),
    ],
)
def test_a_tick_carries_its_unit(value, greatest, shown):
    assert tick(value, greatest) == shown
