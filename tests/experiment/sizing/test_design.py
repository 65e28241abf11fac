"""Which loads are measured."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wswarm.experiment.sizing.design import MOST_USED, Wanted, Work, agents_of, cells_of, cost_of, rate_of
from wswarm.experiment.sizing.setting import Between, Setting, make_setting

WORK = Work(publish_s=100e-6, delivery_s=5e-6, own_publish_s=60e-6, own_delivery_s=9e-6)
ROOMS = "ws://127.0.0.1:{port}/room/{room}"


def setting(**options: Any) -> Setting:
    """A setting of a served application."""
    return make_setting(ROOMS, serve="serve {port} {workers}", **options)


@pytest.mark.parametrize(("workers", "count"), [((1,), 8), ((2,), 8), ((1, 2), 11)])
def test_there_are_8_to_12_cells(workers: tuple[int, ...], count: int) -> None:
    assert len(cells_of(setting(workers=workers))) == count


@pytest.mark.parametrize("workers", [(1,), (1, 2)])
@pytest.mark.parametrize("rooms", [1, 8])
def test_two_cells_are_held_out_that_lie_outside_of_all_others(workers: tuple[int, ...], rooms: int) -> None:
    cells = cells_of(setting(workers=workers, rooms=rooms))
    held, seen = ([one for one in cells if one.held_out is out] for out in (True, False))
    assert len(held) == 2
    assert max(one.connections for one in held) > max(one.connections for one in seen)

    def rate(one: Wanted) -> float:
        return rate_of(one, WORK, 64, None)

    assert max(map(rate, held)) > max(rate(one) for one in seen if one.workers == workers[0])


def test_of_more_workers_one_cell_is_held_out() -> None:
    held = [one for one in cells_of(setting(workers=(1, 2))) if one.held_out]
    assert {one.workers for one in held} == {1, 2}


def test_connections_sizes_fan_out_and_load_all_differ() -> None:
    cells = [one for one in cells_of(setting(rooms=8)) if not one.held_out]
    for what in ("connections", "size", "rooms", "share"):
        assert len({getattr(one, what) for one in cells}) > 1
    assert len({(one.connections, one.fanout) for one in cells}) > len({one.connections for one in cells})


def test_no_room_is_without_a_subscriber() -> None:
    assert all(one.fanout >= 1 for one in cells_of(setting(connections=(3.0, 9.0), rooms=8)))


@pytest.mark.parametrize(("cores", "busy"), [(64, MOST_USED), (2, 0.58)])
def test_a_worker_is_as_busy_as_machine_and_generator_allow(cores: int, busy: float) -> None:
    wanted = Wanted(workers=1, connections=1000, rooms=1, size=100, share=1.0)
    rate = rate_of(wanted, WORK, cores, None)
    assert rate * (WORK.publish_s + 1000 * WORK.delivery_s) == pytest.approx(busy, rel=0.15)


def test_twice_the_workers_carry_less_than_twice_as_much() -> None:
    one = Wanted(workers=1, connections=100, rooms=1, size=100, share=1.0)
    single, double = (rate_of(one._replace(workers=number), WORK, 64, None) for number in (1, 2))
    assert single < double < 2 * single


def test_a_rate_keeps_to_the_users_bounds() -> None:
    wanted = Wanted(workers=1, connections=100, rooms=1, size=100, share=1.0)
    assert rate_of(wanted, WORK, 64, Between(10, 20)) == 20
    assert rate_of(wanted, WORK, 64, Between(1e6, 1e7)) == 1e6


def test_a_generator_that_would_be_too_busy_is_more_than_one() -> None:
    wanted = Wanted(workers=1, connections=1000, rooms=1, size=100, share=1.0)
    assert [agents_of(wanted, WORK, rate) for rate in (1.0, 70.0, 100.0, 200.0)] == [1, 1, 2, 3]


@given(
    publish_s=st.floats(1e-5, 1e-3),
    delivery_s=st.floats(1e-6, 1e-4),
    few=st.integers(1, 50),
    more=st.integers(1, 1000),
)
def test_costs_follow_from_two_audiences(publish_s: float, delivery_s: float, few: int, more: int) -> None:
    trials = [(count, publish_s + count * delivery_s) for count in (few, few + more)]
    found_publish_s, found_delivery_s = cost_of(trials)
    assert found_delivery_s >= delivery_s * 0.999
    assert found_publish_s >= publish_s * 0.999


@pytest.mark.parametrize("trials", [[(10, 1e-3), (10, 1e-3)], [(10, 1e-3), (100, 0.5e-3)]])
def test_no_cost_is_nothing(trials: list[tuple[int, float]]) -> None:
    assert min(cost_of(trials)) > 0
