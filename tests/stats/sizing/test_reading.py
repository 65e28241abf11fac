"""Clients that share a process: their deliveries, read one after another, beside those read one by one."""

from typing import Any

import numpy as np
import pytest

from benchmarks.simulate_sizing import NOISES, simulated_model
from wswarm.errors import PlanError
from wswarm.results.forecast import Outlook, Wanted
from wswarm.results.sizing import Model
from wswarm.stats.sizing import delay
from wswarm.stats.sizing.forecast import forecast
from wswarm.stats.sizing.lindley import Floats
from wswarm.stats.sizing.reading import Reading

pytestmark = pytest.mark.xdist_group("forecasts")

DELIVER_S = 1.0
AUDIENCE = 12
SLOWER = NOISES["slow reader"]._replace(start=0.005, cpu=0.005, times=0.01)


def one_by_one(begins: Floats, read_s: float, readers: int) -> Floats:
    """When each delivery that the first of the readers gets is read, publish by publish."""
    done, rows = -np.inf, []
    for begin in begins:
        row = []
        for place in range(1, AUDIENCE // readers + 1):
            done = max(done, begin + DELIVER_S * readers * place) + read_s
            row.append(done)
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("readers", [1, 3])
@pytest.mark.parametrize("read_s", [0.2, 1.0, 1.6, 4.0])
def test_a_process_reads_as_if_each_delivery_were_followed(read_s: float, readers: int) -> None:
    begins = np.cumsum(np.random.default_rng(4).exponential(AUDIENCE * 1.5, 200))
    audience = np.full((1, len(begins)), AUDIENCE)
    reading = Reading.of(begins[np.newaxis], audience, DELIVER_S, read_s, readers)
    wanted = one_by_one(begins, read_s, readers)
    for place in range(1, AUDIENCE // readers + 1):
        found = reading.done(np.full(audience.shape, place * readers))
        assert found[0] == pytest.approx(wanted[:, place - 1])


def test_clients_that_read_for_themselves_wait_for_nobody() -> None:
    begins, audience = np.array([[0.0, 0.5]]), np.array([[10, 10]])
    reading = Reading.of(begins, audience, DELIVER_S, 0.0, 1)
    assert reading.done(audience).tolist() == [[10.0, 10.5]]


@pytest.fixture(scope="module")
def slow() -> Model:
    """A model of a server whose deliveries take longer to be read than to be sent."""
    return simulated_model(SLOWER, 2)


def test_a_generator_slower_than_the_server_is_found_and_told_from_it(slow: Model) -> None:
    assert slow.delay.read_s == pytest.approx(SLOWER.read_s, rel=0.15)
    assert slow.delay.stretch <= 1.3
    assert max(slow.held_out.p50_error or 1.0, slow.held_out.p99_error or 1.0) < 0.25


def test_a_generator_that_keeps_up_is_no_part_of_the_model() -> None:
    assert simulated_model(NOISES["none"], 2).delay.read_s == 0


def test_without_reading_such_a_generator_s_times_are_foretold_wrong(
    slow: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delay, "_READS", (0.0,))
    found = simulated_model(SLOWER, 2)
    assert (found.held_out.p50_error or 0.0) > 2 * (slow.held_out.p50_error or 1.0)


def asked(slow: Model, **changes: Any) -> Outlook:
    """The forecast of a load."""
    load: dict[str, Any] = {"connections": 1000, "rate": 30.0, "fanout": 1000, "size": 46}
    return forecast(slow, Wanted(**load | {"handshakes": 0.0, "workers": 1} | changes))


def test_a_forecast_is_of_clients_that_read_for_themselves_unless_a_generator_is_named(slow: Model) -> None:
    alone, measured = asked(slow), asked(slow, processes=1)
    assert alone.forecast.last is not None
    assert measured.forecast.last is not None
    assert measured.forecast.last.mid > 1.2 * alone.forecast.last.mid
    assert measured.forecast.cpu == alone.forecast.cpu
    assert any("--processes 1" in one for one in alone.notices)
    assert not any("--processes" in one for one in measured.notices)


def test_a_generator_that_could_not_read_all_of_it_is_refused_with_one_that_could(slow: Model) -> None:
    with pytest.raises(PlanError, match=r"--processes 1: each would need .* --processes 2 would do"):
        asked(slow, rate=65.0, processes=1, workers=2)
    assert asked(slow, rate=65.0, processes=2, workers=2)
