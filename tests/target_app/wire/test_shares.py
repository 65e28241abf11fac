"""One client's share of the event loop, and its deadlines, by a clock and a loop of the test's own."""

import asyncio

import pytest

from target_app.wire.frames import SHARE
from tests.target_app.raw_client import CONTINUATION, PONG, TEXT, frame, ping, text
from tests.target_app.wire.by_hand import HandConnection

MANY = 1000
PONGED = frame(PONG, mask=None)


def test_pings_that_came_in_one_piece_are_answered_a_share_in_each_turn() -> None:
    async def scenario() -> None:
        hand = HandConnection()
        hand.protocol.data_received(ping() * MANY)
        answered = [len(hand.transport.take())]
        assert not hand.transport.is_reading
        while hand.loop.turn():
            answered.append(len(hand.transport.take()))
        assert sum(answered) == MANY * len(PONGED)
        assert max(answered) == SHARE * len(PONGED)
        assert hand.transport.is_reading

    asyncio.run(scenario())


def test_messages_are_handed_on_as_they_are_asked_for_a_share_in_each_turn() -> None:
    async def scenario() -> None:
        hand = HandConnection()
        taken = 0

        async def take() -> None:
            nonlocal taken
            while True:
                await hand.protocol.receive()
                taken += 1

        taking = asyncio.create_task(take())
        hand.protocol.data_received(text("x") * MANY)
        steps = []
        while taken < MANY:
            before = taken
            for _ in range(3):
                await asyncio.sleep(0)
            steps.append(taken - before)
            hand.loop.turn()
        assert max(steps) <= SHARE
        taking.cancel()

    asyncio.run(scenario())


def test_what_is_behind_a_message_waits_until_that_has_been_answered() -> None:
    """A violation behind it closes after the reply, not in its place."""

    async def scenario() -> None:
        hand = HandConnection()
        hand.protocol.data_received(text("x") + ping() + frame(3))
        assert hand.transport.take() == b""
        assert (await hand.protocol.receive())["text"] == "x"
        await hand.protocol.send({"type": "websocket.send", "text": "y"})
        assert hand.transport.take() == frame(TEXT, b"y", mask=None)
        assert (await hand.protocol.receive())["code"] == 1002
        assert hand.transport.take().startswith(PONGED + b"\x88")

    asyncio.run(scenario())


def test_of_pings_without_room_for_an_answer_the_latest_is_answered() -> None:
    """RFC 6455, 5.5.3: so a client that reads nothing makes nothing grow."""

    async def scenario() -> None:
        hand = HandConnection()
        hand.protocol.pause_writing()
        for number in range(MANY):
            hand.protocol.data_received(ping(str(number).encode()))
        assert hand.transport.take() == b""
        hand.protocol.resume_writing()
        assert hand.transport.take() == frame(PONG, str(MANY - 1).encode(), mask=None)

    asyncio.run(scenario())


def closed(hand: HandConnection) -> int | None:
    """The code of the close frame that is written last, if there is one."""
    written = hand.transport.take()
    at = written.rfind(b"\x88")
    return int.from_bytes(written[at + 2 : at + 4], "big") if at >= 0 else None


def test_the_deadline_of_a_message_is_its_own_and_silence_has_none() -> None:
    async def scenario() -> None:
        hand = HandConnection(message_deadline=10)
        hand.loop.advance(100)
        hand.transport.take()
        half, rest = text("x" * 10)[:5], text("x" * 10)[5:]
        hand.protocol.data_received(half)
        for _ in range(5):
            hand.loop.advance(9)
            hand.protocol.data_received(rest + half)
            await hand.protocol.receive()
            hand.protocol._advance()
        hand.loop.advance(9.9)
        assert closed(hand) is None
        hand.loop.advance(0.2)
        assert closed(hand) == 1008

    asyncio.run(scenario())


@pytest.mark.parametrize("amid", [ping(), frame(CONTINUATION, b"x", fin=False)], ids=["ping", "fragment"])
def test_frames_amid_a_message_do_not_put_off_its_deadline(amid: bytes) -> None:
    async def scenario() -> None:
        hand = HandConnection(message_deadline=10)
        hand.protocol.data_received(frame(TEXT, b"x", fin=False))
        codes = []
        for _ in range(3):
            hand.loop.advance(4)
            hand.protocol.data_received(amid)
            codes.append(closed(hand))
        assert codes == [None, None, 1008]

    asyncio.run(scenario())


def test_a_message_that_waits_for_the_application_is_not_late() -> None:
    """All of it has come; that nobody takes it is not its client's doing."""

    async def scenario() -> None:
        hand = HandConnection(message_deadline=10)
        hand.protocol.data_received(text("x") + text("y") + text("z")[:-1])
        hand.loop.advance(100)
        assert closed(hand) is None

    asyncio.run(scenario())


@pytest.mark.parametrize("said", [text("x"), ping()], ids=["message", "ping"])
def test_who_says_something_in_time_is_not_idle(said: bytes) -> None:
    async def scenario() -> None:
        hand = HandConnection(idle_deadline=10)
        for _ in range(5):
            hand.loop.advance(9)
            hand.protocol.data_received(said)
        hand.loop.advance(9.9)
        hand.loop.advance(0.05)
        assert closed(hand) is None
        hand.loop.advance(0.1)
        assert closed(hand) == 1001

    asyncio.run(scenario())


def test_a_client_that_keeps_to_the_rate_is_not_closed_and_one_a_little_faster_is() -> None:
    async def scenario() -> None:
        for pause, code in ((0.1, None), (0.09, 1008)):
            hand = HandConnection(message_rate=10)
            for _ in range(200):
                hand.loop.advance(pause)
                hand.protocol.data_received(ping())
            assert closed(hand) == code

    asyncio.run(scenario())
