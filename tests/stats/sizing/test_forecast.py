"""Forecasts of a made-up server, whose truth is known."""

from typing import Any

import msgspec
import pytest

from benchmarks.simulate_sizing import BEYOND, NOISES, TRUTH, Row, examine, simulated_model
from tests.report.sized import model, outlook, quiet, wanted
from wswarm.errors import PlanError, ResultError
from wswarm.results.forecast import Band
from wswarm.results.sizing import Model
from wswarm.stats.sizing.bounds import FULL, most_workers
from wswarm.stats.sizing.costs import cores
from wswarm.stats.sizing.forecast import curve_of, forecast, load_of

pytestmark = pytest.mark.xdist_group("forecasts")  # one worker makes the model


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, few in (("DRAWS", 60), ("_DRAWN", 10), ("_TRIED", 20)):
        monkeypatch.setattr(f"wswarm.stats.sizing.forecast.{name}", few)


def changed(**changes: Any) -> Model:
    return msgspec.structs.replace(model(), **changes)


def of_machine(**changes: Any) -> Model:
    return changed(machine=msgspec.structs.replace(model().machine, **changes))


def test_without_noise_a_load_beyond_all_that_was_measured_is_foretold() -> None:
    row: Row = examine(quiet(), 1)
    assert row.validated
    assert abs(row.cpu) < 0.001
    assert max(map(abs, (row.p50, row.p99, row.last))) < 0.06


def test_with_usual_noise_the_bands_hold_the_truth() -> None:
    assert BEYOND.workers == 2 * model().measured.workers[-1]
    assert examine(simulated_model(NOISES["usual"], 5), 5).covered >= 0.75


def test_what_a_quiet_server_takes_is_what_its_costs_say() -> None:
    found = forecast(quiet(), wanted()).forecast
    assert found.cpu.mid == pytest.approx(cores(TRUTH, load_of(wanted(), found.workers)), rel=1e-3)
    assert found.memory.mid == pytest.approx(50e6 * found.workers + 17_900 * 4000, rel=1e-6)


def test_bands_are_in_order() -> None:
    found = outlook().forecast
    for band in (found.cpu, found.memory, found.p50, found.p99, found.last, found.busiest):
        assert isinstance(band, Band)
        assert 0 < band.low <= band.mid <= band.high
    assert found.p50 is not None
    assert found.p99 is not None
    assert found.p50.mid < found.p99.mid


def test_the_same_seed_gives_the_same_forecast() -> None:
    assert forecast(model(), wanted(), seed=4) == forecast(model(), wanted(), seed=4)


def test_no_fewer_workers_would_keep_the_objectives() -> None:
    found = forecast(model(), wanted(), ("p99<40ms",))
    assert found.forecast.workers > 1
    assert found.slo[0].met
    with_less = forecast(model(), wanted(workers=found.forecast.workers - 1), ("p99<40ms",))
    assert not with_less.slo[0].met


def test_workers_that_are_named_are_taken_though_they_miss_an_objective() -> None:
    found = forecast(model(), wanted(workers=1), ("p99<1ms",))
    assert (found.forecast.workers, found.slo[0].met) == (1, False)
    assert found.forecast.gives_in_first == "p99<1ms"


@pytest.mark.parametrize(
    ("machine", "first"),
    [
        ({"memory": 100_000_000}, "memory of the machine"),
        ({"descriptors": 3000}, "descriptors of a worker"),
        ({"memory": None, "descriptors": None}, "CPU of a worker"),
    ],
)
def test_the_limit_that_is_used_most_gives_in_first(machine: dict[str, Any], first: str) -> None:
    assert forecast(of_machine(**machine), wanted(workers=1)).forecast.gives_in_first == first


def test_more_cores_than_the_machine_has_are_told() -> None:
    found = forecast(of_machine(cores=1), wanted(rate=60.0, workers=4))
    assert any("several machines" in notice for notice in found.notices)


def test_a_rate_below_all_that_were_measured_is_told() -> None:
    least = model().measured.rate[0]
    assert any("less than any rate" in notice for notice in forecast(model(), wanted(rate=least / 2)).notices)
    assert not any("less than any rate" in notice for notice in forecast(model(), wanted(rate=least)).notices)


@pytest.mark.parametrize(
    ("workers", "processes", "is_told"), [(2, None, False), (2, 1, True), (4, None, True)]
)
def test_times_of_more_processes_than_cores_are_told(
    workers: int, processes: int | None, *, is_told: bool
) -> None:
    found = forecast(of_machine(cores=2), wanted(workers=workers, processes=processes))
    assert any("a core for each of" in notice for notice in found.notices) is is_told


def test_the_broker_is_told_only_where_there_are_several_workers() -> None:
    assert forecast(model(), wanted(workers=1)).forecast.broker_cpu is None
    shared = forecast(model(), wanted(workers=2)).forecast.broker_cpu
    assert shared == pytest.approx(20.0 * 42e-6, rel=0.05)


def test_what_was_not_measured_is_unknown_and_not_0() -> None:
    blind = tuple(msgspec.structs.replace(one, p99=None, last_p50=None) for one in model().cells)
    delay = msgspec.structs.replace(model().delay, p99=None, last=None)
    known = changed(cells=blind, delay=delay, broker=None)
    found = forecast(known, wanted(workers=2))
    assert found.forecast.p50 is not None
    assert (found.forecast.p99, found.forecast.last, found.forecast.broker_cpu) == (None, None, None)
    assert any("broker's CPU was not measured" in notice for notice in found.notices)
    with pytest.raises(PlanError, match="no cell of the model has p99"):
        forecast(known, wanted(workers=2), ("p99<1s",))


def test_a_model_without_cells_says_so() -> None:
    with pytest.raises(ResultError, match="too few valid cells"):
        forecast(changed(cells=model().cells[:2]), wanted())


def test_a_server_that_no_number_of_workers_helps_is_refused() -> None:
    dear_s = 2e-3  # for each worker that hears of a publish
    cells = tuple(
        msgspec.structs.replace(one, cpu=tuple(used + one.rate * dear_s / 2 for used in one.cpu))
        if one.workers == 2
        else one
        for one in model().cells
    )
    with pytest.raises(PlanError, match=f"{FULL}.*no number of workers would do"):
        forecast(changed(cells=cells), wanted(rate=600.0))


def test_the_curve_ends_where_the_model_does_and_has_no_times_beyond_the_bound() -> None:
    whole = forecast(model(), wanted(connections=1500, fanout=1500, rate=40.0, workers=1))
    curve = curve_of(model(), whole)
    assert curve.points[-1].connections == 8000
    assert curve.bound is not None
    assert 1500 < curve.bound < 8000
    assert all((one.p99 is None) == (one.connections > curve.bound) for one in curve.points)
    assert all(one.cpu.mid > 0 for one in curve.points)


def test_twice_the_workers_are_as_far_as_a_model_carries() -> None:
    assert most_workers(model()) == 4


def test_handshakes_cost_what_they_were_measured_to_cost() -> None:
    costs = msgspec.structs.replace(model().cpu, per_handshake_s=1e-3)
    known = changed(cpu=costs)
    without, beside = (forecast(known, wanted(handshakes=rate, workers=2)).forecast for rate in (0.0, 100.0))
    assert beside.cpu.mid - without.cpu.mid == pytest.approx(0.1, rel=0.15)


def test_a_broker_that_is_too_busy_is_refused_with_the_rate_that_it_carries() -> None:
    dear = changed(broker=msgspec.structs.replace(model().broker, per_publish_s=0.0, per_worker_s=0.025))
    with pytest.raises(
        PlanError, match=rf"-r 20: the broker would need 1.00 of a core, more than {FULL}.*17 "
    ):
        forecast(dear, wanted(workers=2))
    forecast(dear, wanted(workers=2, rate=16.9))
