"""Both drivers keep to the table of `rfc`."""

import asyncio
from typing import Any, cast

import pytest
import uvloop

from tests.drive.raw_server import NORMAL_END, RawServer, raw_server
from tests.drive.rfc import ANSWERS, MARKED, SENT, Answer, Sent, switching
from wswarm.drive.drivers import opening
from wswarm.drive.drivers.by_name import driver
from wswarm.drive.drivers.connection import Ended, Events, HandshakeFailed, Settings
from wswarm.load.request import Request

DRIVERS = pytest.mark.parametrize("name", ["picows", "websockets"])
PATIENCE_S = 30


def settings_for(server: RawServer, **changes: Any) -> Settings:
    """Return settings for that server."""
    settings = Settings(
        addresses=[("127.0.0.1", server.port)],
        sources=(),
        context=None,
        is_binary=False,
        subprotocols=(),
        deflate=False,
        timeout=PATIENCE_S,
    )
    return settings._replace(**changes)


def request_for(server: RawServer, *headers: tuple[str, str]) -> Request:
    """Return a request of that server."""
    return Request(f"ws://127.0.0.1:{server.port}/a?b=c", headers)


class Heard:
    """What a connection told: marked messages and others in one list, and how it ended."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.unmarked: list[bytes] = []
        self.pongs: list[bytes] = []
        self.ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self.events = Events(
            0, self._take, self.unmarked.append, self.ended.set_result, lambda: None, self.pongs.append
        )

    def _take(self, _: int, payload: bytes) -> bool:
        self.messages.append(payload)
        return payload.startswith(MARKED)


async def opened(name: str, case: Answer) -> tuple[str, str]:
    """Return how the handshake went, and what the server said."""
    async with raw_server(case.head, hangs_up=case.is_unfinished or "HTTP/1.0 503" in case.head) as server:
        settings = settings_for(server, subprotocols=case.subprotocols, deflate=case.needs_deflate)
        try:
            connection = await driver(name)(request_for(server), 0, settings, Heard().events)
        except HandshakeFailed as failure:
            return failure.reason, failure.detail
        connection.abort()
        return "opens", ""


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case.title)
@DRIVERS
def test_an_answer_to_the_upgrade_request_has_one_outcome(name: str, case: Answer) -> None:
    if case.needs_deflate and name == "picows":
        pytest.skip("--deflate with picows is refused at the start")
    assert uvloop.run(opened(name, case)) == (case.outcome, case.detail)


def test_a_refusal_whose_body_does_not_end_in_time_is_still_that_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "_BODY_S", PATIENCE_S)

    async def refused() -> tuple[str, str]:
        async with raw_server("HTTP/1.1 503 Busy\r\n\r\nlater") as server:
            with pytest.raises(HandshakeFailed) as failure:
                await driver("picows")(
                    request_for(server), 0, settings_for(server, timeout=2), Heard().events
                )
        return failure.value.reason, failure.value.detail

    assert uvloop.run(refused()) == ("http 503", "later")


def test_an_answer_that_begins_and_does_not_end_in_time_is_told_from_none() -> None:
    async def given_up() -> HandshakeFailed:
        async with raw_server("HTTP/1.1 101 Switching Protocols\r\nX: y\r\n") as server:
            with pytest.raises(HandshakeFailed) as failure:
                await driver("picows")(
                    request_for(server), 0, settings_for(server, timeout=2), Heard().events
                )
        return failure.value

    failure = uvloop.run(given_up())
    assert (failure.reason, failure.detail) == (
        "timeout",
        "at 127.0.0.1, which began its answer and did not end it",
    )


def test_an_answer_that_is_read_together_with_the_deadline_opens() -> None:
    async def opened_late() -> tuple[bool, bool]:
        async with raw_server(switching(), holds_loop_s=1.1) as server:
            heard = Heard()
            connection = await driver("picows")(
                request_for(server), 0, settings_for(server, timeout=1), heard.events
            )
            is_open, has_ended = connection.is_open, heard.ended.done()
            connection.abort()
        return is_open, has_ended

    assert asyncio.run(opened_late()) == (True, False)


def test_what_is_no_http_is_told_as_that_however_much_comes_at_once() -> None:
    async def judged() -> BaseException | None:
        handshake: Any = opening.Opening(cast(Any, None))
        handshake.data_received(b"SSH-2.0 " * 10_000)
        failure: BaseException | None = handshake.done.exception()
        return failure

    assert str(asyncio.run(judged())) == "no http answer"


async def conversed(name: str, case: Sent) -> tuple[Heard, RawServer]:
    """Return what a connection heard and what it answered."""
    wire = case.wire + (NORMAL_END if case.code is None else b"")
    async with raw_server(switching(), wire) as server:
        heard = Heard()
        await driver(name)(request_for(server), 0, settings_for(server), heard.events)
        async with asyncio.timeout(PATIENCE_S):
            await heard.ended
            await server.ended.wait()
    return heard, server


@pytest.mark.parametrize("case", SENT, ids=lambda case: case.title)
@DRIVERS
def test_frames_have_one_outcome(name: str, case: Sent) -> None:
    heard, server = uvloop.run(conversed(name, case))
    ended = heard.ended.result()
    end = [] if case.code else [b"marked end"]
    assert heard.messages == [*case.messages, *end]
    assert heard.unmarked == [message for message in case.messages if not message.startswith(MARKED)]
    *others, (first, payload) = server.frames
    assert [first for first, _ in others] == [0x8A] * case.wire.count(b"\x89" + bytes([len(MARKED)]) + MARKED)
    assert first == 0x88
    if case.code is None:
        assert (payload, ended) == (b"\x03\xe8end", Ended("1000", "end"))
    elif case.ended is not None:
        assert f"{ended.code} {ended.reason}" == case.ended
        assert payload[:2] == (b"" if case.code == 1005 else case.code.to_bytes(2, "big"))
    else:
        assert int.from_bytes(payload[:2], "big") == case.code
        assert ended == Ended(None, f"{case.code}: the target sent {case.why}")


@DRIVERS
def test_of_pings_that_find_no_room_for_an_answer_the_latest_is_answered(name: str) -> None:
    async def test() -> None:
        async with raw_server(switching()) as server:
            heard = Heard()
            one: Any = await driver(name)(request_for(server), 0, settings_for(server), heard.events)
            one.pause_writing()
            one.data_received(b"\x89\x01a\x89\x01b")
            one.data_received(b"\x89\x01c")
            one.resume_writing()
            one.data_received(b"\x89\x01d\x88\x02\x03\xe8")
            await server.ended.wait()
        assert server.frames == [(0x8A, b"c"), (0x8A, b"d"), (0x88, b"\x03\xe8")]

    uvloop.run(asyncio.wait_for(test(), PATIENCE_S))


@DRIVERS
def test_answers_to_a_server_that_pings_and_never_reads_do_not_pile_up(name: str) -> None:
    many = 100_000
    wire = b"".join(b"\x89\x7d" + b"%0125d" % number for number in range(many))

    async def test() -> None:
        async with raw_server(switching(), wire + NORMAL_END) as server:
            server.reads.clear()
            heard = Heard()
            await driver(name)(request_for(server), 0, settings_for(server), heard.events)
            await heard.ended
            server.reads.set()
            await server.ended.wait()
        *pongs, (first, _) = server.frames
        assert heard.messages == [b"marked end"]
        assert first == 0x88
        assert len(pongs) < many * 0.7  # what the sockets of both ends hold, some MB
        assert [int(payload) for _, payload in pongs] == sorted({int(payload) for _, payload in pongs})

    uvloop.run(asyncio.wait_for(test(), PATIENCE_S))


@DRIVERS
@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (ValueError("no such row"), Ended(None, "a mistake of wswarm's, ValueError: no such row")),
        (ConnectionResetError(), Ended("1006")),
        (None, Ended("1006")),
    ],
)
def test_a_mistake_of_ours_is_not_told_as_the_target_s(
    name: str, error: Exception | None, ended: Ended
) -> None:
    async def test() -> Ended:
        async with raw_server(switching()) as server:
            heard = Heard()
            one: Any = await driver(name)(request_for(server), 0, settings_for(server), heard.events)
            one.connection_lost(error)
            one.abort()
            await server.ended.wait()
        return heard.ended.result()

    assert uvloop.run(asyncio.wait_for(test(), PATIENCE_S)) == ended
