"""Who is owed what sessions publish, and what became of it."""

import numpy as np

from wswarm.stats.findings import STILL_OPEN, Arrivals, Window
from wswarm.stats.published import Published
from wswarm.stats.reach import put_together
from wswarm.stats.relay import Relay
from wswarm.stats.tally import Batch

S = 1_000_000_000
WINDOW = Window(0, 1 * S, 1 * S, 10 * S, 15 * S)
PATIENCE_NS = 2 * S


def relay(*since_s: float) -> Relay:
    """One to which connections 101, 102, … have subscribed in rows 0, 1, … at these moments."""
    made = Relay(WINDOW, PATIENCE_NS)
    for row, moment_s in enumerate(since_s):
        made.subscribe(row, 101 + row, round(moment_s * S))
    return made


def send(made: Relay, number: int, at_s: float, own: int | None = None) -> None:
    """Have a broadcast sent, by a connection here if `own` says which."""
    if own is not None:
        made.note_own(number, own)
    moments = np.array([round(at_s * S)])
    made.publish(Published(np.array([number]), moments, moments))


def arrive(made: Relay, *arrivals: tuple[int, int, int, float, float]) -> None:
    """Have broadcasts arrive: row, publisher, number, when it was due, when it came, s."""
    columns = np.array([(*one[:3], round(one[3] * S), round(one[4] * S)) for one in arrivals], np.int64).T
    made.record(Batch(*columns))


def found(made: Relay) -> Arrivals:
    """What came of all, once nothing more comes."""
    made.settle_some(STILL_OPEN, is_over=True)
    return made.findings()


def test_what_was_sent_from_the_subscription_on_is_owed_and_what_is_missing_is_lost() -> None:
    made = relay(2, 4)
    for number, at_s in enumerate((1.5, 3.0, 5.0)):
        send(made, number, at_s)
    arrive(made, (0, 9, 1, 3.0, 3.1), (0, 9, 2, 5.0, 5.1))
    assert made.is_owed()
    seen = found(made)
    assert (seen.owed, seen.received, seen.lost_silent, seen.lost_disconnected) == (3, 2, 1, 0)
    assert put_together([seen.broadcasts]).owed.tolist() == [0, 1, 2]


def test_nobody_is_owed_what_it_publishes_nor_counted_for_it() -> None:
    made = relay(1, 1)
    send(made, 0, 2.0, own=101)
    arrive(made, (0, 101, 0, 2.0, 2.1), (1, 101, 0, 2.0, 2.1))
    assert not made.is_owed()
    seen = found(made)
    assert (seen.owed, seen.received, seen.extra, seen.duplicated) == (1, 1, 0, 0)


def test_what_was_on_its_way_at_the_subscription_counts_for_nothing_and_what_is_much_older_is_extra() -> None:
    made = relay(5)
    send(made, 0, 1.5)
    send(made, 1, 4.9)
    arrive(made, (0, 9, 0, 1.5, 5.1), (0, 9, 1, 4.9, 5.1))
    seen = found(made)
    assert (seen.owed, seen.received, seen.extra) == (0, 0, 1)


def test_a_second_copy_is_duplicated_and_one_behind_a_later_one_of_its_publisher_reordered() -> None:
    made = relay(1)
    for number in range(4):
        send(made, number, 2.0)
    arrive(made, (0, 9, 1, 2.0, 2.1), (0, 9, 0, 2.0, 2.2), (0, 8, 3, 2.0, 2.3), (0, 8, 3, 2.0, 2.4))
    arrive(made, (0, 9, 2, 2.0, 2.5))
    seen = found(made)
    assert (seen.owed, seen.received, seen.duplicated, seen.reordered) == (4, 4, 1, 1)


def test_what_comes_after_its_time_is_received_once_all_the_same() -> None:
    made = relay(1)
    send(made, 0, 2.0)
    made.settle_some(5 * S)
    assert not made.is_owed()
    arrive(made, (0, 9, 0, 2.0, 6.0), (0, 9, 0, 2.0, 6.1))
    seen = found(made)
    assert (seen.owed, seen.received, seen.lost_silent, seen.duplicated) == (1, 1, 0, 1)
    assert put_together([seen.broadcasts]).received.tolist() == [1]


def test_what_arrives_before_anybody_tells_that_it_was_sent_is_no_extra() -> None:
    made = relay(1)
    arrive(made, (0, 9, 7, 2.0, 2.1))
    send(made, 7, 2.0)
    seen = found(made)
    assert (seen.owed, seen.received, seen.extra) == (1, 1, 0)


def test_what_nobody_sent_is_extra() -> None:
    made = relay(1)
    arrive(made, (0, 9, 7, 2.0, 2.1))
    assert found(made).extra_kinds == {"never sent": 1}


def test_a_session_that_leaves_is_not_owed_what_was_on_its_way() -> None:
    made = relay(1, 1)
    for number, at_s in enumerate((2.0, 4.0, 4.9)):
        send(made, number, at_s)
        arrive(made, (1, 9, number, at_s, at_s + 0.1))
    arrive(made, (0, 9, 1, 4.0, 4.1))
    made.note_left(0, 5 * S)
    seen = found(made)
    assert (seen.owed, seen.received, seen.lost_silent) == (
        5,
        4,
        1,
    )  # the first is lost, the last was on its way


def test_what_the_target_s_closing_cut_off_is_lost_unless_the_session_was_at_its_end() -> None:
    for is_at_its_end, lost in ((False, 1), (True, 0)):
        made = relay(1)
        send(made, 0, 2.0)
        made.note_lost(0, round(2.1 * S))
        if is_at_its_end:
            made.note_parted(0)
        assert not made.is_owed()
        seen = found(made)
        assert (seen.owed, seen.lost_disconnected, seen.lost_silent) == (lost, lost, 0)


def test_figures_come_from_the_hold() -> None:
    made = relay(0.5)
    for number, at_s in enumerate((0.9, 2.0, 10.5)):
        send(made, number, at_s)
        arrive(made, (0, 9, number, at_s, at_s + 0.1))
    seen = found(made)
    assert (seen.owed, seen.received, seen.duplicated) == (1, 1, 0)
