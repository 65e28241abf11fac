"""What is shown of a class while a test runs."""

import numpy as np
import pytest

from tests.locust import unpatched  # noqa: F401 - before Locust
from wswarm.drive.fleet.wire import GroupState, Recent
from wswarm.locust.page.channels import POINTS_KEPT, Channel
from wswarm.locust.page.figures import COLUMNS, csv_rows_so_far, csv_text, row_so_far
from wswarm.stats.findings import pack
from wswarm.stats.summary import of_values

MS = 1_000_000


def times(*values_ms: float) -> bytes:
    return of_values(np.array([round(value * MS) for value in values_ms])).pack()


def state(*values_ms: float, recent: Recent | None = None, **more: int) -> GroupState:
    return GroupState(times=times(*values_ms), received=len(values_ms), recent=recent or Recent(), **more)


def latest(*broadcasts: tuple[int, int, float, float]) -> Recent:
    """Broadcasts as number, deliveries, first and last in ms."""
    index, received, first, last = zip(*broadcasts, strict=True)
    in_ns = [[round(value * MS) for value in column] for column in (first, last)]
    columns = [pack(np.array(column, np.int64)) for column in (index, received, *in_ns)]
    return Recent(index=columns[0], received=columns[1], first_ns=columns[2], last_ns=columns[3])


def chat() -> Channel:
    return Channel("Chat", "subscribe")


def test_what_is_published_is_owed_to_those_who_are_there_then() -> None:
    channel = chat()
    channel.note(0.0, [state()], connections=10, sent=0, hold=1)
    channel.note(0.5, [state()], connections=10, sent=3, hold=1)
    channel.note(1.0, [state()], connections=20, sent=3, hold=1)
    channel.note(3.0, [state()], connections=20, sent=4, hold=1)
    assert channel.owed == 3 * 10 + 1 * 20


def test_of_several_rooms_a_broadcast_is_owed_to_one_and_complete_when_that_has_it() -> None:
    channel = Channel("Chat", "subscribe", rooms=4)
    recent = latest((0, 3, 1, 9))
    channel.note(0.0, [state(recent=recent)], connections=13, sent=0, hold=1)
    channel.note(0.5, [state(1, recent=recent)], connections=13, sent=2, hold=1)
    assert channel.owed == 2 * 3
    assert channel.broadcasts.completion.n == 1


def test_a_broadcast_told_of_late_is_not_owed_to_those_who_came_after_it() -> None:
    channel = chat()
    channel.note(0.0, [state()], connections=10, sent=0, hold=1)
    channel.note(1.0, [state()], connections=20, sent=1, hold=1)
    assert channel.owed == 10


def test_what_is_under_way_is_not_lost_and_what_is_overdue_is() -> None:
    channel = chat()
    channel.note(0.0, [state()], connections=2, sent=5, hold=1)
    channel.note(0.5, [state(1, 1, 1)], connections=2, sent=5, hold=1)
    assert channel.lost == 0
    for t_s in (1.0, 2.0, 3.0):
        channel.note(t_s, [state(1, 1, 1)], connections=2, sent=5, hold=1)
    assert channel.lost == 10 - 3


def test_the_figures_of_another_hold_are_forgotten_and_the_points_stay() -> None:
    channel = chat()
    channel.note(0.0, [state(9, 9)], connections=2, sent=1, hold=0)
    channel.note(1.0, [state(1)], connections=2, sent=1, hold=1)
    assert (channel.owed, channel.received, len(channel.points)) == (2, 1, 2)


def test_a_point_has_the_times_of_its_own_second_only() -> None:
    channel = chat()
    channel.note(0.0, [state(100, 100)], connections=2, sent=1, hold=1)
    channel.note(1.0, [state(100, 100, 1, 1)], connections=2, sent=2, hold=1)
    channel.note(2.0, [state(100, 100, 1, 1)], connections=2, sent=2, hold=1)
    medians = [point.p50_ns for point in channel.points]
    assert medians[0] == pytest.approx(100 * MS, rel=0.001)
    assert medians[1] == pytest.approx(1 * MS, rel=0.001)
    assert medians[2] is None
    assert channel.points[1].rate == pytest.approx(2.0)


def test_the_points_of_the_last_ten_minutes_are_kept() -> None:
    channel = chat()
    for second in range(POINTS_KEPT + 50):
        channel.note(float(second), [state()], connections=1, sent=0, hold=1)
    assert len(channel.points) == POINTS_KEPT
    assert channel.points[-1].t_s == POINTS_KEPT + 49


def test_a_broadcast_is_complete_when_all_stations_together_have_it() -> None:
    channel = chat()
    near = state(1, 1, recent=latest((0, 2, 1, 2), (1, 2, 1, 2)))
    far = state(3, 5, recent=latest((0, 2, 3, 5)))
    channel.note(0.0, [near, far], connections=4, sent=2, hold=1)
    channel.note(1.0, [near, state(3, 5, recent=latest((0, 2, 3, 5)))], connections=4, sent=2, hold=1)
    row = channel.broadcasts
    assert row.completion.n == 1
    assert row.completion.max_ns == 5 * MS
    assert row.first.min_ns == 1 * MS
    assert [point.completion_ns for point in channel.points] == [None, 5 * MS]


def test_times_below_a_millisecond_survive_in_the_row_and_in_the_csv() -> None:
    channel = chat()
    channel.note(0.0, [state(*[0.3124] * 1_000)], connections=10, sent=100, hold=1)
    row = row_so_far(channel)
    assert row["median"] == pytest.approx(0.312, abs=0.001)
    assert list(row) == list(COLUMNS)
    assert "Chat,deliver,1000,0.312," in csv_text(csv_rows_so_far([channel]))


def test_a_percentile_that_few_values_cannot_carry_is_unknown() -> None:
    channel = chat()
    channel.note(0.0, [state(*[1.0] * 10)], connections=10, sent=1, hold=1)
    assert row_so_far(channel)["p99"] is None
