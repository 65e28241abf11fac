"""What arrived, taken one by one and drained together."""

import numpy as np
import pytest

from tests.drive.fakes import PREFIX, FakeClock
from tests.stats.made import ints
from wswarm.drive.capture import Capture
from wswarm.load.marks import write_marks

MARK = write_marks(ints([3]), ints([9]), ints([123_456_789]))[0]


def marker(publisher: int, sequence: int, intended_ns: int) -> bytes:
    """Return a whole marker."""
    return PREFIX + write_marks(ints([publisher]), ints([sequence]), ints([intended_ns]))[0]


def test_what_was_taken_is_drained_in_order_of_arrival(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    clock.now_ns = 100
    capture.take(7, marker(1, 2, 30))
    clock.now_ns = 200
    capture.take(0, marker(4, 5, 60))
    assert [column.tolist() for column in capture.drain()] == [[7, 0], [1, 4], [2, 5], [30, 60], [100, 200]]


def test_every_column_holds_whole_64_bit_numbers(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    capture.take(0, PREFIX + MARK)
    assert {column.dtype for column in capture.drain()} == {np.dtype(np.int64)}


def test_a_drained_arrival_is_forgotten(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    capture.take(0, PREFIX + MARK)
    assert (len(capture), len(capture.drain().rows)) == (1, 1)
    assert (len(capture), len(capture.drain().rows)) == (0, 0)


def test_taking_goes_on_after_a_drain(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    capture.take(0, marker(0, 1, 5))
    capture.drain()
    capture.take(0, marker(0, 2, 6))
    assert capture.drain().sequences.tolist() == [2]


@pytest.mark.parametrize("payload", [b"%s", b'{"text":"%s"}', b"Client #5 says: %s", b"\xff\xfe%s\x00"])
def test_a_marker_is_found_anywhere_in_the_payload(payload: bytes, clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    assert capture.take(0, payload.replace(b"%s", PREFIX + MARK))
    assert capture.drain().sequences.tolist() == [9]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"hello",
        PREFIX[:-1],
        PREFIX,
        PREFIX + MARK[:-1],
        b"wswarm00000002" + MARK,
        MARK,
        (PREFIX + MARK).upper(),
    ],
    ids=[
        "empty",
        "foreign",
        "half a prefix",
        "prefix alone",
        "cut off",
        "other run",
        "no prefix",
        "capitals",
    ],
)
def test_a_payload_without_a_whole_marker_of_the_run_is_not_taken(payload: bytes, clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    assert not capture.take(0, payload)
    assert len(capture) == 0


def test_a_damaged_mark_counts_as_unmarked_and_its_neighbours_stay(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    capture.take(2, marker(1, 1, 10))
    capture.take(2, PREFIX + b"z" * 32)
    capture.take(2, marker(1, 2, 20))
    batch = capture.drain()
    assert (batch.sequences.tolist(), batch.rows.tolist()) == ([1, 2], [2, 2])
    assert len(capture.drain_unmarked()) == 1


def test_unmarked_arrivals_keep_their_times_over_drains_in_order(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    for clock.now_ns in (10, 30):
        capture.take(0, PREFIX + b" " * 32)
        clock.now_ns += 10
        capture.note_unmarked(b"")
        capture.drain()
    assert capture.drain_unmarked().tolist() == [10, 20, 30, 40]
    assert capture.drain_unmarked().tolist() == []


def test_unmarked_arrivals_wait_to_be_drained_as_the_marked_do(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    capture.note_unmarked(b"")
    assert len(capture) == 1


@pytest.mark.parametrize("between", [b"", b"\n", b"\x1e", b'"},{"id":"', b"\xff\x00", PREFIX])
def test_every_marker_of_a_message_counts_at_the_time_of_the_message(
    between: bytes, clock: FakeClock
) -> None:
    capture = Capture(PREFIX)
    clock.now_ns = 70
    assert capture.take(3, b"[" + between.join(marker(0, number, 5) for number in range(4)) + b"]")
    batch = capture.drain()
    assert (batch.sequences.tolist(), batch.rows.tolist()) == ([0, 1, 2, 3], [3] * 4)
    assert batch.received_ns.tolist() == [70] * 4


@pytest.mark.parametrize(
    "payload",
    [
        b"%(sound)s%(cut)s",
        b"%(cut)s%(sound)s",
        b"%(damaged)s%(sound)s",
        b"%(sound)s%(damaged)s",
        b"%(damaged)s%(sound)s%(damaged)s",
        b"%(prefix)s%(prefix)s%(sound)s",
    ],
)
def test_a_damaged_mark_beside_a_sound_one_takes_nothing_from_it(payload: bytes, clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    pieces = {b"sound": marker(0, 7, 5), b"cut": marker(0, 8, 5)[:-1], b"damaged": PREFIX + b"z" * 32}
    payload %= pieces | {b"prefix": PREFIX}
    assert capture.take(0, payload)
    assert capture.drain().sequences.tolist() == [7]
    assert len(capture.drain_unmarked()) == 0


def test_a_message_of_damaged_marks_alone_is_one_unmarked_message(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    capture.take(0, marker(0, 1, 5))
    capture.take(0, 3 * (PREFIX + b"z" * 32))
    capture.take(0, marker(0, 2, 5))
    assert capture.drain().sequences.tolist() == [1, 2]
    assert len(capture.drain_unmarked()) == 1


def test_a_marker_cut_by_the_next_and_one_cut_by_the_end_are_none(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    assert not capture.take(0, PREFIX + b"12345678" + PREFIX + MARK[:-1])
    assert len(capture) == 0


@pytest.mark.parametrize(
    ("copies", "held", "counted"), [(1, 3, 3), (2, 1, 1), (2, 2, 1), (2, 3, 2), (2, 4, 2), (3, 3, 1)]
)
def test_a_marker_that_its_template_holds_several_times_counts_once(
    copies: int, held: int, counted: int, clock: FakeClock
) -> None:
    capture = Capture(PREFIX, copies)
    capture.take(0, b" ".join([marker(0, 1, 5)] * held + [marker(0, 2, 5)] * held))
    assert capture.drain().sequences.tolist() == [1] * counted + [2] * counted


def test_a_message_of_very_many_markers_takes_time_in_proportion(clock: FakeClock) -> None:
    """A search that began at the start for each of them would read 9 GB here."""
    capture = Capture(PREFIX)
    many = 20_000
    capture.take(0, b",".join(marker(0, number, 5) for number in range(many)))
    assert capture.drain().sequences.tolist() == list(range(many))


def test_what_is_forgotten_is_not_drained(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    capture.take(0, PREFIX + MARK)
    capture.take(0, PREFIX + b" " * 32)
    capture.note_unmarked(b"")
    capture.forget()
    assert len(capture.drain().rows) == len(capture.drain_unmarked()) == 0
