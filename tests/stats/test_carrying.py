"""From trials and rounds to an answer."""

import pytest

from wswarm.results.capacity import RoundFound, Trial
from wswarm.stats import carrying
from wswarm.stats.carrying import Ended


def trial(load: float, *, passed: bool | None, evidence: str = "", **more: object) -> Trial:
    """A trial in a round."""
    return Trial(round=1, load=load, passed=passed, evidence=evidence, duration_s=10.0, **more)  # type: ignore[arg-type]


def rounds(*values: float) -> list[RoundFound]:
    """Rounds that ended there."""
    return [RoundFound(round=number, value=value, trials=6) for number, value in enumerate(values, 1)]


BRACKET = [trial(500, passed=True), trial(1000, passed=False, delivered=930.0, target_cpu=0.99)]


def test_the_interval_is_that_of_the_rounds() -> None:
    found = carrying.capacity_of("echo", BRACKET, rounds(900, 920, 940, 930))
    assert found is not None
    low, high = found.interval
    assert high is not None
    assert 880 < low < 900 < found.value < 940 < high < 960
    assert (found.carried, found.failed, found.delivered) == (500, 1000, 930.0)


def test_one_round_has_the_bracket_for_an_interval_and_says_so() -> None:
    found = carrying.capacity_of("echo", BRACKET, rounds(900))
    assert found is not None
    assert (found.value, found.interval, found.is_bracket) == (900, (500, 1000), True)
    assert "fewer than two rounds" in carrying.notices(BRACKET, found, 4)[0]


@pytest.mark.parametrize(
    ("passed", "failed", "answers", "interval"),
    [
        ((500, 940, 960), (1000, 975, 955), (958,), (940, 975)),
        ((500, 940), (1000, 930), (958,), (500, 1000)),
        ((500, 940, 960), (1000, 955), (), (940, 1000)),
        ((500, 1020), (1000,), (), (500, 1000)),
    ],
)
def test_with_less_than_two_rounds_the_truth_may_lie_anywhere_between_sure_loads(
    passed: tuple[float, ...],
    failed: tuple[float, ...],
    answers: tuple[float, ...],
    interval: tuple[float, float],
) -> None:
    tried = [trial(one, passed=True) for one in passed] + [trial(one, passed=False) for one in failed]
    found = carrying.capacity_of("echo", tried, rounds(*answers))
    assert found is not None
    assert (found.interval, found.is_bracket) == (interval, True)
    assert found.value == (answers or interval)[0]


def test_a_lower_bound_is_below_all_that_was_too_much() -> None:
    tried = [*BRACKET, trial(960, passed=False), trial(970, passed=True), trial(940, passed=True)]
    late = "generator: its loop was 9 ms late"
    found = carrying.capacity_of("echo", tried, rounds(965), Ended(late))
    assert found is not None
    assert (found.value, found.interval) == (940, (940, None))


def test_connections_that_were_counted_alike_are_the_answer() -> None:
    tried = [
        trial(57, passed=True),
        trial(58, passed=False, evidence="http 503: 1 of 58 handshakes", refused=1),
    ]
    found = carrying.capacity_of("connect", tried, rounds(57, 57, 57, 57))
    assert found is not None
    assert (found.value, found.interval) == (57, (57, 57))
    assert (found.limited_by, found.because) == ("target", "http 503: 1 of 58 handshakes")


def test_a_generator_that_gave_in_leaves_a_lower_bound() -> None:
    tried = [trial(500, passed=True), trial(1000, passed=None)]
    ended = Ended("generator: one of its processes used 97% of a core")
    found = carrying.capacity_of("echo", tried, [], ended)
    assert found is not None
    assert (found.value, found.interval, found.limited_by) == (500, (500, None), "generator")


def test_a_disturbed_machine_leaves_what_is_known() -> None:
    ended = Ended("spoilt: the host took 20% of the time")
    found = carrying.capacity_of("echo", BRACKET, rounds(900, 910), ended)
    assert found is not None
    assert found.interval[1] is not None
    assert found.limited_by == "target"
    told = carrying.notices(BRACKET, found, 4, ended)
    assert told[0].startswith("ended before its time")


def test_where_others_used_the_cores_before_any_load_was_too_much_nobody_is_said_to_be_the_limit() -> None:
    why = "spoilt: others used 1.8 cores of this machine"
    found = carrying.capacity_of("echo", [trial(500, passed=True), trial(1000, passed=None)], [], Ended(why))
    assert found is not None
    assert (found.value, found.interval) == (500, (500, None))
    assert (found.limited_by, found.because) == ("neither", why)


def test_a_target_that_ended_is_the_limit_and_leaves_what_is_known() -> None:
    ended = Ended(failure="the target is gone since a trial at 1,000: every handshake failed")
    found = carrying.capacity_of("echo", BRACKET, [], ended)
    assert found is not None
    assert (found.interval, found.is_bracket) == ((500, 1000), True)
    assert (found.limited_by, found.because) == ("target", ended.failure)
    assert carrying.notices(BRACKET, found, 4, ended)[0] == f"ended before its time: {ended.failure}"


def test_nothing_is_known_without_a_load_that_was_carried() -> None:
    assert carrying.capacity_of("echo", [trial(500, passed=None)], [], Ended("generator: late")) is None
    assert carrying.capacity_of("echo", [], []) is None


def test_a_target_is_the_limit_when_one_of_its_processes_has_all_of_a_core() -> None:
    assert carrying.limit(BRACKET)[0] == "target"
    idle = [trial(1000, passed=False, target_cpu=0.4, target_process="process 7 (app)")]
    assert carrying.limit(idle) == (
        "neither",
        "process 7 (app) used 40% of a core; the generator kept up: locks, the kernel, or a broker elsewhere",
    )


def test_where_neither_gave_in_what_is_known_of_the_kernel_and_the_broker_is_told() -> None:
    broker = {
        "broker_process": "process 9 (redis-server)",
        "target_cpu": 0.4,
        "target_process": "process 7 (app)",
    }
    tried = [
        trial(1000, passed=False, broker_cpu=0.98, listen_drops=40, listen_overflows=30, **broker),
        trial(1100, passed=False, broker_cpu=0.7, listen_drops=2, listen_overflows=2, **broker),
    ]
    assert carrying.limit(tried) == (
        "neither",
        "process 7 (app) used 40% of a core; the kernel: it threw 42 handshakes away, 32 of them as an accept queue"
        " was full; process 9 (redis-server) used 98% of a core; the broker is full",
    )


@pytest.mark.parametrize(("waited", "is_told"), [(0.3, True), (0.02, False), (None, False)])
def test_a_target_that_had_no_core_is_not_said_to_wait_for_locks_alone(
    waited: float | None, *, is_told: bool
) -> None:
    tried = [trial(1000, passed=False, target_cpu=0.6, target_wait=waited), trial(1100, passed=False)]
    who, why = carrying.limit(tried)
    assert who == "neither"
    assert ("others had its core for 30% of the time" in why) is is_told


def test_what_is_known_is_of_the_trials_that_were_too_much() -> None:
    tried = [
        trial(900, passed=True, target_cpu=0.99, listen_drops=7, listen_overflows=7),
        trial(1000, passed=False, target_cpu=0.4, listen_drops=0, listen_overflows=0),
        trial(1000, passed=None, target_cpu=0.9),
    ]
    known = carrying.known_of(tried)
    assert known is not None
    assert (known.target_cpu, known.listen_drops, known.broker_cpu) == (0.4, 0, None)
    assert carrying.known_of(tried[:1]) is None


def test_an_unknown_target_is_not_blamed() -> None:
    who, why = carrying.limit([trial(1000, passed=False)])
    assert who == "neither"
    assert "--target-pid" in why


def test_a_load_that_both_passed_and_failed_is_neither_carried_nor_too_much() -> None:
    tried = [*BRACKET, trial(900, passed=True), trial(900, passed=False)]
    assert (carrying.highest_carried(tried), carrying.lowest_failed(tried)) == (500, 1000)


def test_loads_carried_above_such_as_were_not_are_told() -> None:
    tried = [trial(700, passed=False), trial(900, passed=True), trial(910, passed=True)]
    found = carrying.capacity_of("echo", tried, rounds(800, 810))
    assert found is not None
    assert any("loss inversion" in one for one in carrying.notices(tried, found, 4))


def test_a_wide_interval_is_told() -> None:
    found = carrying.capacity_of("echo", BRACKET, rounds(600, 950))
    assert found is not None
    assert any("more --rounds" in one for one in carrying.notices(BRACKET, found, 2))
