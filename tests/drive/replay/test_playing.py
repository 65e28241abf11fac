"""A recording played on connections of memory, with a clock that stands still until it is told."""

import pytest

from tests.drive.fakes import MS, FakeClock, FakeConnection, FakeSwarm
from tests.load.recordings import recording
from wswarm.drive.drivers.connection import Timing
from wswarm.drive.replay import playing as module
from wswarm.drive.replay.playing import Playing
from wswarm.load.score import Score, score_of

OPENED = 5 * MS
WITH_VALUE = ('< {"type":"in","id":"q9Zk31xa"}', "> join q9Zk31xa", "> then")


class Socket(FakeConnection):
    """Keeps what kind of frame was sent, too."""

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Keep one message."""
        self.send(b"binary:" + payload if is_binary else payload)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    found = FakeClock(monkeypatch)
    monkeypatch.setattr(module, "now_ns", found.read)
    monkeypatch.setattr(module, "make_timer", found._make_timer)
    return found


def begun(clock: FakeClock, score: Score, count: int = 1, speed: float = 1.0) -> tuple[Playing, list[Socket]]:
    """Connections that opened 1 ms after each other, and what plays on them."""
    sockets = [Socket(clock) for _ in range(count)]
    swarm = FakeSwarm([*sockets])
    playing = Playing(swarm, score, speed)
    for number, row in enumerate(swarm.rows):
        clock.now_ns = OPENED + number * MS
        row.timing = Timing(0, 0, -1, 0, clock.now_ns)
        playing.begin(number)
    return playing, sockets


def test_each_connection_plays_from_its_own_opening(clock: FakeClock) -> None:
    playing, sockets = begun(clock, score_of(recording("> a", "< x", "> b")), count=3)
    assert playing.is_sending()
    clock.run_until(OPENED + 1000 * MS)
    for number, socket in enumerate(sockets):
        opened = OPENED + number * MS
        assert (socket.sent, socket.sent_at_ns) == ([b"a", b"b"], [opened, opened + 200 * MS])
    moments = playing.take()
    assert sorted(moments.intended_ns.tolist()) == sorted(moments.sent_ns.tolist())
    assert not playing.is_sending()
    assert playing.is_owed()


def test_frames_are_of_the_recorded_kind(clock: FakeClock) -> None:
    told = recording("> a")
    told = told._replace(messages=(told.messages[0]._replace(is_binary=True),))
    _, (socket,) = begun(clock, score_of(told))
    assert socket.sent == [b"binary:a"]


def test_a_message_that_needs_a_value_goes_out_when_it_has_come(clock: FakeClock) -> None:
    playing, (socket,) = begun(clock, score_of(recording(*WITH_VALUE)))
    clock.run_until(500 * MS)
    assert socket.sent == []
    playing.hear(0, b'{"type":"in","id":"zzzz9999"}', clock.now_ns)
    assert socket.sent == [b"join zzzz9999", b"then"]
    assert not playing.is_owed()


def test_what_came_before_a_connection_was_known_to_be_open_counts(clock: FakeClock) -> None:
    socket = Socket(clock)
    swarm = FakeSwarm([socket])
    playing = Playing(swarm, score_of(recording(*WITH_VALUE)), 1.0)
    playing.hear(0, b'{"type":"in","id":"zzzz9999"}', 4 * MS)
    swarm.rows[0].timing = Timing(0, 0, -1, 0, OPENED)
    playing.begin(0)
    clock.run_until(500 * MS)
    assert socket.sent == [b"join zzzz9999", b"then"]


def test_what_has_no_room_waits_for_it_and_is_late(clock: FakeClock) -> None:
    playing, (socket,) = begun(clock, score_of(recording("> a", "> b", "> c")))
    socket.is_writable = False
    clock.run_until(OPENED + 150 * MS)
    socket.is_writable = True
    playing._swarm.on_writable(0)
    clock.run_until(OPENED + 900 * MS)
    assert socket.sent_at_ns == [OPENED, OPENED + 150 * MS, OPENED + 200 * MS]
    moments = playing.take()
    assert (moments.sent_ns - moments.intended_ns).tolist() == [0, 50 * MS, 0]


def test_what_comes_is_told_by_its_place_and_the_rest_is_unexpected(clock: FakeClock) -> None:
    playing, _ = begun(clock, score_of(recording("> a", "< words", '< {"type":"x"}')))
    for payload in (b'{"type":"x"}', b"words", b"words", b'{"type":"y"}'):
        playing.hear(0, payload, OPENED + 7)
    moments = playing.take()
    assert moments.answers.tolist() == [1, 0]
    assert moments.times_ns.tolist() == [-1, 7]
    assert len(moments.unexpected_ns) == 2
    assert len(playing.take().answers) == 0


def test_nothing_is_sent_after_the_end(clock: FakeClock) -> None:
    playing, (socket,) = begun(clock, score_of(recording("> a", "> b")))
    playing.stop()
    clock.run_until(OPENED + 900 * MS)
    assert socket.sent == [b"a"]


@pytest.mark.parametrize(
    ("is_closed", "why"),
    [
        (False, "message 1 of 2 waits for 'given_id', which the server did not give"),
        (True, "connection closed before message 1 of 2"),
    ],
)
def test_why_a_connection_has_not_played_all_is_told(is_closed: bool, why: str, clock: FakeClock) -> None:
    playing, _ = begun(clock, score_of(recording(*WITH_VALUE)))
    if is_closed:
        playing._swarm.rows[0].connection = None
    assert playing.failures() == {why: 1}


def test_a_burst_at_one_moment_goes_out_at_it(clock: FakeClock) -> None:
    told = recording("> a", "> b", "> c")
    told = told._replace(messages=tuple(one._replace(offset_ns=3 * MS) for one in told.messages))
    _, (socket,) = begun(clock, score_of(told))
    clock.run_until(OPENED + 900 * MS)
    assert socket.sent_at_ns == [OPENED + 3 * MS] * 3
