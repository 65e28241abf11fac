"""How dropped clients come back, against servers that let them in at a known rate, or are away for a known time."""

import os
import signal
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from random import Random
from statistics import fmean
from typing import Any, NamedTuple

import pytest

from tests.end_to_end.bucket_simulation import Bucket, Simulated, simulate
from tests.end_to_end.instrument import NS_PER_S, clock, side_by_side
from tests.end_to_end.servers import serve
from wswarm.experiment.besides import Besides
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.recovery import Recovery
from wswarm.results.run import Run
from wswarm.stats.extras import EARLY

pytestmark = clock

RATE, AT_ONCE = 100.0, 3
TRIES, STOOD_S = 3, 0.5
BRIEF = {
    "rate": RATE,
    "warmup": 0.1,
    "before": 0.5,
    "after": 0.2,
    "connect_rate": 2_000.0,
    "patience": 60.0,
    "connect_timeout": 60.0,
    "drain": 30.0,  # that no busy neighbour ends what is measured
}
SEED = 5
MEAN_WAIT_S = 0.45
BUCKETED, POLICY, BUCKET = 100, "full:500ms,1s", Bucket(30, 15)


class Storm(NamedTuple):
    """A run, what the server says of it, and how late the run itself was."""

    run: Run
    facts: dict[str, Any]

    @property
    def recovery(self) -> Recovery:
        assert self.run.recovery is not None
        return self.run.recovery

    def about(self, truth_s: float) -> Any:
        """Equal within 5 %, but for the wait for the next broadcast and for how late the run was by its own word."""
        return self._within(truth_s, 2 * self.late_s)

    def about_by_chance(self, truth_s: float) -> Any:
        """The same where it matters, too, how long the server took for a handshake."""
        return self._within(truth_s, 2 * self.late_s + 2 * (self.recovery.handshake_time.max or 0))

    def _within(self, truth_s: float, late_s: float) -> Any:
        truth_s += 0.5 / RATE
        return pytest.approx(truth_s, abs=0.05 * truth_s + 0.5 / RATE + late_s + 0.005)

    @property
    def late_s(self) -> float:
        """How late the run and the server were at worst, as they say themselves."""
        lags = [self.run.generator.loop_lag, self.run.send_lag]
        return max(lag.max or 0 for lag in lags if lag is not None) + self.facts["late"] / NS_PER_S


class Pausing:
    """A server that is away for a while, as the instrument has it: ended by a signal, and started again."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def end_by(self, name: str) -> None:
        """Have it pause, whatever the signal."""
        assert name == "TERM"
        os.kill(self._pid, signal.SIGUSR1)

    def revive(self) -> bool:
        """It comes back by itself."""
        return True


def storm(server: str, **options: Any) -> Storm:
    """A brief storm on a server of that name, which lets all in that come before it."""
    parameters = options.pop("parameters", {})
    with serve(server, **parameters) as served:
        plan = make_plan("storm", served.url, **{**BRIEF, "seed": SEED, **options})
        run = measure(plan, besides=Besides(restarts=Pausing(served.pid)))
        return Storm(run, served.log())


def awake(measurement: Callable[[], Storm]) -> Storm:
    """A storm during which neither the run nor the server stood still for half a second, if one of some is."""
    for _ in range(TRIES):
        found = measurement()
        if found.late_s < STOOD_S:
            break
    return found


@pytest.fixture(scope="module")
def storms() -> dict[str, Storm]:
    """Each mostly waits, so they are side by side."""
    queue = {"connections": 60, "drop": 0.5, "reconnect": "immediate"}
    bucket = {"connections": BUCKETED, "drop": 1.0, "reconnect": POLICY}
    measurements = {
        "queue": partial(storm, "admitting", parameters={"rate": 20, "free": 61}, **queue),
        "bucket": partial(
            storm, "admitting", parameters={**BUCKET._asdict(), "free": BUCKETED + 1}, **bucket
        ),
        "restart": partial(
            storm,
            "pausing",
            parameters={"downtime": 1.1},
            how="restart",
            connections=20,
            reconnect="fixed:200ms",
        ),
        "given up": partial(
            storm,
            "admitting",
            parameters={"rate": 0.001, "burst": 1, "free": 21},
            connections=20,
            reconnect="fixed:100ms",
            patience=1.05,
            slo=("recovery.dropped==10", "recovery.time.p90<1h", 'recovery.refused."http 403"==0'),
        ),
    }
    for policy in ("phoenix", "signalr", "socketio"):
        measurements[policy] = partial(
            storm,
            "admitting",
            parameters={"rate": 0.001, "burst": 0.1, "free": 11},
            connections=10,
            drop=1.0,
            reconnect=policy,
            patience=2.2,
        )
    awake_ones = {name: partial(awake, one) for name, one in measurements.items()}
    with side_by_side(awake_ones, AT_ONCE) as under_way:
        return {name: one.result() for name, one in under_way.items()}


@pytest.mark.parametrize(("figure", "share"), [("p50", 0.5), ("p90", 0.9), ("max", 1.0)])
def test_a_queue_that_lets_in_so_many_a_second_lets_a_share_of_them_in_after_that_share_of_the_time(
    storms: dict[str, Storm], figure: str, share: float
) -> None:
    found = storms["queue"]
    late_s = (found.facts["came"][61] - found.facts["lost"][0]) / NS_PER_S
    assert getattr(found.recovery.time, figure) == found.about(share * 30 / 20 + late_s)


def test_who_waits_in_a_queue_makes_one_attempt(storms: dict[str, Storm]) -> None:
    found = storms["queue"].recovery
    assert (found.dropped, found.recovered, found.never, found.wasted) == (30, 30, 0, 0)
    assert (found.attempts.min, found.attempts.max, found.attempts.n) == (1, 1, 30)
    assert sum(step.attempts for step in found.timeline) == 30
    assert found.refused == {}


def test_handshakes_per_second_are_those_that_the_queue_lets_in(storms: dict[str, Storm]) -> None:
    found = storms["queue"]
    let_in_ns = found.facts["admitted"][61:]
    most = max(sum(0 <= one - since < NS_PER_S for one in let_in_ns) for since in let_in_ns)
    assert found.recovery.handshakes_per_s_peak == pytest.approx(most, abs=2 + 20 * found.late_s)


def test_what_was_missed_are_the_broadcasts_between(storms: dict[str, Storm]) -> None:
    """A client that was away for so long missed as many broadcasts as were due meanwhile, give or take one."""
    found = storms["queue"]
    away_s = (found.recovery.time.mean or 0) * 30
    assert found.recovery.missed == pytest.approx(
        away_s * RATE, abs=30 + 0.05 * away_s * RATE + 30 * found.late_s * RATE
    )


def test_what_was_sent_while_they_were_away_is_not_owed(storms: dict[str, Storm]) -> None:
    for name in ("queue", "bucket"):
        messages = storms[name].run.messages
        assert messages is not None
        assert (messages.lost.silent, messages.lost.disconnected) == (0, 0)
        assert set(messages.extra_kinds) <= {EARLY}  # on their way as a client was let in
        assert messages.owed == messages.received > 0


def test_connections_are_those_that_were_asked_for(storms: dict[str, Storm]) -> None:
    for name, clients in (("queue", 60), ("bucket", BUCKETED), ("restart", 20)):
        found = storms[name].run.connections
        assert (found.requested, found.opened, found.failed, found.dropped) == (
            clients + 1,
            clients + 1,
            0,
            0,
        )


def test_the_second_by_second_count_of_connections_falls_and_rises(storms: dict[str, Storm]) -> None:
    found = [second.connections for second in storms["queue"].run.series]
    assert min(found[1:]) < 61
    assert found[-1] == 61


@pytest.mark.parametrize(("figure", "share"), [("p50", 0.5), ("p90", 0.9), ("max", 1.0)])
def test_times_are_from_the_drop_that_the_server_saw_to_when_it_let_clients_in(
    storms: dict[str, Storm], figure: str, share: float
) -> None:
    found = storms["bucket"]
    let_in_ns = found.facts["admitted"][BUCKETED + round(BUCKETED * share)]
    assert getattr(found.recovery.time, figure) == found.about(
        (let_in_ns - found.facts["lost"][0]) / NS_PER_S
    )


@pytest.mark.parametrize(("figure", "share"), [("p50", 0.5), ("p90", 0.9)])
def test_a_bucket_lets_clients_in_as_its_simulation_says(
    storms: dict[str, Storm], figure: str, share: float
) -> None:
    found = storms["bucket"]
    let_in_s = _simulated(found).let_in_s
    assert getattr(found.recovery.time, figure) == found.about_by_chance(
        let_in_s[round(BUCKETED * share) - 1]
    )


def test_clients_make_as_many_attempts_at_a_bucket_as_its_simulation_says(storms: dict[str, Storm]) -> None:
    found = storms["bucket"]
    truth = fmean(_simulated(found).attempts)
    assert found.recovery.attempts.mean == pytest.approx(truth, rel=0.05 + found.late_s / MEAN_WAIT_S)


def test_attempts_are_the_server_s_handshakes_and_refusals_are_told_by_reason(
    storms: dict[str, Storm],
) -> None:
    found = storms["bucket"]
    attempts = round((found.recovery.attempts.mean or 0) * BUCKETED)
    assert found.recovery.refused == {"http 503": found.facts["refused"]}
    assert attempts == found.facts["refused"] + BUCKETED
    assert found.recovery.wasted == found.facts["refused"]


def test_the_way_back_is_told_step_by_step(storms: dict[str, Storm]) -> None:
    found = storms["bucket"].recovery
    assert sum(step.attempts for step in found.timeline) == round((found.attempts.mean or 0) * BUCKETED)
    assert sum(step.handshakes for step in found.timeline) == BUCKETED
    assert [step.back for step in found.timeline][-1] == BUCKETED


def test_a_restart_takes_its_downtime_and_the_wait_for_the_next_attempt(storms: dict[str, Storm]) -> None:
    found = storms["restart"]
    (since, until) = found.facts["pauses"][0]
    downtime_s = (until - since) / NS_PER_S
    assert found.recovery.dropped == 20
    assert found.recovery.never == 0
    wait_s = -(-downtime_s // 0.2) * 0.2
    assert found.recovery.time.p50 == found.about_by_chance(wait_s)
    assert set(found.recovery.refused) == {"refused"}
    assert found.recovery.refused["refused"] == pytest.approx(
        20 * (downtime_s // 0.2), abs=20 * (1 + found.late_s / 0.2)
    )


def test_publishers_outlive_a_restart(storms: dict[str, Storm]) -> None:
    found = storms["restart"].run
    assert found.messages is not None
    assert found.messages.received > 0
    assert found.connections.dropped == 0


def test_those_whose_patience_ends_are_never_back_and_have_no_time(storms: dict[str, Storm]) -> None:
    found = storms["given up"].recovery
    assert found.dropped == found.recovered + found.never == 10
    assert found.never >= 9  # the one token brings one back, if the machine gives it the time
    assert (found.time.p50, found.time.p90, found.time.max, found.time.mean) == (None, None, None, None)
    assert sum(found.refused.values()) == pytest.approx(storms["given up"].facts["refused"], abs=9)


@pytest.mark.parametrize(
    ("policy", "waits_ms"),
    [("phoenix", (10, 50, 100, 150, 200, 250, 500)), ("signalr", (0, 2_000))],
)
def test_the_server_sees_attempts_after_the_waits_of_a_library(
    storms: dict[str, Storm], policy: str, waits_ms: tuple[int, ...]
) -> None:
    found = storms[policy]
    came_ns = found.facts["came"][11:]
    since_ns, slack_s = found.facts["lost"][0], found.late_s + 0.05
    for attempt, due_ms in enumerate(accumulate(waits_ms)):
        after_s = [(one - since_ns) / NS_PER_S for one in came_ns[attempt * 10 : attempt * 10 + 10]]
        assert min(after_s, default=9) >= due_ms / 1_000 - slack_s
        assert max(after_s, default=0) <= due_ms / 1_000 * 1.05 + (attempt + 1) * slack_s


def test_the_server_sees_first_attempts_in_socketio_s_bands(storms: dict[str, Storm]) -> None:
    found = storms["socketio"]
    after_s = [(one - found.facts["lost"][0]) / NS_PER_S for one in found.facts["came"][11:21]]
    late_s = found.late_s + 0.05
    assert all(0.551 - late_s <= one <= 1.499 + late_s for one in after_s)


def test_who_is_not_dropped_is_a_bystander(storms: dict[str, Storm]) -> None:
    beside = storms["queue"].recovery.bystanders
    assert beside.during is not None
    assert storms["bucket"].recovery.bystanders.during is None


def test_objectives_are_held_against_the_figures_of_a_storm(storms: dict[str, Storm]) -> None:
    met = {one.expression: (one.met, one.why) for one in storms["given up"].run.slo}
    assert met["recovery.dropped==10"] == (True, None)
    never = storms["given up"].recovery.never
    assert met["recovery.time.p90<1h"] == (False, f"{never} of 10 dropped clients never came back")
    assert met['recovery.refused."http 403"==0'] == (True, None)


def test_those_who_never_came_back_are_told_first(storms: dict[str, Storm]) -> None:
    (told,) = storms["given up"].run.notices
    assert told.endswith("of 10 dropped clients never came back; most attempts failed as: http 503")


def test_a_storm_is_no_failure_of_the_target(storms: dict[str, Storm]) -> None:
    assert [found.run.failure for found in storms.values()] == [None] * len(storms)


def _simulated(found: Storm) -> Simulated:
    """The same clients, to whom a refusal takes as long as the run says that handshakes took."""
    chances = [Random((SEED << 32) + one) for one in range(1, BUCKETED + 1)]
    return simulate(POLICY, chances, BUCKET, found.recovery.handshake_time.mean or 0)
