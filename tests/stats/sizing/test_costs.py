"""Costs found from cells, of servers whose costs are known."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulate_sizing import NOISES, TRUTH, Noise, cells_of
from tests.report.sized import cell
from wswarm.results.sizing import Cell, Costs
from wswarm.stats.sizing.costs import NAMES, Fit, as_array, cores, delivery_s, scaled, work
from wswarm.stats.sizing.load import Load, load_of

NOTHING = Costs(**dict.fromkeys(NAMES, 0.0))


def fitted(noise: Noise, truth: Costs = TRUTH, seed: int = 1) -> list[Cell]:
    """Cells of such a server that a fit may see."""
    return [one for one in cells_of(noise, np.random.default_rng(seed), truth) if not one.held_out]


def test_without_noise_every_cost_is_found() -> None:
    truth = msgspec.structs.replace(TRUTH, per_handshake_s=0.0)  # the cells have no handshakes
    assert as_array(Fit(fitted(NOISES["none"])).costs) == pytest.approx(as_array(truth), rel=1e-6)


@pytest.mark.parametrize("busy", [8e-6, 10e-6, 13e-6])
def test_a_delivery_that_costs_more_or_less_in_a_busy_process_is_told(busy: float) -> None:
    truth = msgspec.structs.replace(TRUTH, per_delivery_busy_s=busy)
    assert Fit(fitted(NOISES["none"], truth)).costs.per_delivery_busy_s == pytest.approx(busy, rel=1e-6)


def test_of_cells_that_are_hardly_busy_nothing_follows_for_a_busy_process() -> None:
    light = [
        msgspec.structs.replace(one, rate=one.rate / 10, deliveries=one.deliveries / 10)
        for one in fitted(NOISES["noisy"])
    ]
    used = [
        msgspec.structs.replace(one, cpu=(cores(TRUTH, load_of(one)) / one.workers,) * one.workers)
        for one in light
    ]
    found = Fit(used).costs
    assert found.per_delivery_s == found.per_delivery_busy_s


@pytest.mark.parametrize("seed", range(6))
def test_no_noise_makes_a_delivery_more_than_twice_as_dear_or_cheap_in_a_busy_process(seed: int) -> None:
    found, rng = Fit(fitted(NOISES["noisy"], seed=seed)), np.random.default_rng(seed)
    for one in (found.costs, *(found.draw(rng) for _ in range(20))):
        assert 0.5 <= one.per_delivery_busy_s / one.per_delivery_s <= 2.0


def test_handshakes_beside_the_load_are_told_from_it() -> None:
    cells = [
        cell(
            start=start, rate=rate, deliveries=100 * rate, handshakes=per_s, cpu=(rate * 1e-3 + per_s * 5e-4,)
        )
        for start, (rate, per_s) in enumerate(((10.0, 0.0), (20.0, 40.0), (40.0, 10.0), (80.0, 90.0)))
    ]
    assert Fit(cells).costs.per_handshake_s == pytest.approx(5e-4, rel=1e-3)


def test_what_was_not_varied_is_part_of_what_was() -> None:
    cells = [
        cell(start=start, rate=rate, deliveries=100 * rate, size=500, cpu=(rate * 2e-3,))
        for start, rate in enumerate((10.0, 20.0, 40.0, 80.0))
    ]
    found = Fit(cells).costs
    assert (found.per_delivery_s, found.per_byte_s) == (pytest.approx(2e-5), 0.0)


def test_an_echo_costs_what_its_message_and_reply_cost_together() -> None:
    cells = [
        cell(start=start, rate=rate, fanout=1, deliveries=rate, cpu=(rate * 1e-4 + 0.01,))
        for start, rate in enumerate((200.0, 1000.0, 3000.0, 6000.0))
    ]
    assert cores(Fit(cells).costs, Load(1, 100, 2000.0, 1, 46)) == pytest.approx(0.21, rel=1e-3)


def test_starts_have_the_costs_of_all_times_what_sets_them_apart() -> None:
    alike = fitted(NOISES["none"])
    dearer = [
        msgspec.structs.replace(one, cpu=tuple(1.2 * used for used in one.cpu)) if one.start % 2 else one
        for one in alike
    ]
    starts = [one.per_delivery_s for one in Fit(dearer).starts]
    assert np.divide(starts[1::2], starts[::2]) == pytest.approx(1.2, rel=0.03)


def test_draws_are_spread_as_starts_are() -> None:
    found, rng = Fit(fitted(Noise(start=0.05, cpu=0.0, times=0.0))), np.random.default_rng(1)
    load = Load(1, 1000, 30.0, 1000, 46)
    drawn = [cores(found.draw(rng), load) for _ in range(200)]
    assert 0.02 < np.std(np.log(drawn)) < 0.12
    assert np.median(drawn) == pytest.approx(cores(TRUTH, load), rel=0.1)


def test_without_noise_all_draws_are_alike() -> None:
    found, rng = Fit(fitted(NOISES["none"])), np.random.default_rng(1)
    assert as_array(found.draw(rng)) == pytest.approx(as_array(found.costs), rel=1e-6)


@given(
    rate=st.floats(0.1, 200),
    fanout=st.integers(1, 2000),
    workers=st.integers(1, 8),
    busy=st.floats(0, 2e-5),
)
def test_what_is_used_is_what_the_work_costs_at_that_utilisation(
    rate: float, fanout: int, workers: int, busy: float
) -> None:
    costs = msgspec.structs.replace(TRUTH, per_delivery_busy_s=busy)
    load = Load(workers, fanout, rate, fanout, 46)
    used = cores(costs, load)
    assert used == pytest.approx(float(work(load, min(used / workers, 1.0)) @ as_array(costs)), rel=1e-9)


def test_half_way_a_delivery_costs_the_mean_of_idle_and_busy() -> None:
    costs = msgspec.structs.replace(NOTHING, per_delivery_s=10e-6, per_delivery_busy_s=6e-6, per_byte_s=1e-9)
    assert delivery_s(costs, Load(1, 1, 1.0, 1, 1000), 0.5) == pytest.approx(9e-6)


def test_a_cell_has_the_fanout_that_was_delivered() -> None:
    assert load_of(cell(rate=10.0, fanout=100, deliveries=990.0)).fanout == 99


def test_scaled_costs_use_as_many_more_cores() -> None:
    flat = msgspec.structs.replace(TRUTH, per_delivery_busy_s=TRUTH.per_delivery_s)
    load = Load(2, 100, 10.0, 100, 46)
    assert cores(scaled(flat, 1.5), load) == pytest.approx(1.5 * cores(flat, load))
