"""A server under a load: how busy its workers are, and how long its deliveries take."""

import msgspec
import numpy as np
import pytest

from benchmarks.simulate_sizing import MECHANISM, TRUTH, server_of
from tests.report.sized import cell
from wswarm.stats.sizing.costs import cores
from wswarm.stats.sizing.delay import Seen, delay_of
from wswarm.stats.sizing.load import Load
from wswarm.stats.sizing.queue import Times
from wswarm.stats.sizing.server import Server, even, times, utilisations

LOAD = Load(workers=4, connections=4000, rate=20.0, fanout=2000, size=46)
PLAIN = server_of(msgspec.structs.replace(TRUTH, per_delivery_busy_s=TRUTH.per_delivery_s))._replace(
    delay=msgspec.structs.replace(server_of().delay, stretch=1.0, stalls=(), p50=0.0, p99=0.0, last=0.0)
)


def took(load: Load, server: Server = PLAIN) -> Times:
    """What deliveries take, the connections shared evenly."""
    return times(server, load, even(load.workers), np.random.default_rng(1))


@pytest.mark.parametrize("shares", [even(4), (0.4, 0.3, 0.2, 0.1)])
def test_workers_use_together_what_the_server_uses(shares: tuple[float, ...]) -> None:
    assert sum(utilisations(TRUTH, LOAD, shares)) == pytest.approx(cores(TRUTH, LOAD))


def test_the_worker_with_most_connections_is_the_busiest() -> None:
    busy = utilisations(TRUTH, LOAD, (0.4, 0.3, 0.2, 0.1))
    assert busy == sorted(busy, reverse=True)
    assert busy[0] > 2 * busy[3]


def test_rare_publishes_take_what_they_take_alone() -> None:
    alone = took(LOAD._replace(rate=1e-6, connections=2000))
    assert alone.last == pytest.approx(
        TRUTH.per_publish_s + TRUTH.per_worker_publish_s + 60e-6 + 500 * 10.1e-6, rel=0.03
    )


def test_rare_publishes_among_many_handshakes_are_foretold_too() -> None:
    beside = took(LOAD._replace(rate=0.1, workers=1, handshakes=1500.0))
    assert beside.p50 > took(LOAD._replace(rate=0.1, workers=1)).p50


def test_stalls_raise_the_p99_and_hardly_the_median() -> None:
    stalled = PLAIN._replace(delay=msgspec.structs.replace(PLAIN.delay, stalls=(0.2,), stalls_per_s=0.2))
    without, beside = took(LOAD), took(LOAD, stalled)
    assert beside.p99 > without.p99 + 0.05
    assert beside.p50 < 1.3 * without.p50


def test_where_cpu_lasts_longer_so_does_everything() -> None:
    slower = PLAIN._replace(delay=msgspec.structs.replace(PLAIN.delay, stretch=1.5))
    assert took(LOAD, slower).last > 1.45 * took(LOAD).last


def test_a_stretch_never_fills_a_worker_that_is_busy_anyway() -> None:
    busy = LOAD._replace(workers=1, rate=45.0)
    assert 0.7 < cores(TRUTH, busy) < 0.85
    stretched = PLAIN._replace(delay=msgspec.structs.replace(PLAIN.delay, stretch=2.0))
    assert took(busy, stretched).p99 < 1.0


def test_where_no_load_shows_stalls_how_often_there_are_some_is_unknown() -> None:
    cells = [Seen(cell(stalls=None, rate=rate)) for rate in (5.0, 10.0)]
    found = delay_of(cells, TRUTH, None, MECHANISM, seed=1)
    assert (found.stalls, found.stalls_per_s) == ((), None)
    watched = delay_of([*cells, Seen(cell(stalls=(0.004,)))], TRUTH, None, MECHANISM, seed=1)
    assert watched.stalls_per_s == pytest.approx(0.1)
