"""First copies, duplicates and reordering, against a ledger of plain dictionaries."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import ints
from wswarm.stats import ledger as module
from wswarm.stats.ledger import BLOCK, Ledger, Order

LAW = settings(max_examples=100, deadline=None, derandomize=True)
PAIRS, SEQUENCES = 4, 12
Arrival = tuple[int, int]
ARRIVALS = st.lists(st.tuples(st.integers(0, PAIRS - 1), st.integers(0, SEQUENCES - 1)), max_size=60)
CUTS = st.lists(st.integers(0, 60), max_size=6)


@dataclass
class PlainLedger:
    """The same, one arrival at a time."""

    seen: set[Arrival] = field(default_factory=set)
    highest: dict[int, int] = field(default_factory=dict)

    def record(self, pair: int, sequence: int) -> tuple[bool, bool]:
        """Return whether the arrival is a first copy, and whether it is a reordered one."""
        is_first = (pair, sequence) not in self.seen
        is_reordered = is_first and sequence < self.highest.get(pair, -1)
        self.seen.add((pair, sequence))
        self.highest[pair] = max(sequence, self.highest.get(pair, -1))
        return is_first, is_reordered


class Book:
    """A ledger, and the order in which its pairs ascend."""

    def __init__(self) -> None:
        self.ledger, self.order = Ledger(), Order()
        self.order.add_pairs(PAIRS)

    def enter(self, arrivals: list[Arrival]) -> list[tuple[bool, bool]]:
        """Enter one batch and return what each arrival was; a cell is sequence × pairs + pair."""
        pairs, sequences = ints(pair for pair, _ in arrivals), ints(sequence for _, sequence in arrivals)
        is_first = self.ledger.enter(sequences * PAIRS + pairs)
        is_reordered = is_first & (sequences < self.order.before(pairs, sequences))
        return list(zip(is_first.tolist(), is_reordered.tolist(), strict=True))


@LAW
@given(ARRIVALS, CUTS)
def test_any_arrivals_in_any_batches_are_what_a_plain_ledger_says(
    arrivals: list[Arrival], cuts: list[int]
) -> None:
    plain, book = PlainLedger(), Book()
    expected = [plain.record(*arrival) for arrival in arrivals]
    bounds = [0, *sorted(cuts), len(arrivals)]
    found = [kind for low, high in pairwise(bounds) for kind in book.enter(arrivals[low:high])]
    assert found == expected


@LAW
@given(ARRIVALS, st.integers(0, 40), st.integers(0, 60))
def test_any_window_of_cells_tells_what_arrived(arrivals: list[Arrival], first: int, count: int) -> None:
    book = Book()
    book.enter(arrivals)
    cells = {sequence * PAIRS + pair for pair, sequence in arrivals}
    expected = [cell in cells for cell in range(first, first + count)]
    assert book.ledger.has(first, count).tolist() == expected
    assert book.ledger.have(ints(range(first, first + count))).tolist() == expected


@pytest.mark.parametrize(
    ("sequences", "kinds"),
    [
        ([0, 1, 2], ["first", "first", "first"]),
        ([0, 0], ["first", "duplicate"]),
        ([1, 0], ["first", "reordered"]),
        ([2, 0, 1], ["first", "reordered", "reordered"]),
        ([1, 0, 0], ["first", "reordered", "duplicate"]),
        ([1, 1, 0], ["first", "duplicate", "reordered"]),
        ([0, 2, 3], ["first", "first", "first"]),
    ],
)
@pytest.mark.parametrize("batch", [1, 10])
def test_arrivals_of_one_publisher_are_of_these_kinds(
    sequences: list[int], kinds: list[str], batch: int
) -> None:
    names = {(True, False): "first", (True, True): "reordered", (False, False): "duplicate"}
    book = Book()
    arrivals = [(0, sequence) for sequence in sequences]
    parts = [arrivals[low : low + batch] for low in range(0, len(arrivals), batch)]
    assert [names[kind] for part in parts for kind in book.enter(part)] == kinds


def test_the_order_between_publishers_does_not_matter() -> None:
    assert Book().enter([(0, 5), (1, 0), (2, 3), (1, 1)]) == [(True, False)] * 4


def test_an_empty_batch_changes_nothing() -> None:
    book = Book()
    book.enter([(0, 3)])
    assert book.enter([]) == []
    assert book.enter([(0, 2)]) == [(True, True)]


@LAW
@given(st.lists(st.lists(st.integers(0, 20), max_size=12), max_size=8), st.integers(1, 3))
def test_blocks_that_are_closed_and_opened_again_change_nothing(batches: list[list[int]], kept: int) -> None:
    ledger, seen = Ledger(), set[int]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_OPEN_BLOCKS", kept)
        for sequences in batches:
            cells = [sequence * 1_500 for sequence in sequences]  # two or three in a block
            expected = [cell not in seen and cell not in cells[:at] for at, cell in enumerate(cells)]
            assert ledger.enter(ints(cells)).tolist() == expected
            seen.update(cells)
    some = ints(range(0, 21 * 1_500, 500))
    assert [cell for cell in some.tolist() if cell in ledger] == sorted(seen)
    assert some[ledger.have(some)].tolist() == sorted(seen)
    assert np.flatnonzero(ledger.has(0, 21 * 1_500)).tolist() == sorted(seen)


def test_one_that_is_added_alone_has_arrived() -> None:
    ledger = Ledger()
    ledger.add(BLOCK + 3)
    assert (BLOCK + 3 in ledger, BLOCK + 2 in ledger, 3 in ledger, 9 * BLOCK in ledger) == (
        True,
        False,
        False,
        False,
    )
    assert ledger.enter(ints([BLOCK + 3, BLOCK + 4])).tolist() == [False, True]


@pytest.mark.parametrize("lost", [0, 1])
def test_a_message_takes_a_bit_and_none_where_all_have_arrived(lost: int) -> None:
    ledger, blocks = Ledger(), 200
    for block in range(blocks):
        ledger.enter(block * BLOCK + np.arange(lost, BLOCK))
    assert len(ledger._open) <= 16
    distinct = {id(bits): bits.nbytes for bits in ledger._closed}
    assert sum(distinct.values()) <= (blocks * BLOCK // 8 if lost else BLOCK // 8)
    assert ledger.has(0, blocks * BLOCK).sum() == blocks * (BLOCK - lost)


def test_a_second_copy_of_what_all_have_is_none_of_the_first() -> None:
    ledger = Ledger()
    for block in range(100):
        ledger.enter(block * BLOCK + np.arange(BLOCK))
    assert not ledger.enter(np.arange(BLOCK)).any()
    assert ledger.enter(ints([99 * BLOCK, 100 * BLOCK])).tolist() == [False, True]


@pytest.mark.parametrize("cell", [8_191, 8_192, 1_000_000])
def test_the_ledger_grows_to_any_cell(cell: int) -> None:
    ledger = Ledger()
    ledger.enter(ints([3]))
    ledger.enter(ints([cell]))
    assert ledger.has(3, 1).tolist() == [True]
    assert ledger.has(cell - 1, 3).tolist() == [False, True, False]


def test_the_highest_sequence_numbers_of_a_mark_do_not_overflow() -> None:
    last = 2**32 - 1
    order = Order()
    order.add_pairs(3)
    before = order.before(ints([0, 1, 2, 0, 1, 2]), ints([last] * 3 + [last - 1] * 3))
    assert before.tolist() == [-1] * 3 + [last] * 3


@LAW
@given(st.lists(st.tuples(ARRIVALS, st.booleans()), max_size=5))
def test_what_was_overtaken_is_the_same_however_it_is_found_out(
    batches: list[tuple[list[Arrival], bool]],
) -> None:
    plain, order = PlainLedger(), Order()
    order.add_pairs(PAIRS)
    for arrivals, ascend in batches:
        own = sorted(arrivals, key=lambda arrival: arrival[1]) if ascend else arrivals
        was_higher = [
            (sequence < plain.highest.get(pair, -1), plain.record(pair, sequence))[0]
            for pair, sequence in own
        ]
        pairs, sequences = ints(pair for pair, _ in own), ints(sequence for _, sequence in own)
        assert order.overtaken(pairs, sequences).tolist() == was_higher
        assert order.highest()[:PAIRS].tolist() == [plain.highest.get(pair, -1) for pair in range(PAIRS)]
