"""Stages: every message is due when the area under the rate says so, and a spike's queue is told as it was."""

from functools import partial
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.end_to_end.instrument import (
    NS_PER_S,
    clock,
    highest,
    quantile,
    run,
    together,
    undisturbed,
)
from tests.end_to_end.servers import Server, serve
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.progress import Progress
from wswarm.results.run import Run
from wswarm.stats.stages import IS_BACK

pytestmark = clock

RAMP = "400ms:400/s,300ms:400/s,0s:100/s,250ms:100/s,500ms:0/s"
AREAS = [80, 120, 25, 25]  # of a triangle, two rectangles and a triangle


class Ramped(NamedTuple):
    """A run of `RAMP`, and [intended, read] of every message as the server saw it, by intended time."""

    run: Run
    messages_ns: list[list[int]]


@pytest.fixture(scope="module")
def ramped() -> dict[str, Ramped]:
    """The ramp, by two processes that share three connections: evenly spaced, and at random."""

    def measured(server: Server, arrivals: str) -> Run:
        load = {"rate": None, "duration": None, "warmup": None, "connections": 3, "processes": 2}
        return run("echo", server.url, stages=RAMP, arrivals=arrivals, seed=4, **load)

    with serve("witness") as one, serve("witness") as other:
        even, random = together(partial(measured, one, "constant"), partial(measured, other, "poisson"))
        return {
            "constant": Ramped(even, sorted(one.log()["messages_ns"])),
            "poisson": Ramped(random, sorted(other.log()["messages_ns"])),
        }


def due_s() -> list[float]:
    """When each message of the ramp is due, by the formulas of a uniformly changing rate."""
    rising = [sqrt(2 * k / 1_000) for k in range(80)]
    level = [0.4 + k / 400 for k in range(120)]
    low = [0.7 + k / 100 for k in range(25)]
    falling = [1.45 - sqrt(2 * (25 - k) / 200) for k in range(25)]
    return [*rising, *level, *low, *falling]


def test_each_message_of_a_ramp_is_due_to_the_nanosecond(ramped: dict[str, Ramped]) -> None:
    intended_ns = [intended for intended, _ in ramped["constant"].messages_ns]
    since_s = [(one - intended_ns[0]) / NS_PER_S for one in intended_ns]
    assert since_s == pytest.approx(due_s(), abs=3e-9)


def test_each_stage_has_as_many_messages_as_its_area(ramped: dict[str, Ramped]) -> None:
    rows = ramped["constant"].run.stages
    assert [row.offered for row in rows] == AREAS
    assert [row.sent for row in rows] == AREAS
    assert [row.received for row in rows] == AREAS


def test_random_messages_are_as_many_in_all_and_each_stage_has_those_that_were_due_in_it(
    ramped: dict[str, Ramped],
) -> None:
    found, messages_ns = ramped["poisson"]
    hold_ns = ramp_began_ns(found, messages_ns)
    assert found.messages is not None
    assert found.messages.offered == len(messages_ns) == sum(AREAS)
    ends_ns = [hold_ns + round(row.to_s * NS_PER_S) for row in found.stages]
    seen = np.bincount(np.searchsorted(ends_ns, [intended for intended, _ in messages_ns], "right"))
    assert [row.received for row in found.stages] == seen.tolist()


def ramp_began_ns(found: Run, messages_ns: list[list[int]]) -> int:
    """When the hold began: the schedule of a seed is known, and so when its first message is due after that."""
    from wswarm.load.pace import Pace
    from wswarm.load.schedule import instants_of
    from wswarm.load.stages import spans_of

    spans = spans_of(found.plan["stages"])
    until_ns = sum(length for length, _ in spans)
    pace = Pace(
        group=0, at_ns=0, until_ns=until_ns, rate=None, senders=3, arrivals="poisson", seed=4, stages=spans
    )
    return int(messages_ns[0][0] - next(instants_of(pace))[0])


def test_no_message_is_sent_before_it_is_due(ramped: dict[str, Ramped]) -> None:
    for one in ramped.values():
        assert all(intended < read for intended, read in one.messages_ns)


BEFORE_S, SPIKE_S, AFTER_S = 2.0, 0.5, 2.6
SPIKE = f"0s:200/s,{BEFORE_S}s:200/s,0s:1580/s,{SPIKE_S}s:1580/s,0s:200/s,{AFTER_S}s:200/s"


class Spiked(NamedTuple):
    """A run with a spike of 790 messages, of which the target does 500/s; when each was due, and two times, s.

    The spike leaves 540 messages, of which 300 more are done than come each second. A message took at least until the
    target had replied, and at most until it had the answer to the ping behind the reply.
    """

    run: Run
    truth_s: list[list[tuple[float, float, float]]]


@pytest.fixture(scope="module")
def spiked() -> Spiked:
    def measure_beside(delay_s: float) -> Spiked:
        with serve("queueing", each=0.002, delay=delay_s) as server:
            load: dict[str, Any] = {"rate": None, "duration": None, "warmup": 0.0, "drain": 10.0}
            found = run("echo", server.url, stages=SPIKE, **load)
            log = server.log()
        replies_ns, heard_ns = sorted(log["replies_ns"]), dict(log["heard_ns"])
        began_ns = replies_ns[0][0]
        ends_s = [0.0, BEFORE_S, BEFORE_S + SPIKE_S, BEFORE_S + SPIKE_S + AFTER_S]
        all_s = [
            ((due - began_ns) / NS_PER_S, (at - due) / NS_PER_S, (heard_ns.get(due, at) - due) / NS_PER_S)
            for due, at in replies_ns
        ]
        return Spiked(
            found, [[one for one in all_s if low <= one[0] < high] for low, high in pairwise(ends_s)]
        )

    return undisturbed(measure_beside)


def test_a_spike_and_the_time_after_have_the_messages_of_their_rates(spiked: Spiked) -> None:
    assert [row.received for row in spiked.run.stages] == [400, 790, 520]
    assert [len(stage) for stage in spiked.truth_s] == [400, 790, 520]


def test_times_of_a_stage_are_those_of_what_was_due_in_it(spiked: Spiked) -> None:
    for row, stage in zip(spiked.run.stages, spiked.truth_s, strict=True):
        _, least_s, most_s = zip(*stage, strict=True)
        for told, share in ((row.p50, 0.50), (row.p99, 0.99)):
            assert told is not None
            assert 0.98 * quantile(least_s, share) <= told <= 1.02 * quantile(most_s, share)


def test_the_queue_of_a_spike_is_gone_when_it_was(spiked: Spiked) -> None:
    found = spiked.run
    before_s = quantile([time for _, time, _ in spiked.truth_s[0]], 0.99)
    after = [(due - BEFORE_S - SPIKE_S, time) for due, time, _ in spiked.truth_s[2]]
    seconds = [[time for due, time in after if second <= due < second + 1] for second in range(3)]
    back = [second for second, times in enumerate(seconds) if quantile(times, 0.99) <= IS_BACK * before_s]
    is_prompt = found.send_lag is not None and highest(found.send_lag) < (IS_BACK - 1) / 2 * before_s
    if is_prompt:
        assert found.stages[1].back_after_s == back[0] == 2.0
    assert (found.stages[0].back_after_s, found.stages[2].back_after_s) == (None, None)


def test_broadcasts_of_a_stage_are_owed_to_each_subscriber_and_a_cut_leaves_what_was() -> None:
    began: list[float] = []

    def watch(progress: Progress) -> None:
        if progress.phase == "hold":
            began.append(progress.elapsed_s)

    def is_enough() -> bool:
        return bool(began) and began[-1] - began[0] > 1.2

    with serve("relay") as server:
        plan = make_plan("fanout", server.url, connections=4, stages="0s:50/s,1s:50/s,9s:50/s")
        found = measure(plan, watch, is_enough)
    first, second = found.stages
    assert found.interrupted
    assert (first.offered, first.sent, first.received) == (50, 50, 200)
    assert found.messages is not None
    assert second.to_s == pytest.approx(found.phases.drain - found.phases.hold, abs=1e-6)
    assert (first.offered + second.offered, first.received + second.received) == (
        found.messages.offered,
        found.messages.received,
    )
    assert second.offered == pytest.approx(50 * (second.to_s - second.from_s), abs=1)
    assert found.rates is not None
    assert found.rates.offered == pytest.approx(50)
