"""Whether a load was carried, and who gave in if it was not."""

import msgspec
import pytest

from tests.report import runs
from tests.report.parts import distribution
from wswarm.results.rooms import Rooms
from wswarm.results.run import Run
from wswarm.stats import passing
from wswarm.stats.passing import Beside

SOUND = runs.echo(rate=1_000, duration=12)
LIMIT_S = 0.050


def with_times(run: Run, *medians: float) -> Run:
    """The run whose hold had these medians, second by second."""
    rows = [row for row in run.series if run.phases.hold <= row.t and row.t + 1 <= run.phases.drain]
    told = {row.t: median for row, median in zip(rows, medians, strict=False)}
    return msgspec.structs.replace(
        run, series=[msgspec.structs.replace(row, p50=told.get(row.t)) for row in run.series]
    )


def loop_late(run: Run, late_s: float) -> Run:
    """The run whose generator was late by that."""
    lag = msgspec.structs.replace(run.generator.loop_lag, p99=late_s, max=late_s)
    return msgspec.structs.replace(run, generator=msgspec.structs.replace(run.generator, loop_lag=lag))


def test_a_load_is_carried_that_leaves_nothing_behind() -> None:
    assert passing.why_not_carried(SOUND, LIMIT_S) is None


def test_a_missed_objective_is_told_with_what_was_measured() -> None:
    missed = msgspec.structs.replace(SOUND, slo=runs.objectives(("p99<50ms", 0.083, False)))
    assert passing.why_not_carried(missed, LIMIT_S) == "p99<50ms missed: 83 ms"


def test_an_objective_that_can_not_be_told_is_not_met() -> None:
    unknown = msgspec.structs.replace(SOUND, slo=runs.objectives(("p99<50ms", None, False)))
    assert "p99<50ms missed: unknown" in (passing.why_not_carried(unknown, LIMIT_S) or "")


def test_refusals_come_with_their_reason() -> None:
    refused = runs.connect(connections=100, failed=3)
    reason = next(iter(refused.connections.failures))
    assert (passing.why_not_carried(refused, None) or "").startswith(reason)


@pytest.mark.parametrize(
    ("failures", "is_said"),
    [({"http 503": 3}, True), ({"timeout": 3}, False), ({"no free local port": 3}, False), ({}, False)],
)
def test_a_target_that_says_no_has_refused(failures: dict[str, int], *, is_said: bool) -> None:
    seen = msgspec.structs.replace(SOUND.connections, failures=failures, failed=sum(failures.values()))
    assert passing.is_refused(msgspec.structs.replace(SOUND, connections=seen)) is is_said


@pytest.mark.parametrize(
    ("failures", "is_said"),
    [({}, True), ({"timeout": 3}, True), ({"http 503": 1}, True), ({"too many open files here": 3}, False)],
)
def test_a_target_that_hangs_up_has_refused_whoever_else_waits_in_vain(
    failures: dict[str, int], *, is_said: bool
) -> None:
    failed = sum(failures.values())
    seen = msgspec.structs.replace(SOUND.connections, failures=failures, failed=failed, dropped=2)
    assert passing.is_refused(msgspec.structs.replace(SOUND, connections=seen)) is is_said


@pytest.mark.parametrize(
    ("statuses", "why", "is_said"),
    [
        ({"202": 200}, None, False),
        ({"202": 150, "503": 50}, "503: 50 of 200 requests to publish failed", True),
        ({"202": 150, "timeout": 50}, "timeout: 50 of 200 requests to publish failed", False),
    ],
)
def test_broadcasts_that_a_target_does_not_take_are_not_carried_though_nothing_is_owed_for_them(
    statuses: dict[str, int], why: str | None, *, is_said: bool
) -> None:
    made = runs.published()
    assert made.publish is not None
    run = msgspec.structs.replace(made, publish=msgspec.structs.replace(made.publish, statuses=statuses))
    assert passing.why_not_carried(run, LIMIT_S) == why
    assert passing.is_refused(run) is is_said
    assert passing.unpublished(run) == statuses.get("503", 0)


def test_a_limit_of_this_machine_is_the_generators() -> None:
    seen = msgspec.structs.replace(SOUND.connections, failures={"no free local port": 1}, failed=1)
    why = passing.unclean(msgspec.structs.replace(SOUND, connections=seen), Beside(), None)
    assert why == "generator: no free local port"


def test_lost_messages_are_a_load_not_carried() -> None:
    assert SOUND.messages is not None
    found = msgspec.structs.replace(SOUND.messages, received=SOUND.messages.owed * 99 // 100)
    why = passing.why_not_carried(msgspec.structs.replace(SOUND, messages=found), LIMIT_S)
    assert "were not delivered" in (why or "")


def test_a_backlog_that_grows_is_a_load_not_carried_although_the_objective_is_met() -> None:
    growing = with_times(SOUND, *(0.005 * second for second in range(1, 12)))
    assert "the backlog grew" in (passing.why_not_carried(growing, LIMIT_S) or "")


def test_times_that_vary_are_no_backlog() -> None:
    varying = with_times(SOUND, *(0.010 + 0.005 * (second % 3) for second in range(11)))
    assert passing.why_not_carried(varying, LIMIT_S) is None


@pytest.mark.parametrize(
    ("medians", "grows"),
    [
        ((1, 2, 3, 4, 5, 6), True),
        ((1, 2, 1, 2, 1, 2), False),
        ((1, 9, 5, 5, 9, 6), False),
        ((1, 2, 3), True),
        ((1, 3, 2), False),
        ((1, 2), False),
    ],
)
def test_values_grow_by_more_than_they_vary(medians: tuple[float, ...], *, grows: bool) -> None:
    assert passing.grows(medians, 1.0) is grows


@pytest.mark.parametrize(
    ("beside", "late_s", "words"),
    [
        (Beside(own_cpu=0.9), 0.0001, "90% of a core"),
        (Beside(own_cpu=0.2), 0.0060, "its loop was 6.0 ms late"),
        (Beside(own_cpu=0.2), 0.0040, None),
        (Beside(), 0.0001, None),
    ],
)
def test_a_generator_that_can_not_keep_up_is_told(beside: Beside, late_s: float, words: str | None) -> None:
    why = passing.unclean(loop_late(SOUND, late_s), beside, LIMIT_S)
    assert (why is None) if words is None else (why is not None and words in why)


@pytest.mark.parametrize(
    ("target_cpu", "received", "is_overrun"),
    [(0.98, 700, True), (0.98, 950, False), (0.90, 700, False), (None, 700, False)],
)
def test_a_full_target_that_stays_far_behind_gave_in_whatever_the_generator_could(
    target_cpu: float | None, received: int, *, is_overrun: bool
) -> None:
    rows = [msgspec.structs.replace(row, received=received) for row in SOUND.series]
    run = msgspec.structs.replace(SOUND, series=rows)
    assert passing.is_overrun(run, 1_000, Beside(own_cpu=0.9, target_cpu=target_cpu)) is is_overrun


@pytest.mark.parametrize(("target_cpu", "is_ours"), [(0.99, False), (None, False), (0.3, True)])
def test_late_sends_are_the_targets_doing_unless_it_was_idle(
    target_cpu: float | None, *, is_ours: bool
) -> None:
    late = msgspec.structs.replace(
        loop_late(SOUND, 0.0001),
        send_lag=msgspec.structs.replace(distribution([0.020] * 1_000), p99=0.020),
    )
    found = passing.unclean(late, Beside(own_cpu=0.2, target_cpu=target_cpu), LIMIT_S)
    assert (found is not None) is is_ours


@pytest.mark.parametrize(
    ("beside", "is_spoilt"),
    [
        (Beside(steal=0.06), True),
        (Beside(steal=0.04), False),
        (Beside(busy=0.99, others=1.0, target_wait=0.3), True),
        (Beside(busy=0.99, others=1.0, target_wait=0.01), False),
        (Beside(busy=0.50, others=0.5, target_wait=0.3), False),
        (Beside(), False),
    ],
)
def test_a_disturbed_machine_spoils_a_trial(beside: Beside, *, is_spoilt: bool) -> None:
    assert (passing.spoilt(loop_late(SOUND, 0.0001), beside) is not None) is is_spoilt


def test_a_generator_that_stood_still_spoils_a_trial() -> None:
    assert "stood still" in (passing.spoilt(loop_late(SOUND, 0.4), Beside(own_cpu=0.1)) or "")


def test_the_shortest_time_of_the_objectives_sets_the_length() -> None:
    assert passing.limit_of(("p99<50ms", "p50<10ms", "lost==0")) == pytest.approx(0.010)
    assert passing.limit_of(("lost==0",)) is None


def test_delivered_counts_what_came_in_the_hold() -> None:
    rows = [
        msgspec.structs.replace(row, received=930 if SOUND.phases.hold <= row.t < SOUND.phases.drain else 1)
        for row in SOUND.series
    ]
    assert passing.delivered(msgspec.structs.replace(SOUND, series=rows)) == 930
    assert passing.delivered(runs.connect(connections=100, failed=3)) == 97


def test_a_broadcast_is_delivered_once_its_own_room_has_it() -> None:
    whole = runs.fanout()
    in_rooms = msgspec.structs.replace(whole, rooms=Rooms(rooms=4))
    in_one = passing.delivered(whole)
    assert in_one is not None
    assert passing.delivered(in_rooms) == pytest.approx(4 * in_one)


def test_a_percentiles_interval_holds_it() -> None:
    seen = passing.time_of(SOUND)
    assert seen is not None
    assert seen.p99 is not None
    found = passing.interval_of(seen, 99)
    assert found is not None
    assert found[0] <= seen.p99 <= found[1]
