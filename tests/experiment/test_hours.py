"""The run file of a run of four hours."""

from typing import Any

import msgspec
import numpy as np
import pytest

from tests.experiment.test_assemble import observed
from tests.stats.made import S, effort, histogram, sockets
from wswarm.experiment.assemble import assemble
from wswarm.load.plan import make_plan
from wswarm.report.store import pretty
from wswarm.results.run import Run
from wswarm.stats.bins import Bins
from wswarm.stats.findings import Arrivals, Findings, Sends, Window, pack
from wswarm.stats.reach import rows_of
from wswarm.stats.trends import Samples

HOLD_S, RATE, SUBSCRIBERS = 4 * 3_600, 2, 8
WINDOW = Window(0, S, 2 * S, (2 + HOLD_S) * S)
MOST_BYTES = 5_000_000


@pytest.fixture(scope="module")
def run() -> Run:
    """A fan-out of 2/s to 8 subscribers, of which 3,000 came and went."""
    chance = np.random.default_rng(1)
    numbers = np.arange(HOLD_S * RATE)
    intended_ns = WINDOW.hold_ns + numbers * (S // RATE)
    delays_ns = chance.lognormal(np.log(1e6), 0.5, (len(numbers), SUBSCRIBERS)).astype(np.int64)
    seconds = np.repeat(intended_ns // S, SUBSCRIBERS)
    by_second, times = Bins(), delays_ns.ravel()
    for low in range(0, len(times), RATE * SUBSCRIBERS):
        by_second.record(seconds[low : low + RATE * SUBSCRIBERS], times[low : low + RATE * SUBSCRIBERS])
    per_second = pack(np.full(HOLD_S + 2, RATE * SUBSCRIBERS))
    opened_ns = np.linspace(0, HOLD_S * S, 3_000).astype(np.int64).tolist()
    names = ("lost_disconnected", "lost_silent", "duplicated", "reordered", "extra", "unmarked")
    nothing: dict[str, Any] = dict.fromkeys(names, 0)
    subscribers = Findings(
        sockets=sockets(opened_ns, [moment + S for moment in opened_ns]),
        effort=effort(),
        arrivals=Arrivals(
            owed=len(times),
            received=len(times),
            **nothing,
            response=histogram(times.tolist()).pack(),
            service=b"",
            by_second=by_second.pack(),
            received_per_second=per_second,
            lost_per_second=b"",
            broadcasts=rows_of(numbers, np.full(len(numbers), SUBSCRIBERS), delays_ns),
        ),
    )
    publisher = Findings(
        sockets=sockets([0]),
        effort=effort(),
        is_publisher=True,
        sends=Sends(
            offered=len(numbers),
            sent=len(numbers),
            lag=histogram([1_000] * len(numbers)).pack(),
            per_second=per_second,
            log=pack(np.stack((numbers, intended_ns, intended_ns))),
        ),
    )
    at = np.linspace(2, HOLD_S, 1_500)
    sampled = {"target.memory": Samples(at, 50e6 + chance.normal(0, 1e5, len(at)))}
    plan = make_plan("fanout", "ws://h", connections=3_000, rate=RATE, duration=HOLD_S)
    seen = observed(subscribers, publisher, window=WINDOW, end_ns=WINDOW.drain_ns, sampled=sampled)
    return assemble(plan, seen)


def test_it_is_smaller_than_5_mb(run: Run) -> None:
    assert len(pretty(msgspec.to_builtins(run)).encode()) < MOST_BYTES


def test_its_series_has_all_that_was_sent_in_rows_of_eight_seconds(run: Run) -> None:
    assert run.series_step == 8
    assert len(run.series) <= 2_000
    assert sum(row.received for row in run.series) == (HOLD_S + 2) * RATE * SUBSCRIBERS


def test_it_says_what_grows_without_being_asked(run: Run) -> None:
    assert [one.figure for one in run.trends] == ["delivery_time", "target.memory"]
    assert {one.verdict for one in run.trends} <= {"flat", "inconclusive"}
