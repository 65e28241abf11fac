"""A recording played on connections of memory, with a clock that stands still until it is told."""

import pytest

from tests.drive.fakes import MS, FakeClock, FakeConnection, FakeSwarm
from tests.load.recordings import recording
from wswarm.drive.drivers.connection import Timing
from wswarm.drive.replay import playing as module
from wswarm.drive.replay.playing import Playing
from wswarm.load.replay import Replay
from wswarm.load.score import Score, score_of
from wswarm.stats.replayed import UNTIMED

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


def swarm_of(*sockets: Socket) -> FakeSwarm:
    """A swarm that knows what is not to be said."""
    swarm = FakeSwarm([*sockets])
    swarm.values = {}
    return swarm


def open_row(swarm: FakeSwarm, number: int, at_ns: int) -> None:
    """Take it that a row has opened."""
    swarm.rows[number].timing = Timing(0, 0, -1, 0, at_ns)
    swarm.rows[number].ready_ns = at_ns


def begun(clock: FakeClock, score: Score, count: int = 1, speed: float = 1.0) -> tuple[Playing, list[Socket]]:
    """Connections that opened 1 ms after each other, and what plays on them."""
    sockets = [Socket(clock) for _ in range(count)]
    swarm = swarm_of(*sockets)
    playing = Playing(swarm, Replay(score=score, speed=speed))
    for number in range(count):
        clock.now_ns = OPENED + number * MS
        open_row(swarm, number, clock.now_ns)
        playing.begin(number)
    return playing, sockets


def test_each_connection_plays_from_its_own_opening(clock: FakeClock) -> None:
    playing, sockets = begun(clock, score_of(recording("> a", "< x", "> b")), count=3)
    clock.run_until(OPENED + 1000 * MS)
    for number, socket in enumerate(sockets):
        opened = OPENED + number * MS
        assert (socket.sent, socket.sent_at_ns) == ([b"a", b"b"], [opened, opened + 200 * MS])
    sent, _ = playing.take()
    assert sorted(sent.intended_ns.tolist()) == sorted(sent.sent_ns.tolist())
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
    swarm = swarm_of(socket)
    playing = Playing(swarm, Replay(score=score_of(recording(*WITH_VALUE))))
    playing.hear(0, b'{"type":"in","id":"zzzz9999"}', 4 * MS)
    open_row(swarm, 0, OPENED)
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
    sent, _ = playing.take()
    assert (sent.sent_ns - sent.intended_ns).tolist() == [0, 50 * MS, 0]


def test_what_comes_is_told_by_its_place_and_the_rest_is_unexpected(clock: FakeClock) -> None:
    playing, _ = begun(clock, score_of(recording("> a", "< words", '< {"type":"x"}')))
    for payload in (b'{"type":"x"}', b"words", b"words", b'{"type":"y"}'):
        playing.hear(0, payload, OPENED + 7)
    _, came = playing.take()
    assert came.places.tolist() == [1, 0]
    assert came.times_ns.tolist() == [UNTIMED, 7]
    assert playing.played().unexpected == 2
    assert len(playing.take()[1].places) == 0


def test_nothing_is_sent_after_the_end(clock: FakeClock) -> None:
    playing, (socket,) = begun(clock, score_of(recording("> a", "> b")))
    playing.stop()
    clock.run_until(OPENED + 900 * MS)
    assert socket.sent == [b"a"]


def test_what_is_planned_after_the_end_is_not_sent_and_not_offered(clock: FakeClock) -> None:
    playing, (socket,) = begun(clock, score_of(recording("> a", "> b", "> c")))
    playing.end_ns = OPENED + 150 * MS
    clock.run_until(OPENED + 900 * MS)
    assert socket.sent == [b"a", b"b"]
    assert (playing.played().offered, playing.played().failures) == (2, {})


def test_what_follows_a_message_that_was_cut_off_is_not_owed(clock: FakeClock) -> None:
    playing, _ = begun(clock, score_of(recording("> a", "< words", "> b", '< {"type":"x"}')))
    playing.end_ns = OPENED + 150 * MS
    clock.run_until(OPENED + 900 * MS)
    assert (playing.played().missing_silent, playing.is_owed()) == (1, True)
    playing.hear(0, b"words", clock.now_ns)
    assert (playing.played().missing_silent, playing.is_owed()) == (0, False)


@pytest.mark.parametrize(
    ("is_closed", "why", "offered", "disconnected"),
    [
        (False, "message 1 of 2 needs 'given_id', which the server did not give", 0, 0),
        (True, "closed before message 1 of 2", 2, 2),
    ],
)
def test_why_a_connection_has_not_sent_all_is_told(
    is_closed: bool, why: str, offered: int, disconnected: int, clock: FakeClock
) -> None:
    playing, _ = begun(clock, score_of(recording(*WITH_VALUE)))
    if is_closed:
        playing._swarm.rows[0].connection = None
    played = playing.played()
    assert (played.started, played.finished, played.failures) == (1, 0, {why: 1})
    assert (played.offered, played.disconnected, played.blocked) == (offered, disconnected, 0)
    assert (played.missing_disconnected, played.missing_silent) == ((1, 0) if is_closed else (0, 1))


def test_what_has_no_room_to_the_end_is_blocked(clock: FakeClock) -> None:
    playing, (socket,) = begun(clock, score_of(recording("> a", "> b", "> c")))
    socket.is_writable = False
    clock.run_until(OPENED + 900 * MS)
    assert (playing.played().offered, playing.played().blocked) == (3, 2)


def test_a_burst_at_one_moment_goes_out_at_it(clock: FakeClock) -> None:
    told = recording("> a", "> b", "> c")
    told = told._replace(messages=tuple(one._replace(offset_ns=3 * MS) for one in told.messages))
    _, (socket,) = begun(clock, score_of(told))
    clock.run_until(OPENED + 900 * MS)
    assert socket.sent_at_ns == [OPENED + 3 * MS] * 3


def test_every_ping_is_answered_at_once_also_more_than_were_recorded(clock: FakeClock) -> None:
    playing, (socket,) = begun(clock, score_of(recording("> a", "< 2", "> 3", "> b")))
    clock.run_until(OPENED + 50 * MS)
    for _ in range(2):
        playing.hear(0, b"2", clock.now_ns)
    clock.run_until(OPENED + 900 * MS)
    assert socket.sent == [b"a", b"3", b"3", b"b"]
    assert (playing.played().offered, playing.protocol, playing.unexpected) == (4, 1, 0)
    assert playing.played().finished == 1
