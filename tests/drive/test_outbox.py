"""One send with its times logged, or a wait for room."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import pytest

from tests.drive.fakes import MS, PREFIX, WINDOW, FakeClock, FakeConnection, FakeSwarm, swarm_of
from tests.stats.made import histogram
from wswarm.drive.outbox import Outbox
from wswarm.drive.row import Row
from wswarm.load.sampling import Sampling
from wswarm.stats.findings import unpack

MARKS = [b"%032x" % number for number in range(10)]
HOLD = WINDOW.hold_ns


@dataclass
class Desk:
    """An outbox over open connections, and these."""

    outbox: Outbox
    swarm: FakeSwarm
    connections: list[FakeConnection]

    def send(self, number: int, row: int = 0, intended_ns: int = HOLD) -> None:
        """Send the message whose mark and cell have that number."""
        self.outbox.send(row, number, intended_ns, MARKS[number])

    def sent(self, row: int = 0) -> list[int]:
        """Return the numbers of the messages that went out, in order."""
        return [MARKS.index(payload[1:-1].removeprefix(PREFIX)) for payload in self.connections[row].sent]


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    clock.now_ns = HOLD
    swarm, connections = swarm_of(clock, 2)
    return Desk(Outbox(swarm), swarm, connections)


def test_a_message_is_its_parts_around_the_mark(desk: Desk) -> None:
    desk.send(3)
    assert desk.connections[0].sent == [b"<" + PREFIX + MARKS[3] + b">"]


def test_the_moment_of_sending_is_told_once_with_the_number(desk: Desk, clock: FakeClock) -> None:
    clock.now_ns = HOLD + 7
    desk.send(3)
    handled = desk.outbox.fold(WINDOW)
    assert [column.tolist() for column in handled] == [[3], [HOLD], [HOLD + 7], []]
    assert [len(column) for column in desk.outbox.fold(WINDOW)] == [0] * 4


def test_each_message_goes_out_on_its_row(desk: Desk) -> None:
    desk.send(1, row=1)
    assert (desk.sent(0), desk.sent(1)) == ([], [1])


def test_nothing_is_sent_on_a_closed_connection(desk: Desk) -> None:
    desk.connections[0].is_open = False
    desk.send(1)
    handled = desk.outbox.fold(WINDOW)
    assert (desk.sent(), desk.outbox.sent, handled.numbers.tolist(), handled.unsent.tolist()) == (
        [],
        0,
        [],
        [1],
    )


def test_nothing_is_sent_on_a_connection_that_never_opened(desk: Desk) -> None:
    desk.swarm.rows[0].connection = None
    desk.send(1)
    assert desk.outbox.sent == 0


def test_without_room_messages_wait_and_go_out_in_order(desk: Desk, clock: FakeClock) -> None:
    desk.connections[0].is_writable = False
    for number in (1, 2, 3):
        desk.send(number)
    assert (desk.sent(), desk.outbox.waiting()) == ([], 3)
    clock.now_ns, desk.connections[0].is_writable = HOLD + 50 * MS, True
    desk.swarm.on_writable(0)
    assert (desk.sent(), desk.outbox.waiting()) == ([1, 2, 3], 0)
    handled = desk.outbox.fold(WINDOW)
    assert (handled.numbers.tolist(), handled.sent_ns.tolist()) == ([1, 2, 3], [HOLD + 50 * MS] * 3)


def test_the_lag_of_a_message_that_waited_counts_from_when_it_was_due(desk: Desk, clock: FakeClock) -> None:
    desk.connections[0].is_writable = False
    desk.send(1)
    clock.now_ns, desk.connections[0].is_writable = HOLD + 50 * MS, True
    desk.swarm.on_writable(0)
    desk.outbox.fold(WINDOW)
    assert desk.outbox.findings(1).lag == histogram([50 * MS]).pack()


def test_a_message_does_not_overtake_those_that_wait(desk: Desk) -> None:
    desk.connections[0].is_writable = False
    desk.send(1)
    desk.connections[0].is_writable = True
    desk.send(2)
    assert desk.sent() == []
    desk.swarm.on_writable(0)
    assert desk.sent() == [1, 2]


def test_waiting_messages_stop_where_room_ends_again(desk: Desk) -> None:
    connection = desk.connections[0]
    connection.is_writable = False
    for number in (1, 2, 3):
        desk.send(number)
    connection.is_writable = True
    send = connection.send

    def fill_up(payload: bytes) -> None:
        send(payload)
        connection.is_writable = len(connection.sent) % 2 != 0

    connection.send = fill_up  # type: ignore[method-assign]
    desk.swarm.on_writable(0)
    assert (desk.sent(), desk.outbox.waiting()) == ([1, 2], 1)
    connection.is_writable = True
    desk.swarm.on_writable(0)
    assert desk.sent() == [1, 2, 3]


def test_one_full_connection_does_not_hold_up_another(desk: Desk) -> None:
    desk.connections[0].is_writable = False
    desk.send(1)
    desk.send(2, row=1)
    assert (desk.sent(0), desk.sent(1)) == ([], [2])


def test_what_waits_on_a_lost_connection_is_neither_sent_nor_waited_for(desk: Desk) -> None:
    desk.connections[0].is_writable = False
    desk.send(1)
    desk.connections[0].is_open = False
    desk.swarm.rows[0].closed_ns = HOLD
    assert desk.outbox.waiting() == 0
    desk.connections[0].is_writable = True
    desk.swarm.on_writable(0)
    assert desk.sent() == []


def test_after_the_stop_nothing_that_waits_is_sent(desk: Desk) -> None:
    desk.connections[0].is_writable = False
    desk.send(1)
    desk.outbox.stop()
    desk.connections[0].is_writable = True
    desk.swarm.on_writable(0)
    assert desk.sent() == []


@pytest.mark.parametrize(
    ("intended_ns", "counted"),
    [(HOLD - 1, 0), (HOLD, 1), (WINDOW.drain_ns - 1, 1), (WINDOW.drain_ns, 0)],
)
def test_a_send_counts_when_it_was_intended_in_the_hold(desk: Desk, intended_ns: int, counted: int) -> None:
    desk.send(1, intended_ns=intended_ns)
    desk.outbox.fold(WINDOW)
    assert (desk.outbox.findings(1).sent, desk.outbox.sent) == (counted, 1)


def test_sends_are_counted_in_their_second_warm_up_included(desk: Desk, clock: FakeClock) -> None:
    for number, second in enumerate([1, 2, 2, 3]):
        clock.now_ns = second * 1000 * MS
        desk.send(number, intended_ns=clock.now_ns)
        desk.outbox.fold(WINDOW)
    assert unpack(desk.outbox.findings(4).per_second).tolist() == [0, 1, 2, 1]


def test_folding_twice_counts_once(desk: Desk) -> None:
    desk.send(1)
    desk.outbox.fold(WINDOW)
    desk.outbox.fold(WINDOW)
    assert desk.outbox.findings(1).sent == 1


def test_offered_is_what_had_its_turn_whether_it_was_sent_waits_or_found_its_connection_closed(
    desk: Desk,
) -> None:
    desk.send(0)
    desk.connections[1].is_writable = False
    for number in (1, 2):
        desk.send(number, row=1)
    desk.connections[0].is_open = False
    desk.send(3)
    desk.send(4, intended_ns=HOLD - 1)
    desk.outbox.note_late([HOLD, HOLD - 1])
    desk.outbox.fold(WINDOW)
    assert (desk.outbox.offered, desk.outbox.findings(desk.outbox.offered).sent) == (5, 1)
    desk.connections[1].is_writable = True
    desk.swarm.on_writable(1)
    desk.outbox.fold(WINDOW)
    assert (desk.outbox.offered, desk.outbox.findings(desk.outbox.offered).sent) == (5, 3)


def test_what_waits_for_room_is_not_sent_in_a_load_that_follows(desk: Desk) -> None:
    desk.connections[0].is_writable = False
    desk.send(1)
    desk.swarm.begin_load()
    desk.connections[0].is_writable = True
    following = Outbox(desk.swarm)
    following.send_waiting(0)
    following.send(0, 2, HOLD, MARKS[2])
    assert desk.sent() == [2]
    assert following.waiting() == 0


def test_what_is_due_on_a_closed_connection_is_told_from_what_still_waits(
    desk: Desk, clock: FakeClock
) -> None:
    desk.send(0)
    desk.connections[1].is_writable = False
    desk.send(1, row=1)
    desk.send(2, row=1)
    desk.connections[0].is_open = False
    desk.send(3)
    desk.send(4, intended_ns=HOLD - 1)
    desk.outbox.fold(WINDOW)
    waiting = desk.outbox.findings(4)
    assert (waiting.sent, waiting.disconnected, waiting.blocked) == (1, 1, 2)
    desk.swarm.rows[1].closed_ns = clock.now_ns
    closed = desk.outbox.findings(4)
    assert (closed.sent, closed.disconnected, closed.blocked) == (1, 3, 0)


def test_what_is_due_on_a_connection_that_left_is_nobodys_fault(desk: Desk, clock: FakeClock) -> None:
    desk.swarm.rows[0].left_ns = clock.now_ns
    desk.connections[0].is_open = False
    desk.send(0)
    desk.outbox.fold(WINDOW)
    assert desk.outbox.findings(0).disconnected == 0


class OnlyByNumber(list[Row]):
    """Rows that nobody walks through: there may be 50,000, and the drain asks a hundred times a second."""

    def __iter__(self) -> Iterator[Row]:
        raise AssertionError("a look at every row")


def test_what_waits_is_counted_without_a_look_at_every_row(clock: FakeClock) -> None:
    swarm, connections = swarm_of(clock, 3)
    swarm.rows = OnlyByNumber(swarm.rows)
    desk = Desk(Outbox(swarm), swarm, connections)
    connections[1].is_writable = False
    for number in range(3):
        desk.send(number, row=1)
    desk.send(3, row=2)
    assert desk.outbox.waiting() == 3
    connections[1].is_writable = True
    desk.outbox.send_waiting(1)
    assert desk.outbox.waiting() == 0
    assert desk.sent(1) == [0, 1, 2]


def test_what_is_offered_and_sent_in_each_stage_goes_by_intended_time(desk: Desk, clock: FakeClock) -> None:
    ends_ns = [HOLD + 10 * MS, WINDOW.drain_ns]
    window = msgspec.structs.replace(WINDOW, stage_ends_ns=ends_ns)
    clock.now_ns = HOLD + 12 * MS
    desk.send(0, intended_ns=HOLD - 1)
    desk.send(1, intended_ns=HOLD + 10 * MS - 1)
    desk.connections[0].is_writable = False
    desk.send(2, intended_ns=HOLD + 10 * MS)
    desk.send(3, intended_ns=HOLD + 11 * MS)
    desk.connections[1].is_open = False
    desk.send(4, row=1, intended_ns=HOLD + 5 * MS)
    desk.outbox.fold(window)
    assert unpack(desk.outbox.findings(5).of_stages).tolist() == [2, 2, 1, 0]
    desk.connections[0].is_writable = True
    desk.outbox.send_waiting(0)
    desk.outbox.note_late([HOLD + 11 * MS])
    desk.outbox.fold(window)
    assert unpack(desk.outbox.findings(5).of_stages).tolist() == [2, 3, 1, 2]


def test_of_random_arrivals_some_are_told_one_by_one(desk: Desk, clock: FakeClock) -> None:
    desk.outbox.sampling = Sampling(HOLD + 1, HOLD + 10 * MS, 1.0)
    clock.now_ns = HOLD + 7 * MS
    desk.connections[1].is_open = False
    for number, row, intended_ns in (
        (0, 0, HOLD),
        (1, 0, HOLD + MS),
        (2, 1, HOLD + 2 * MS),
        (3, 0, HOLD + 10 * MS),
    ):
        desk.send(number, row=row, intended_ns=intended_ns)
    desk.outbox.fold(WINDOW)
    told = unpack(desk.outbox.findings(4).sampled).reshape(2, -1)
    assert told.tolist() == [[HOLD + MS, HOLD + 2 * MS], [HOLD + 7 * MS, HOLD + 2 * MS]]
