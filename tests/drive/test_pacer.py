"""Wake-ups for what is due."""

import pytest

from tests.drive.fakes import LOOP, FakeClock
from wswarm.drive.pacer import BATCH_NS, Pacer


def pacer_of(due: list[int], pacing: str = "exact") -> Pacer:
    """Return a pacer to whom the sender names these moments, one by one."""
    moments = iter(due)
    pacer = Pacer(LOOP, lambda: next(moments))
    pacer.adapt(pacing, 1.0)
    return pacer


def test_it_sleeps_until_the_next_moment(clock: FakeClock) -> None:
    pacer = pacer_of([500])
    pacer.start(100)
    clock.now_ns = 100
    pacer.wake()
    assert clock.timers[0].armed_ns == [100, 500]


def test_an_exact_pacer_wakes_at_once_for_what_is_overdue(clock: FakeClock) -> None:
    pacer = pacer_of([500])
    clock.now_ns = 900
    pacer.wake()
    assert clock.timers[0].armed_ns == [500]


@pytest.mark.parametrize(
    ("next_ns", "armed_ns"), [(1_001, 1_000 + BATCH_NS), (1_000 + BATCH_NS + 1, 1_000 + BATCH_NS + 1)]
)
def test_a_batched_pacer_leaves_half_a_millisecond_between_wake_ups(
    next_ns: int, armed_ns: int, clock: FakeClock
) -> None:
    pacer = pacer_of([next_ns], "batched")
    clock.now_ns = 1_000
    pacer.wake()
    assert clock.timers[0].armed_ns == [armed_ns]


def test_after_a_stop_it_wakes_up_no_more(clock: FakeClock) -> None:
    pacer = pacer_of([5_000])
    pacer.wake()
    assert not clock.timers[0].is_closed
    pacer.stop()
    assert clock.timers[0].is_closed


def test_the_gap_of_a_batched_pacer_is_from_one_wake_up_to_the_next(clock: FakeClock) -> None:
    def send_due() -> int:
        clock.now_ns += 50_000
        return 1_001

    pacer = Pacer(LOOP, send_due)
    pacer.adapt("batched", 1.0)
    clock.now_ns = 1_000
    pacer.wake()
    assert clock.timers[0].armed_ns == [1_000 + BATCH_NS]
