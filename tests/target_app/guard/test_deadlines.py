"""Who is late is told, and who is just in time is not harmed: over one worker and over four."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.target_app.backplane.fleet import Fleet
from tests.target_app.guard.strict import ALICE, status, strict, until
from tests.target_app.raw_client import CLOSE, PING, PONG, TEXT, RawClient, WireFrame, frame, text, upgrade

DEADLINE, PING_EVERY, ANSWER, IDLE = 3, 1, 3, 6  # in s
SETTINGS = {
    "TARGET_HANDSHAKE_DEADLINE": str(DEADLINE),
    "TARGET_MESSAGE_DEADLINE": str(DEADLINE),
    "TARGET_PING_INTERVAL": str(PING_EVERY),
    "TARGET_PONG_DEADLINE": str(ANSWER),
    "TARGET_IDLE_DEADLINE": str(IDLE),
}
REQUEST = upgrade(80, "/ws", f"Authorization: Bearer {ALICE}\r\n".encode())
MESSAGE = text("x" * 100)
WORKERS = tuple(pytest.param(n, marks=pytest.mark.xdist_group(f"deadlines: {n}")) for n in (1, 4))


@pytest.fixture(scope="module", params=WORKERS)
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """One worker, and four."""
    with strict(tmp_path_factory.mktemp("deadlines"), request.param, **SETTINGS) as running:
        yield running


class Crowd(NamedTuple):
    """Who came, some for each worker, and were there when the last deadline was over.

    Attributes:
        silent: say nothing at all.
        halves: send half a handshake.
        slow: send half a message.
        deaf: answer no ping.
        idle: answer pings and say nothing else.
        lively: answers pings and says something, to the end.
    """

    silent: list[RawClient]
    halves: list[RawClient]
    slow: list[RawClient]
    deaf: list[RawClient]
    idle: list[RawClient]
    lively: list[RawClient]


@pytest.fixture(scope="module")
def crowd(fleet: Fleet) -> Iterator[Crowd]:
    """All of them at once, so that their deadlines are waited for once."""

    def some(*sent: bytes) -> list[RawClient]:
        return [RawClient.dial(fleet.port, *sent) for _ in range(2 * fleet.workers)]

    came = Crowd(some(), some(REQUEST[:-2]), some(REQUEST), some(REQUEST), some(REQUEST), some(REQUEST))
    assert {status(client) for client in (*came.slow, *came.deaf, *came.idle, *came.lively)} == {101}
    for client in came.slow:
        client.send(MESSAGE[:50])
    wait_until_all_are_told(came)
    yield came
    for clients in came:
        for client in clients:
            client.leave()


def wait_until_all_are_told(came: Crowd) -> None:
    """Answer pings for those who do, and say something for the lively."""
    waiting = set(came.idle)
    while waiting:
        for client in (*waiting, *came.lively):
            for one in client.ready_frames():
                if one.opcode == PING:
                    client.send(frame(PONG, one.payload))
                elif one.opcode == CLOSE:
                    assert (one.code, one.reason) == (1001, f"no message for {IDLE} s")
                    waiting.remove(client)
        for client in came.lively:
            client.send(text("hi"))
        time.sleep(0.1)


def ends(clients: list[RawClient]) -> set[tuple[int, str]]:
    """Codes and reasons of their close frames, behind pings."""
    found = set()
    for client in clients:
        *pings, last = client.frames()
        assert {one.opcode for one in pings} <= {PING}
        assert last.opcode == CLOSE
        found.add((last.code, last.reason))
    return found


def test_who_begins_no_handshake_or_half_of_one_is_let_go_of(crowd: Crowd) -> None:
    assert {(client.read_all(), client.end) for client in crowd.silent} == {(b"", "eof")}
    assert {status(client) for client in crowd.halves} == {408}


def test_who_does_not_end_a_message_is_told(crowd: Crowd) -> None:
    assert ends(crowd.slow) == {(1008, f"a message was not complete after {DEADLINE} s")}


def test_who_answers_no_ping_is_told(crowd: Crowd) -> None:
    assert ends(crowd.deaf) == {(1011, "keepalive ping timeout")}


def test_who_answers_pings_and_says_nothing_is_told_and_who_says_something_is_not(crowd: Crowd) -> None:
    """What they are told is looked at while they wait."""
    assert [client.end for client in crowd.lively] == [None] * len(crowd.lively)
    for client in crowd.lively:
        client.send(text("still here"))
        while (one := client.read_frame()) is not None and one.payload != b"Message text was: still here":
            assert one.opcode in (TEXT, PING)
        assert one is not None


def test_who_ends_what_it_has_begun_is_answered(fleet: Fleet) -> None:
    client = RawClient.dial(fleet.port, REQUEST[:50])
    client.send(REQUEST[50:])
    assert status(client) == 101
    client.send(MESSAGE[:50])
    client.send(MESSAGE[50:])
    assert client.read_frame() == WireFrame(TEXT, b"Message text was: " + b"x" * 100)
    client.leave()


def test_what_was_refused_is_summed_over_all_workers(crowd: Crowd, fleet: Fleet) -> None:
    count = len(crowd.idle)
    wanted = {
        "handshake_deadline": 2 * count,
        **dict.fromkeys(("message_deadline", "idle_deadline", "pong_deadline"), count),
    }
    until(lambda: refusals(fleet, *wanted) == wanted, "the sum over all workers")


def refusals(fleet: Fleet, *reasons: str) -> dict[str, float]:
    """What was refused for these reasons."""
    found = fleet.metrics()
    return {reason: found[f'target_app_refused_total{{reason="{reason}"}}'] for reason in reasons}
