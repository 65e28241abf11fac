"""What the load measured right beside the probe."""

import numpy as np

from tests.stats.made import batch, ints
from wswarm.stats.beside import Deliveries, Replies, table_of

IDS = ints([101, 102, 103])


def replies(instants_ns: list[int], sent_ns: dict[int, int]) -> Replies:
    """Of connections 101 to 103, whose messages were sent then."""
    return Replies(
        ints(instants_ns),
        lambda numbers: ints(sent_ns.get(one, 0) for one in numbers.tolist()),
        lambda one: one.publishers == IDS[one.rows],
    )


def test_deliveries_on_the_connections_next_to_the_probes_are_noted_and_no_others() -> None:
    beside = Deliveries({1: 102, 2: 103})
    beside.note(batch([(0, 9, 5, 1000, 1100), (1, 9, 5, 1000, 1200), (2, 9, 5, 1000, 1300)]))
    beside.note(batch([(7, 9, 6, 2000, 2100), (1, 9, 6, 2000, 2200)]))
    assert table_of(beside.pack()).tolist() == [
        [5, 102, 1000, 1200],
        [5, 103, 1000, 1300],
        [6, 102, 2000, 2200],
    ]


def test_of_very_many_broadcasts_every_second_or_fourth_is_kept_whole() -> None:
    beside = Deliveries({0: 101, 1: 102}, most=100)
    for number in range(1_000):
        beside.note(batch([(0, 9, number, number, number + 1), (1, 9, number, number, number + 2)]))
    table = table_of(beside.pack())
    step = int(np.diff(np.unique(table[:, 0]))[0])
    assert step in (16, 32)
    assert table[:, 0].tolist() == [number for number in range(0, 1_000, step) for _ in range(2)]


def test_the_reply_to_the_message_due_next_to_an_instant_is_noted() -> None:
    beside = replies([1000, 5000], {1: 905, 2: 1012, 3: 4004, 4: 7001})
    beside.note(batch([(0, 101, 1, 900, 950), (1, 102, 2, 1010, 1100)]))
    beside.note(batch([(2, 103, 3, 4000, 4800), (0, 101, 4, 7000, 7100)]))
    assert table_of(beside.pack()).tolist() == [[0, 10, 1012, 1100], [1, 1000, 4004, 4800]]


def test_a_nearer_one_that_comes_later_takes_its_place() -> None:
    beside = replies([1000], {1: 905, 2: 1002})
    beside.note(batch([(0, 101, 1, 900, 950)]))
    beside.note(batch([(0, 101, 2, 1001, 3000)]))
    assert table_of(beside.pack()).tolist() == [[0, 1, 1002, 3000]]


def test_messages_of_others_and_such_as_were_never_sent_are_none() -> None:
    beside = replies([1000], {1: 0, 2: 999})
    beside.note(batch([(0, 101, 1, 1000, 1100), (0, 102, 2, 1000, 1100)]))
    assert len(table_of(beside.pack())) == 0
