import numpy as np
import pytest

from wswarm.report.sparkline import Course, sparkline
from wswarm.results.progress import Progress
from wswarm.stats.histogram import Histogram


def at(elapsed_s: float, times: Histogram, **more: float) -> Progress:
    return Progress(
        phase="hold",
        elapsed_s=elapsed_s,
        connections_open=1,
        connections_requested=1,
        times=times.pack(),
        **more,
    )


@pytest.mark.parametrize(
    ("values", "line"),
    [([0.0, 1.0, 4.0, 8.0], "▁▂▅█"), ([None, 2.0], " █"), ([0.0, 0.0], "▁▁"), ([], "")],
)
def test_each_value_is_a_bar_as_high_as_it_is_beside_the_greatest(
    values: list[float | None], line: str
) -> None:
    assert sparkline(values) == line


def test_two_lines_tell_rate_and_the_p99_of_each_second() -> None:
    times, course = Histogram(), Course()
    for second, ms in enumerate((1, 1, 8), 1):
        times.record(np.full(100, ms * 1_000_000))
        course.add(at(second, times, rate=100.0))
        course.add(at(second + 0.5, times, rate=999.0))
    assert [line.split() for line in course.lines()] == [
        ["rate", "███", "100/s"],
        ["p99", "▂▂█", "8.00", "ms"],
    ]


def test_nothing_known_is_no_line() -> None:
    course = Course()
    course.add(at(1.0, Histogram()))
    assert course.lines() == []


def test_a_load_that_begins_anew_counts_from_its_beginning() -> None:
    long, short, course = Histogram(), Histogram(), Course()
    long.record(np.full(100, 8_000_000))
    short.record(np.full(10, 1_000_000))
    course.add(at(1.0, long))
    course.add(at(2.0, short))
    assert course.lines()[0].endswith("1.00 ms")
