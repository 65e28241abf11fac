"""Paces that change while connections come and go: every message keeps its intended time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drive.fakes import MS, FakeClock, FakeConnection, S, swarm_of
from tests.stats.made import ints
from wswarm.drive.capture import Load as Sent
from wswarm.drive.sender import OpenSender
from wswarm.load.pace import Pace
from wswarm.stats.findings import STILL_OPEN, Int64s, Sends, Window

LAW = settings(max_examples=60, deadline=None, derandomize=True)


def window(hold_ns: int = 0, drain_ns: int = STILL_OPEN) -> Window:
    """Return a window that begins at 0."""
    return Window(0, 0, hold_ns, drain_ns)


def pace(at_ns: int, rate: float, senders: int, first_place: int = 0, **options: Any) -> Pace:
    """Return a pace of group 0."""
    return Pace(group=0, at_ns=at_ns, rate=rate, senders=senders, first_place=first_place, **options)


class Load:
    """A sender over fake connections."""

    def __init__(self, patch: pytest.MonkeyPatch, count: int = 3) -> None:
        self.clock = FakeClock(patch)
        self.swarm, self.connections = swarm_of(self.clock, count)
        self.expected: list[tuple[int, int]] = []
        load = Sent(window(), self.swarm, ints([]), count, None)
        writing = self.swarm.capture.begin(load, lambda numbers: numbers)
        self.sender = OpenSender(self.swarm, writing, self._expect)

    def _expect(self, intended_ns: Int64s, rows: Int64s) -> None:
        self.expected += zip(intended_ns.tolist(), rows.tolist(), strict=True)

    def findings(self, within: Window) -> Sends:
        """Return what was sent."""
        self.sender.outbox.fold(within)
        return self.sender.findings()

    def run(self, until_ns: int, late_ns: int = 0) -> None:
        """Let time pass."""
        self.clock.run_until(until_ns, late_ns)

    def sent(self) -> list[tuple[int, int, int]]:
        """Return publisher, sequence and intended time of all that went out, by intended time."""
        return sorted((mark for one in self.connections for mark in one.marks()), key=lambda mark: mark[2])

    def due(self) -> list[int]:
        """Return the intended times."""
        return [intended for _, _, intended in self.sent()]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Return three open connections that send nothing yet."""
    return Load(monkeypatch)


def test_senders_take_turns_at_their_rate(load: Load) -> None:
    load.sender.pace(pace(S, 10.0, 3))
    load.run(2 * S)
    assert load.due() == [S + number * 100 * MS for number in range(10)]
    assert [publisher for publisher, _, _ in load.sent()] == [1 + number % 3 for number in range(10)]


def test_nothing_is_sent_without_a_pace_or_at_rate_0(load: Load) -> None:
    load.run(S)
    load.sender.pace(pace(S, 0.0, 3))
    load.run(2 * S)
    assert load.due() == []


def test_a_pace_after_a_rate_of_0_begins_at_its_moment(load: Load) -> None:
    load.sender.pace(pace(S, 0.0, 0))
    load.run(2 * S)
    load.sender.pace(pace(3 * S, 1.0, 3))
    load.run(5 * S)
    assert load.due() == [3 * S, 4 * S]


def test_these_senders_keep_their_places_among_those_of_other_agents(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 5, first_place=2))
    load.run(S)
    assert load.due() == [100 * MS * number for number in range(10) if number % 5 >= 2]


def test_a_new_pace_bends_the_cadence_at_its_moment_and_what_was_due_before_is_sent(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.run(250 * MS)
    load.sender.pace(pace(450 * MS, 2.0, 3))  # half a gap after the last, so half a gap of the new remains
    load.run(1_500 * MS)
    assert load.due() == [number * MS for number in (0, 100, 200, 300, 400, 700, 1200)]
    assert [publisher for publisher, _, _ in load.sent()] == [1, 2, 3, 1, 2, 3, 1]


def test_the_hold_begins_the_turns_anew(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.sender.pace(pace(450 * MS, 2.0, 3, is_anew=True))
    load.run(1_500 * MS)
    assert load.due()[5:] == [450 * MS, 950 * MS, 1450 * MS]


def test_paces_that_keep_coming_starve_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    load = Load(monkeypatch, 100)
    for number in range(40):
        load.sender.pace(pace(number * 250 * MS, 100.0, 100))
        load.run((number + 1) * 250 * MS)
    assert {len(connection.marks()) for connection in load.connections} == {10}


def test_paces_that_come_faster_than_the_messages_add_none(load: Load) -> None:
    for number in range(40):
        load.sender.pace(pace(number * 250 * MS, 1.0, 3))
        load.run((number + 1) * 250 * MS)
    assert len(load.due()) == 10


def test_messages_are_numbered_through_and_known_by_their_number(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.run(S)
    for publisher, sequence, intended_ns in load.sent():
        assert load.expected[sequence] == (intended_ns, publisher - 1)


def test_every_message_due_in_the_hold_is_offered_also_one_that_came_too_late_to_be_sent(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.run(450 * MS)
    hold = window(0, S)
    load.sender.cut(hold)
    load.clock.now_ns = 2 * S
    load.sender.stop()
    found = load.findings(hold)
    assert (found.offered, found.sent) == (10, 5)


def test_what_is_due_when_the_drain_begins_or_later_is_not_sent(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.sender.cut(window(0, 500 * MS))
    load.run(2 * S)
    assert load.due() == [number * 100 * MS for number in range(5)]
    assert load.sender.is_done()


def test_nothing_is_offered_to_a_connection_that_has_left(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.run(450 * MS)
    load.swarm.rows[1].left_ns, load.swarm.rows[1].payload = 450 * MS, None
    load.run(950 * MS)
    hold = window(0, S)
    load.sender.cut(hold)
    load.sender.stop()
    found = load.findings(hold)
    assert (found.offered, found.sent) == (9, 9)


def test_a_connection_that_was_lost_is_offered_what_it_can_not_send(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.run(450 * MS)
    load.connections[1].is_open = False
    load.run(950 * MS)
    hold = window(0, S)
    load.sender.cut(hold)
    load.sender.stop()
    assert (load.findings(hold).offered, load.findings(hold).sent) == (10, 9)


def test_what_a_pace_makes_undue_is_told_and_its_number_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = Load(monkeypatch, 1)
    load.run(S)
    load.sender.pace(pace(S, 10.0, 1))
    load.run(1_330 * MS)
    load.sender.pace(pace(1_500 * MS, 10.0, 1, is_anew=True))
    load.run(2_250 * MS)
    hold = window(1_500 * MS, 2_250 * MS)
    load.sender.cut(hold)
    load.sender.stop()
    found = load.findings(hold)
    assert load.due()[5:] == [1_500 * MS + number * 100 * MS for number in range(8)]
    sent, dropped = {number for _, number, _ in load.sent()}, set(load.sender.dropped().tolist())
    assert len(sent) == 13
    assert not sent & dropped
    assert min(dropped) == 5
    assert (found.offered, found.sent) == (8, 8)


@LAW
@given(
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 200)), min_size=1, max_size=5),
    st.booleans(),
)
def test_whatever_the_paces_no_two_messages_share_a_number_and_none_is_early(
    changes: list[tuple[int, int]], is_random: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        arrivals = "poisson" if is_random else "constant"
        load = Load(patch, 3)
        at_ns = 0
        for gap_ms, rate in changes:
            load.sender.pace(pace(at_ns, float(rate), 3, seed=1, arrivals=arrivals))
            load.run(at_ns + gap_ms * MS)
            at_ns += gap_ms * MS
        end = window(0, at_ns)
        load.sender.cut(end)
        load.sender.stop()
        found = load.findings(end)
        sent = load.sent()
        numbers = [sequence for _, sequence, _ in sent]
        assert len(set(numbers)) == len(numbers)
        assert all(_never_early(connection) for connection in load.connections)
        assert found.offered >= found.sent == len([due for due in load.due() if due < at_ns])


def _never_early(connection: FakeConnection) -> bool:
    marks = connection.marks()
    return all(sent >= due for sent, (_, _, due) in zip(connection.sent_at_ns, marks, strict=True))


def test_random_arrivals_come_at_their_mean_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    load = Load(monkeypatch, 3)
    load.sender.pace(pace(0, 100.0, 6, first_place=3, seed=7, arrivals="poisson"))
    load.run(20 * S)
    assert 900 < len(load.due()) < 1_100
    assert {publisher for publisher, _, _ in load.sent()} == {1, 2, 3}


def test_workers_of_one_seed_send_at_instants_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    due = []
    for first_id in (1, 1_000_001, 1):
        load = Load(monkeypatch, 3)
        load.swarm._ids = [first_id + number for number in range(3)]
        load.sender.pace(pace(0, 100.0, 6, seed=7, arrivals="poisson"))
        load.run(S)
        due.append(load.due())
    assert due[0] == due[2] != due[1]
    assert not set(due[0]) & set(due[1])


def test_an_end_that_is_known_beforehand_is_kept_however_long_nobody_says_more(load: Load) -> None:
    load.sender.cut(window(drain_ns=2 * S))
    load.sender.pace(pace(S, 10.0, 3))
    load.run(5 * S)
    assert load.due() == [S + number * 100 * MS for number in range(10)]


def test_how_often_to_wake_up_is_decided_at_each_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    load = Load(monkeypatch)
    for at_ns, rate in ((0, 1_000.0), (100 * MS, 10_000.0), (200 * MS, 0.0), (300 * MS, 1_000.0)):
        load.sender.pace(pace(at_ns, rate, 3))
    for end_ns, gap_ns in ((100 * MS, 1 * MS), (200 * MS, 200_000), (400 * MS, 1 * MS)):
        load.clock.timers[0].armed_ns.clear()
        load.run(end_ns)
        armed_ns = np.array(load.clock.timers[0].armed_ns)
        assert np.median(np.diff(armed_ns)) == gap_ns
    assert load.findings(window()).gaps_ns == [0, 200_000]


@pytest.mark.parametrize("arrivals", ["constant", "poisson"])
def test_a_pace_that_is_told_late_repeats_nothing_of_what_had_its_turn(load: Load, arrivals: str) -> None:
    load.sender.pace(pace(0, 1_000.0, 3, arrivals=arrivals))
    load.run(S)
    latest = load.due()[-1]
    load.sender.pace(pace(500 * MS, 1_000.0, 3, arrivals=arrivals))
    load.run(1_001 * MS)
    assert load.due() == sorted({*load.due()})
    assert all(due > latest for due in load.due()[load.due().index(latest) + 1 :])
    assert len(load.due()) < 1_100
    if arrivals == "constant":
        assert load.due() == [number * MS for number in range(1_001)]


@pytest.mark.parametrize("is_anew", [False, True])
def test_a_connection_that_was_lost_before_its_first_pace_is_offered_its_turns(
    load: Load, is_anew: bool
) -> None:
    load.swarm.rows[1].connection = None
    load.swarm.lost_in_load.append(1)
    load.sender.pace(pace(0, 10.0, 3, is_anew=is_anew))
    hold = window(0, 3 * S)
    load.sender.cut(hold)
    load.run(3 * S)
    found = load.findings(hold)
    assert (found.offered, found.sent, found.disconnected) == (30, 20, 10)


def test_what_waits_for_room_until_its_user_leaves_was_blocked(load: Load) -> None:
    load.sender.pace(pace(0, 10.0, 3))
    load.connections[1].is_writable = False
    load.run(450 * MS)
    row = load.swarm.rows[1]
    row.left_ns, row.payload, row.backlog, row.connection = 450 * MS, None, None, None
    load.run(950 * MS)
    hold = window(0, S)
    load.sender.cut(hold)
    load.sender.stop()
    found = load.findings(hold)
    assert (found.offered, found.sent, found.blocked) == (9, 7, 2)


@pytest.mark.parametrize("arrivals", ["constant", "poisson"])
@pytest.mark.parametrize("until_ns", [S, 2 * S])
def test_a_pace_that_begins_at_its_end_or_after_it_sends_nothing(
    load: Load, arrivals: str, until_ns: int
) -> None:
    load.sender.pace(pace(2 * S, 100_000.0, 3, until_ns=until_ns, arrivals=arrivals))
    load.run(3 * S)
    assert load.due() == []
