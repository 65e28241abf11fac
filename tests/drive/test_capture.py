"""What arrived, taken one by one and drained together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drive.fakes import PREFIX, FakeClock
from tests.stats.made import ints
from wswarm.drive.capture import Capture
from wswarm.load.marks import write_marks

LAW = settings(max_examples=200, deadline=None, derandomize=True)
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


class Reading:
    """A connection that reads whole small frames, as a driver does."""

    def __init__(self, capture: Capture, row: int) -> None:
        self.unread: object | None = None
        self.slow: list[bytes] = []
        self.receive = None if capture.frames is None else capture.frames(row, self, None)
        self._capture, self._row = capture, row

    def read(self, data: bytes) -> None:
        """Take what came."""
        self.slow.append(data)
        if self.unread is None:
            self._capture.take(self._row, data[2:])


def frame(payload: bytes, first: int = 0x81) -> bytes:
    """Return a small frame."""
    return bytes([first, len(payload)]) + payload


def received(capture: Capture, reading: Reading, *payloads: bytes) -> list[int]:
    """Return the numbers of the messages that are marked, received in one batch."""
    assert reading.receive is not None
    for payload in payloads:
        reading.receive(frame(payload))
    return capture.drain().sequences.tolist()


def test_frames_of_the_form_seen_last_are_not_read_from_the_next_drain_on(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    reading = Reading(capture, 0)
    says = [b"Client #5 says: %s" % marker(1, number, 5) for number in range(4)]
    assert received(capture, reading, *says[:2]) == [0, 1]
    assert len(reading.slow) == 2
    assert received(capture, reading, *says[2:]) == [2, 3]
    assert len(reading.slow) == 2


def test_frames_of_two_forms_keep_their_order_rows_and_times(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    readings = [Reading(capture, row) for row in (0, 1)]
    received(capture, readings[0], marker(1, 0, 5))
    for number in range(1, 5):
        clock.now_ns = 10 * number
        message = marker(1, number, 5) if number % 2 else b"say %s!" % marker(1, number, 5)
        assert readings[number // 2 % 2].receive is not None
        readings[number // 2 % 2].receive(frame(message))  # type: ignore[misc]
    batch = capture.drain()
    assert (batch.rows.tolist(), batch.sequences.tolist()) == ([0, 1, 1, 0], [1, 2, 3, 4])
    assert batch.received_ns.tolist() == [10, 20, 30, 40]


def test_what_has_the_form_within_an_unfinished_message_is_read(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    reading = Reading(capture, 0)
    received(capture, reading, marker(1, 0, 5))
    reading.unread = object()
    assert received(capture, reading, marker(1, 1, 5)) == []
    assert len(reading.slow) == 2


@pytest.mark.parametrize("first", [0x01, 0x80, 0x82, 0xC1, 0x89])
def test_another_kind_of_frame_has_another_form(first: int, clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    reading = Reading(capture, 0)
    received(capture, reading, marker(1, 0, 5))
    assert reading.receive is not None
    reading.receive(frame(marker(1, 1, 5), first))
    assert len(reading.slow) == 2


@pytest.mark.parametrize("first", [0x01, 0x80, 0xC1, 0x89])
@pytest.mark.parametrize(("missing", "behind"), [(0, b""), (1, b""), (0, b"\x81\x00")])
def test_only_whole_messages_have_a_form(first: int, missing: int, behind: bytes, clock: FakeClock) -> None:
    """A fragment, a frame with more to come and two frames in one are read, however often they look alike."""
    kinds = [first] if not missing and not behind else [first, 0x81]
    for kind in kinds:
        capture = Capture(PREFIX)
        reading = Reading(capture, 0)
        assert reading.receive is not None
        payload = marker(1, 1, 5)
        data = bytes([kind, len(payload) + missing]) + payload + behind
        for number in (1, 2):
            reading.receive(data)
            capture.drain()
            assert len(reading.slow) == number


def test_a_damaged_mark_in_a_frame_of_the_usual_form_is_unmarked(clock: FakeClock) -> None:
    capture = Capture(PREFIX)
    reading = Reading(capture, 0)
    received(capture, reading, marker(1, 0, 5))
    assert received(capture, reading, marker(1, 1, 5), PREFIX + b"z" * 32, marker(1, 2, 5)) == [1, 2]
    assert len(capture.drain_unmarked()) == 1
    assert capture.samples.kept == [PREFIX + b"z" * 32]


PIECES = st.sampled_from(
    [b"", b"x", b"say ", PREFIX, PREFIX[:5], MARK, MARK[:20], PREFIX + MARK, PREFIX + b"z" * 32, b"z" * 46]
)
PAYLOADS = st.lists(PIECES, max_size=4).map(b"".join).filter(lambda payload: len(payload) < 126)


@LAW
@given(st.lists(st.lists(PAYLOADS, max_size=8), max_size=4))
def test_frames_are_taken_as_their_payloads_are(batches: list[list[bytes]]) -> None:
    plain, quick = Capture(PREFIX), Capture(PREFIX)
    reading = Reading(quick, 0)
    assert reading.receive is not None
    for batch in batches:
        for payload in batch:
            plain.take(0, payload)
            reading.receive(frame(payload))
        ours, theirs = quick.drain(), plain.drain()
        assert [column.tolist() for column in ours[:4]] == [column.tolist() for column in theirs[:4]]
        assert len(quick.drain_unmarked()) == len(plain.drain_unmarked())
