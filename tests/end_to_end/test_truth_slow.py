"""Slow readers, against relays whose waits and queues are known."""

import time
from functools import partial
from math import exp, log
from typing import Any

import numpy as np
import pytest

from tests.end_to_end.instrument import NS_PER_S, clock, highest, run, together
from tests.end_to_end.servers import Server, serve
from tests.end_to_end.servers.pressed import SWALLOWED
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.penalty import Penalty
from wswarm.results.progress import Progress
from wswarm.results.run import Run

BOTH = ("picows", "websockets")
Waited = tuple[Run, Penalty, dict[str, Any]]
WAIT_S = 0.05
QUEUE = 60  # 1.5 s at 40/s: who reads never falls so far behind, on a machine however busy
SIZE = 16_384
LOAD: dict[str, Any] = {
    "connections": 20,
    "slow": 0.1,
    "connect_rate": 40,
    "warmup": 0.2,
    "size": SIZE,
    "swallows": SWALLOWED,
}


def slow(server: Server, **changed: Any) -> tuple[Run, Penalty]:
    """A run with two slow readers, the sixth and the sixteenth of twenty."""
    found = run("slow", server.url, **{**LOAD, **changed})
    assert found.penalty is not None
    return found, found.penalty


def lateness_s(found: Run) -> float:
    """How late the run says it was."""
    return max(highest(lag) for lag in (found.send_lag, found.generator.loop_lag) if lag is not None)


@pytest.fixture(scope="module")
def waited_for() -> dict[str, Waited]:
    """Both drivers' runs against relays that wait for each slow reader, side by side: a few messages a second.

    Three slow ones: 3 × 50 ms more for the last of the healthy, in slow blocks alone. Those behind them wait once,
    twice and three times, those before them once less.
    """

    def measured(driver: str) -> Waited:
        three = {"connections": 21, "slow": 0.143}
        with serve("waiting_relay", wait=WAIT_S) as server:
            found, penalty = slow(server, rate=4.0, pairs=2, duration=6.0, driver=driver, **three)
            return found, penalty, server.log()

    return dict(zip(BOTH, together(*(partial(measured, driver) for driver in BOTH)), strict=True))


@clock
@pytest.mark.parametrize("driver", BOTH)
def test_the_penalty_is_the_wait_before_each_slow_one_and_all_that_was_late_still_counts(
    driver: str, waited_for: dict[str, Waited]
) -> None:
    found, penalty, facts = waited_for[driver]
    held_s = {
        waits: np.median(
            [ns / 1e9 for one, ns in zip(facts["waits"], facts["held_ns"], strict=True) if one == waits]
        )
        for waits in (0, 3)
    }
    assert held_s[3] > 3 * WAIT_S
    assert (penalty.pairs, penalty.compared, penalty.healthy, penalty.slow) == (2, 2, 18, 3)
    assert [block.is_slow for block in penalty.blocks] == [False, True, True, False]
    full, pressed = ([b.p50 or 0.0 for b in penalty.blocks if b.is_slow is kind] for kind in (False, True))
    assert np.mean(pressed) - np.mean(full) == pytest.approx(
        held_s[3] - held_s[0], rel=0.05, abs=0.0003 + 2 * lateness_s(found)
    )
    logs = [log(slow_s / full_s) for slow_s, full_s in zip(pressed, full, strict=True)]
    assert penalty.ratio == pytest.approx(exp(np.mean(logs)))
    if not penalty.misplaced:  # as a machine can make them that is too busy to keep to moments
        assert penalty.behind.ratio == pytest.approx(2, rel=0.05 + lateness_s(found) / WAIT_S)
    assert (penalty.healthy_lost, penalty.disconnected) == (0, {})
    assert found.messages is not None
    assert found.messages.received == found.messages.owed == 21 * found.messages.sent


def test_a_relay_that_closes_the_slow_is_seen_when_they_read_again_with_its_code() -> None:
    with serve("queueing_relay", queue=QUEUE) as server:
        found, penalty = slow(server, rate=40.0, pairs=2, duration=10.0)
        facts = server.log()
    assert len(facts["ended_ns"]) == 2
    assert penalty.disconnected == {"3008": 2}
    assert penalty.time_to_disconnect is not None
    assert penalty.time_to_disconnect.min is not None
    assert penalty.time_to_disconnect.min >= 2.5  # the block's end
    assert (penalty.pairs, penalty.compared, penalty.ratio, penalty.healthy_lost) == (1, 0, None, 0)
    assert "1 of 2 pairs of blocks were held: no slow reader was left" in found.notices


def test_who_is_interrupted_in_a_slow_block_has_the_blocks_that_were_held_and_nothing_lost() -> None:
    since: list[float] = []

    def in_the_slow_block() -> bool:
        return bool(since) and time.monotonic() - since[0] > 2.0

    def watch(progress: Progress) -> None:
        if progress.phase == "hold" and not since:
            since.append(time.monotonic())

    with serve("waiting_relay", wait=0.001) as server:
        plan = make_plan("slow", server.url, **LOAD, rate=40.0, pairs=2, duration=6.0, read=50_000.0)
        found = measure(plan, watch, in_the_slow_block)
    assert found.notices[0] == "interrupted: 1 of 4 blocks were held"
    assert found.penalty is not None
    assert (found.penalty.pairs, len(found.penalty.blocks)) == (0, 1)
    assert found.messages is not None
    assert (found.messages.lost.silent, found.messages.lost.disconnected) == (0, 0)


@clock
def test_a_reset_is_seen_at_once_though_nothing_is_read() -> None:
    def measured(driver: str) -> None:
        with serve("queueing_relay", queue=QUEUE, how="reset") as server:
            found, penalty = slow(server, rate=40.0, pairs=1, duration=5.0, driver=driver)
            seen_at_once(found, penalty, server.log())

    together(*(partial(measured, driver) for driver in BOTH))


def seen_at_once(found: Run, penalty: Penalty, facts: dict[str, Any]) -> None:
    """Check that two slow readers were told as cut off when they were: not before, and no later than the loop was."""
    assert penalty.disconnected == {"1006": 2}
    assert penalty.time_to_disconnect is not None
    assert penalty.time_to_disconnect.max is not None
    began_s = penalty.blocks[1].t - found.phases.warmup
    ended_s = max(facts["ended_ns"].values()) / NS_PER_S - began_s
    late_s = found.generator.loop_lag.max or 0.0
    assert ended_s <= penalty.time_to_disconnect.max <= 1.05 * ended_s + late_s
