"""Deliveries of broadcasts that are owed only if an answer says so: counted as if it had been known before."""

from dataclasses import replace
from random import Random
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stats.made import WINDOW, S, batch, ints, split
from tests.stats.test_broadcasts import (
    BROADCASTS,
    LAW,
    PATIENCE,
    PUBLISHERS,
    ROWS,
    Story,
    intended,
    stories,
)
from wswarm.stats import extras
from wswarm.stats.answered import AnsweredBroadcasts
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Arrivals
from wswarm.stats.published import REFUSED, Published

MS = S // 1000
HELD = intended(5)


Tally = TypeVar("Tally", bound=Broadcasts)


def begun(kind: type[Tally], story: Story | None = None) -> Tally:
    """Return a tally of three subscribers, who are there all the time unless the story says otherwise."""
    tally = kind(WINDOW, PUBLISHERS, PATIENCE)
    opened = story.opened_ns if story else [WINDOW.origin_ns] * ROWS
    closed = story.closed_ns if story else [STILL_OPEN] * ROWS
    tally.see(ints(opened), ints(closed), ints([STILL_OPEN] * ROWS))
    return tally


def ended(tally: Broadcasts) -> Arrivals:
    """Return what the tally says in the end."""
    while tally.settle_some(0, is_over=True):
        pass
    return tally.findings()


def told(*numbers: int, sent_ns: int | None = None) -> Published:
    """Return what is told of broadcasts."""
    moments = [intended(number) for number in numbers]
    return Published(
        ints(numbers),
        ints(moments),
        ints([moment + MS if sent_ns is None else sent_ns for moment in moments]),
    )


@LAW
@given(stories(), st.lists(st.integers(0, 50), max_size=4), st.integers(0, 1 << 32))
def test_it_counts_what_was_taken_as_if_that_had_been_known_before(
    story: Story, cuts: list[int], seed: int
) -> None:
    story = replace(story, closed_ns=[STILL_OPEN] * ROWS)  # nothing arrives on a connection that has closed
    chance = Random(seed)
    log, parts = story.log(), split(story.arrivals, cuts)
    is_taken = np.array([chance.random() < 0.7 for _ in log.numbers], np.bool_)
    taken = set(log.numbers[is_taken].tolist())
    known, answered = begun(Broadcasts, story), begun(AnsweredBroadcasts, story)
    known.publish(log.where(is_taken))
    for part in parts:
        is_of_taken = np.array([one in taken for one in part.sequences.tolist()], np.bool_)
        others = part.where(~is_of_taken & np.isin(part.publishers, PUBLISHERS))
        known.audience.hear(others.rows, others.intended_ns)  # who got them is in the room
        known.record(part.where(is_of_taken))
    turns = [chance.randint(0, len(parts)) for _ in log.numbers]
    sent_ns = np.where(is_taken, log.sent_ns, REFUSED)
    for turn, part in enumerate([*parts, batch([])]):
        answered.publish(log._replace(sent_ns=sent_ns).where(np.array(turns) == turn))
        answered.record(part)
        answered.settle_some(0)
    answered.publish(log._replace(sent_ns=sent_ns).where(np.array(turns) == len(parts) + 1))
    before, after = ended(known), ended(answered)
    same = ("owed", "received", "lost_disconnected", "lost_silent", "duplicated", "response")
    assert {name: getattr(after, name) for name in same} == {name: getattr(before, name) for name in same}
    refused = [one for one in story.arrivals if one[1] in PUBLISHERS and one[2] in set(log.numbers) - taken]
    in_hold = [one for one in refused if WINDOW.hold_ns <= one[3] < WINDOW.drain_ns]
    assert after.extra_kinds.get(extras.REFUSED, 0) == len(in_hold)


def test_nothing_is_counted_before_the_answer() -> None:
    tally = begun(AnsweredBroadcasts)
    tally.record(batch([(row, PUBLISHERS[0], 5, HELD, HELD + MS) for row in range(ROWS)]))
    assert (tally.received_all, tally.is_owed()) == (0, False)
    tally.publish(told(5))
    assert tally.received_all == ROWS
    found = ended(tally)
    assert (found.owed, found.received, found.extra) == (ROWS, ROWS, 0)


@pytest.mark.parametrize("is_told_first", [True, False])
def test_what_comes_of_a_refused_broadcast_is_extra_however_often(is_told_first: bool) -> None:
    tally = begun(AnsweredBroadcasts)
    arrivals = batch([(0, PUBLISHERS[0], 5, HELD, HELD + MS), (0, PUBLISHERS[0], 5, HELD, HELD + 2 * MS)])
    if is_told_first:
        tally.publish(told(5, sent_ns=REFUSED))
    tally.record(arrivals)
    if not is_told_first:
        tally.publish(told(5, sent_ns=REFUSED))
    found = ended(tally)
    assert (found.owed, found.received, found.duplicated) == (0, 0, 0)
    assert found.extra_kinds == {extras.REFUSED: 2}


def test_answers_out_of_order_reorder_nothing() -> None:
    tally = begun(AnsweredBroadcasts)
    tally.record(batch([(0, PUBLISHERS[0], 4, intended(4), HELD), (0, PUBLISHERS[0], 5, HELD, HELD + MS)]))
    tally.publish(told(5))
    tally.publish(told(4))
    assert ended(tally).reordered == 0


def test_deliveries_out_of_order_are_reordered_whenever_they_are_answered() -> None:
    tally = begun(AnsweredBroadcasts)
    tally.record(
        batch([(0, PUBLISHERS[0], 5, HELD, HELD + MS), (0, PUBLISHERS[0], 4, intended(4), HELD + 2 * MS)])
    )
    tally.publish(told(4))
    tally.publish(told(5))
    assert ended(tally).reordered == 1


def test_what_is_never_told_of_was_never_sent() -> None:
    tally = begun(AnsweredBroadcasts)
    tally.record(batch([(0, PUBLISHERS[0], 5, HELD, HELD + MS)]))
    assert ended(tally).extra_kinds == {extras.NEVER_SENT: 1}


def test_what_was_refused_is_forgotten() -> None:
    tally = begun(AnsweredBroadcasts)
    for number in range(BROADCASTS):
        tally.record(batch([(0, PUBLISHERS[0], number, intended(number), intended(number) + MS)]))
        tally.publish(told(number, sent_ns=REFUSED))
    assert tally._held == {}
    assert len(tally._under_way.numbers) == len(begun(AnsweredBroadcasts)._under_way.numbers)
