"""The open model: sends keep their times, whatever comes back."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.drive.fakes import MS, WINDOW, Due, FakeClock, paces_of, plan_of, sender_of, swarm_of
from wswarm.stats.findings import Sends, Window
from wswarm.units import NS_PER_S

LAW = settings(max_examples=40, deadline=None, derandomize=True)
HOLD, DRAIN = WINDOW.hold_ns, WINDOW.drain_ns


class Load:
    """A sender over fake connections, one per place."""

    def __init__(
        self,
        clock: FakeClock,
        plan: Any = None,
        *,
        places: list[int] | None = None,
        senders: int = 3,
        window: Window = WINDOW,
    ) -> None:
        self.clock = clock
        self.plan = plan if plan is not None else plan_of(rate=10.0)
        rows = list(range(senders)) if places is None else places
        self.swarm, self.connections = swarm_of(clock, len(rows))
        self.due = Due()
        self.sender = sender_of(self.swarm, self.plan, rows, senders, self.due, window)

    def run(self, until_ns: int = DRAIN + 1, late_ns: int = 0) -> "Load":
        """Let time pass, the timer always late by as much."""
        self.clock.run_until(until_ns, late_ns)
        return self

    def findings(self) -> Sends:
        """Return what was sent."""
        self.sender.stop()
        self.sender.outbox.fold(WINDOW)
        return self.sender.findings()

    def sent(self) -> list[tuple[int, int, int]]:
        """Return publisher, sequence and intended time of all that went out, by intended time."""
        return sorted(
            (mark for connection in self.connections for mark in connection.marks()),
            key=lambda mark: (mark[2], mark[1], mark[0]),
        )


def test_every_send_of_the_schedule_goes_out_at_its_time(clock: FakeClock) -> None:
    load = Load(clock).run()
    assert [intended for _, _, intended in load.sent()] == [
        WINDOW.start_ns + number * 100 * MS for number in range(30)
    ]


def test_a_send_never_goes_out_early(clock: FakeClock) -> None:
    load = Load(clock).run()
    for connection in load.connections:
        due = [intended for _, _, intended in connection.marks()]
        assert connection.sent_at_ns == due


def test_senders_take_turns_and_their_messages_are_numbered_through(clock: FakeClock) -> None:
    load = Load(clock).run()
    assert [(publisher, sequence) for publisher, sequence, _ in load.sent()] == [
        (1 + number % 3, number) for number in range(30)
    ]


def test_late_sends_keep_the_intended_time_in_their_mark(clock: FakeClock) -> None:
    load = Load(clock).run(late_ns=7 * MS)
    assert [intended for _, _, intended in load.sent()][:2] == [WINDOW.start_ns, WINDOW.start_ns + 100 * MS]
    assert load.connections[0].sent_at_ns[0] == WINDOW.start_ns + 7 * MS


def test_after_a_stall_everything_overdue_goes_out_in_order(clock: FakeClock) -> None:
    load = Load(clock)
    clock.now_ns = WINDOW.start_ns + 1_050 * MS
    load.run()
    assert len(load.sent()) == 30
    assert load.connections[0].sent_at_ns[:4] == [WINDOW.start_ns + 1_050 * MS] * 4


@LAW
@given(st.integers(1, 7), st.integers(1, 4), st.sampled_from([3.0, 10.0, 33.0, 101.0]), st.booleans())
def test_the_offers_of_all_agents_add_up_to_the_schedule(
    senders: int, agents: int, rate: float, is_poisson: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        clock = FakeClock(patch)
        plan = plan_of(rate=rate, arrivals="poisson" if is_poisson else "constant", seed=3)
        loads = [
            Load(clock, plan, places=list(range(agent, senders, agents)), senders=senders)
            for agent in range(min(agents, senders))
        ]
        clock.run_until(DRAIN + 1)
        offered = sum(load.findings().offered for load in loads)
        sent = sum(load.findings().sent for load in loads)
    warmup, hold = (pace.count or 0 for pace in paces_of(plan, [0], 1))
    assert offered == sent == hold == round(rate * 2)
    assert sum(len(load.sent()) for load in loads) == warmup + hold


def test_agents_between_them_send_each_message_once(clock: FakeClock) -> None:
    loads = [Load(clock, places=places) for places in ([0, 2], [1])]
    clock.run_until(DRAIN + 1)
    dues = [[intended for _, _, intended in load.sent()] for load in loads]
    assert sorted(dues[0] + dues[1]) == [WINDOW.start_ns + number * 100 * MS for number in range(30)]
    for load, own in zip(loads, dues, strict=True):
        assert [number for _, number, _ in load.sent()] == list(range(len(own)))


def test_a_connection_without_a_place_sends_nothing(clock: FakeClock) -> None:
    load = Load(clock, places=[0, -1, 1], senders=2).run()
    assert [len(connection.sent) for connection in load.connections] == [15, 0, 15]


def test_every_message_is_told_of_before_it_is_sent(clock: FakeClock) -> None:
    load = Load(clock, places=[2, 0]).run()
    sent = load.sent()
    assert load.due.intended_ns == [intended for _, _, intended in sent]
    assert [1 + row for row in load.due.rows] == [publisher for publisher, _, _ in sent]


def test_only_the_hold_is_offered(clock: FakeClock) -> None:
    found = Load(clock).run().findings()
    assert (found.offered, found.sent) == (20, 20)


def test_a_closed_connection_offers_what_it_does_not_send(clock: FakeClock) -> None:
    load = Load(clock)
    load.connections[1].is_open = False
    found = load.run().findings()
    assert (found.offered, found.sent) == (20, 13)
    assert load.connections[1].sent == []


@pytest.mark.parametrize("overdue", [64, 65, 200])
def test_after_64_sends_others_get_their_turn(overdue: int, clock: FakeClock) -> None:
    load = Load(clock, plan_of(rate=1000.0))
    timer = clock.timers[0]
    clock.now_ns = WINDOW.start_ns + (overdue - 1) * MS
    timer.callback()
    assert len(load.sent()) == 64
    assert timer.at_ns == WINDOW.start_ns + 64 * MS


def test_a_long_load_goes_out_whole_over_many_wake_ups(clock: FakeClock) -> None:
    load = Load(clock, plan_of(rate=1500.0)).run()
    assert len(load.sent()) == 4500
    assert load.sender.is_done()


def test_a_sender_is_done_when_everything_went_out(clock: FakeClock) -> None:
    load = Load(clock)
    assert not load.run(HOLD).sender.is_done()
    assert load.run().sender.is_done()


def test_a_sender_is_not_done_while_messages_wait_for_room(clock: FakeClock) -> None:
    load = Load(clock)
    load.connections[0].is_writable = False
    assert not load.run().sender.is_done()
    load.connections[0].is_writable = True
    load.swarm.on_writable(0)
    assert load.sender.is_done()


def test_after_the_stop_nothing_goes_out(clock: FakeClock) -> None:
    load = Load(clock).run(HOLD)
    load.sender.stop()
    assert len(load.run().sent()) == 10


@pytest.mark.parametrize(
    ("cut_ns", "offered"),
    [
        (HOLD, 0),
        (HOLD + 1, 1),
        (HOLD + 100 * MS, 1),
        (HOLD + 100 * MS + 1, 2),
        (HOLD + 1_000 * MS, 10),
        (DRAIN - 1, 20),
    ],
)
def test_a_cut_offers_exactly_what_was_due_before_it(cut_ns: int, offered: int, clock: FakeClock) -> None:
    load = Load(clock).run(HOLD - 50 * MS)
    load.sender.cut(msgspec.structs.replace(WINDOW, drain_ns=cut_ns))
    found = load.run().findings()
    assert (found.offered, found.sent) == (offered, offered)
    assert load.sender.is_done()


def test_several_agents_that_are_cut_add_up_too(clock: FakeClock) -> None:
    loads = [Load(clock, plan_of(rate=101.0), places=places) for places in ([0, 2], [1])]
    clock.run_until(HOLD)
    for load in loads:
        load.sender.cut(msgspec.structs.replace(WINDOW, drain_ns=HOLD + 500 * MS))
    clock.run_until(DRAIN + 1)
    found = [load.findings() for load in loads]
    assert sum(one.offered for one in found) == sum(one.sent for one in found) == 51


SHORT = Window(0, WINDOW.start_ns, WINDOW.start_ns, WINDOW.start_ns + 100 * MS)


def woken_ns(clock: FakeClock) -> list[int]:
    """Return for which moments of the short window the sender's timer was armed."""
    return [at_ns for at_ns in clock.timers[0].armed_ns if SHORT.start_ns < at_ns < SHORT.drain_ns]


def test_batched_pacing_wakes_at_most_every_half_millisecond(clock: FakeClock) -> None:
    load = Load(clock, plan_of(rate=10_000.0, pacing="batched"), window=SHORT).run()
    assert np.diff(woken_ns(clock)).min() >= 500_000
    assert len(load.sent()) == 1000


def test_exact_pacing_wakes_for_each_message(clock: FakeClock) -> None:
    Load(clock, plan_of(rate=10_000.0, pacing="exact"), window=SHORT).run()
    assert len(woken_ns(clock)) == 999


def test_by_default_sends_250_us_apart_have_a_wake_up_each(clock: FakeClock) -> None:
    load = Load(clock, plan_of(rate=4_000.0), window=SHORT).run()
    assert len(woken_ns(clock)) == 399
    assert load.findings().gaps_ns == [0]


def test_by_default_sends_closer_than_that_go_out_every_200_us(clock: FakeClock) -> None:
    load = Load(clock, plan_of(rate=4_100.0), window=SHORT).run()
    assert np.diff(woken_ns(clock)).min() >= 200_000
    assert np.diff(woken_ns(clock)).max() < 450_000
    assert len(load.sent()) == 410
    assert load.findings().gaps_ns == [200_000]


def test_an_agent_goes_by_what_is_due_in_it(clock: FakeClock) -> None:
    load = Load(clock, plan_of(rate=8_000.0), places=[0], senders=2, window=SHORT).run()
    assert load.findings().gaps_ns == [0]


def test_a_closed_sender_with_a_rate_goes_by_it(clock: FakeClock) -> None:
    load = Load(clock, plan_of(rate=40_000.0, closed=True), senders=4, window=SHORT).run()
    assert load.findings().gaps_ns == [200_000]


@LAW
@given(st.floats(0.1, 1_000.0), st.floats(0.0, 2.0), st.floats(0.1, 3.0), st.integers(1, 7))
def test_constant_arrivals_are_so_many_in_each_phase_and_evenly_spaced(
    rate: float, warmup_s: float, hold_s: float, senders: int
) -> None:
    assume(round(rate * hold_s) >= 1)  # or it would be no plan
    start = WINDOW.start_ns
    hold = start + round(warmup_s * NS_PER_S)
    window = Window(0, start, hold, hold + round(hold_s * NS_PER_S))
    with pytest.MonkeyPatch.context() as patch:
        load = Load(
            FakeClock(patch),
            plan_of(rate=rate, warmup=warmup_s, duration=hold_s),
            senders=senders,
            window=window,
        )
        load.run(window.drain_ns + 1)
    due_ns = np.array([intended for _, _, intended in load.sent()], np.int64)
    for low, high, length_s in ((start, hold, warmup_s), (hold, window.drain_ns, hold_s)):
        own_ns = due_ns[(due_ns >= low) & (due_ns < high)]
        assert len(own_ns) == round(rate * length_s)
        even_ns = low + np.arange(len(own_ns)) * (high - low) / max(1, len(own_ns))
        assert (np.abs(own_ns - even_ns) <= 1).all()
    assert len(due_ns) == round(rate * warmup_s) + round(rate * hold_s)


def test_stages_are_sent_at_their_times_and_batched_only_while_there_is_much_to_send(
    clock: FakeClock,
) -> None:
    stages = [(0, 50.0), (1, 50.0), (0, 9_000.0), (0.2, 9_000.0), (0, 50.0), (0.8, 50.0)]
    load = Load(clock, plan_of(rate=None, duration=None, stages=stages), senders=2).run(DRAIN + 500 * MS)
    due_ns = np.array([intended for _, _, intended in load.sent()]) - WINDOW.start_ns
    assert np.bincount(due_ns // (200 * MS)).tolist() == [10] * 10 + [1_800] + [10] * 4
    assert load.findings().gaps_ns == [0, 200_000]
