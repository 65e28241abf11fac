"""What a script sends and expects on its connection, and what counts for how long."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.drive.script.sockets import House
from wswarm.drive.clock import now_ns
from wswarm.drive.script import inbox
from wswarm.drive.script.reasons import SessionFailed

MS = 1_000_000


def live(script: Callable[[House], Awaitable[object]]) -> House:
    """The house in which a script was lived to its end."""

    async def run() -> House:
        house = House()
        await script(house)
        house.deadlines.close()
        return house

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("héllo", ("héllo".encode(), False)),
        (b"\0\1", (b"\0\1", True)),
        (bytearray(b"ab"), (b"ab", True)),
        ({"a": [1, None]}, (b'{"a":[1,null]}', False)),
        ([1, "x"], (b'[1,"x"]', False)),
    ],
)
def test_text_goes_out_as_text_bytes_as_bytes_and_what_is_neither_as_json(
    message: Any, sent: tuple[bytes, bool]
) -> None:
    async def script(house: House) -> None:
        await house.ws.send(message)

    assert live(script).line.sent == [sent]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("ell", "hello"),
        (b"ell", "hello"),
        (re.compile(r"^h.l+o$"), "hello"),
        (re.compile(rb"\x00+"), b"\0\0"),
        (lambda message: message == "hello", "hello"),
        (lambda message: message == b"\xff\x00", b"\xff\x00"),
        (None, "hello"),
        ("é", "né"),
    ],
)
def test_the_wanted_message_is_returned_text_as_text_and_bytes_as_bytes(wanted: Any, message: Any) -> None:
    async def script(house: House) -> None:
        asking = asyncio.ensure_future(house.ws.expect(wanted, name="it"))
        await asyncio.sleep(0)
        if wanted is not None:
            house.hear("other", b"\x01")
        house.hear(message)
        assert await asking == message

    assert live(script).counts() == {"it": (1, 0)}


def test_a_request_s_time_is_from_its_send_to_the_frame() -> None:
    async def script(house: House) -> None:
        asking = asyncio.ensure_future(house.ws.request("a", "b", name="it"))
        await asyncio.sleep(0)
        sent_ns = house.sends[0]
        await asyncio.sleep(0.01)  # when the task goes on is of no account
        house.hear("b", at_ns=sent_ns + 3 * MS)
        await asking
        assert house.times_ns() == [3 * MS]

    live(script)


def test_an_expect_s_time_is_from_the_last_send_before_its_answer() -> None:
    async def script(house: House) -> None:
        await house.ws.send("a")
        await house.ws.send("b")
        first_ns, last_ns = house.sends
        asking = asyncio.ensure_future(house.ws.expect("x", name="it"))
        await asyncio.sleep(0)
        house.hear("x", at_ns=last_ns + MS)
        await asking
        assert house.times_ns() == [MS]
        assert first_ns <= last_ns

    live(script)


def test_an_expect_without_a_send_has_the_time_from_its_call_and_0_for_what_was_there() -> None:
    async def script(house: House) -> None:
        called_ns = now_ns()
        asking = asyncio.ensure_future(house.ws.expect("x", name="it"))
        await asyncio.sleep(0)
        late_ns = now_ns() - called_ns
        house.hear("x", at_ns=called_ns + 50 * MS)
        await asking
        house.hear("y")
        await house.ws.expect("y", name="it")
        first, second = house.times_ns()
        assert 50 * MS - late_ns <= first <= 50 * MS
        assert second == 0

    live(script)


def test_what_came_before_the_send_is_no_answer() -> None:
    async def script(house: House) -> None:
        house.hear("x early", at_ns=now_ns() - MS)
        await house.ws.send("a")
        asking = asyncio.ensure_future(house.ws.expect("x", name="it"))
        await asyncio.sleep(0)
        house.hear("x")
        assert await asking == "x"

    live(script)


def test_what_came_unasked_can_be_expected_later_and_is_gone_with_what_was_before_it() -> None:
    async def script(house: House) -> None:
        house.hear("one", "two", "three")
        assert await house.ws.expect("two") == "two"
        with pytest.raises(TimeoutError):
            await house.ws.expect("one", timeout=0.01)
        assert await house.ws.expect() == "three"

    live(script)


def test_what_a_wait_passed_over_in_vain_can_be_expected_later() -> None:
    async def script(house: House) -> None:
        asking = asyncio.ensure_future(house.ws.expect("x", timeout=0.01))
        await asyncio.sleep(0)
        house.hear("other")
        with pytest.raises(TimeoutError):
            await asking
        assert await house.ws.expect() == "other"

    live(script)


def test_a_wait_that_is_over_fails_its_step_and_says_which() -> None:
    async def script(house: House) -> None:
        with pytest.raises(TimeoutError, match=r"^login: no answer within 0\.01 s$"):
            await house.ws.request("a", "b", timeout=0.01, name="login")

    assert live(script).counts() == {"login": (1, 1)}


@pytest.mark.parametrize(
    ("timeout", "end", "failed"), [(10, 1, 1), (10, -1, 0), (None, 1, 0)], ids=["hold", "drain", "for ever"]
)
def test_what_was_sent_in_the_hold_and_has_no_answer_when_the_run_ends_has_failed(
    timeout: float | None, end: int, failed: int
) -> None:
    async def script(house: House) -> None:
        asked = asyncio.ensure_future(house.ws.request("a", "b", timeout=timeout, name="ask"))
        await asyncio.sleep(0.01)
        house.ws.cut(now_ns() + end * 1_000_000_000)
        asked.cancel()

    house = live(script)
    assert house.counts() == ({"ask": (failed, failed)} if failed else {})
    assert house.steps.unanswered == ({"ask": failed} if failed else {})


def test_a_shorter_wait_after_a_longer_one_is_over_in_its_time() -> None:
    async def script(house: House) -> None:
        house.echo()
        await house.ws.request("a", "a", timeout=100, name="it")
        house.line.on_sent = lambda _: None
        with pytest.raises(TimeoutError):
            await house.ws.request("b", "b", timeout=0.01, name="it")
        with pytest.raises(TimeoutError):
            await house.ws.expect("c", timeout=0.02, name="it")

    assert live(script).counts() == {"it": (3, 2)}


def test_a_lost_connection_ends_what_is_waited_for_and_all_that_follows() -> None:
    async def script(house: House) -> None:
        asking = asyncio.ensure_future(house.ws.expect("x", name="login"))
        await asyncio.sleep(0)
        house.lose()
        with pytest.raises(ConnectionError, match=r"^login: closed 4403 Forbidden$"):
            await asking
        with pytest.raises(ConnectionError, match=r"^closed 4403 Forbidden$"):
            await house.ws.send("a")
        with pytest.raises(ConnectionError, match=r"^next: closed 4403 Forbidden$"):
            await house.ws.expect("x", name="next")

    assert live(script).counts() == {"login": (1, 1), "next": (1, 1)}


def test_what_had_come_before_the_connection_was_lost_can_still_be_expected() -> None:
    async def script(house: House) -> None:
        house.hear("goodbye")
        house.lose("1000", "")
        assert await house.ws.expect("goodbye") == "goodbye"

    live(script)


def test_what_a_script_s_own_function_raises_is_raised_by_its_expect() -> None:
    async def script(house: House) -> None:
        asking = asyncio.ensure_future(house.ws.expect(lambda message: message["x"], name="it"))  # type: ignore[index]
        await asyncio.sleep(0)
        house.hear("text")
        with pytest.raises(TypeError):
            await asking

    assert live(script).counts() == {"it": (1, 1)}


def test_what_can_not_say_which_message_is_wanted_is_refused() -> None:
    async def script(house: House) -> None:
        with pytest.raises(TypeError, match=r"give text that it holds, a re.Pattern or a function"):
            await house.ws.expect(3)  # type: ignore[arg-type]

    live(script)


def test_a_wait_that_the_script_gives_up_by_itself_is_no_step_and_leaves_the_message() -> None:
    async def script(house: House) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await house.ws.expect("x", name="it")
        house.hear("x")
        assert await house.ws.expect("x", name="it") == "x"

    assert live(script).counts() == {"it": (1, 0)}


def test_two_waits_at_once_each_get_their_own() -> None:
    async def script(house: House) -> None:
        waits = [asyncio.ensure_future(house.ws.expect(one, name=one)) for one in ("a", "b")]
        await asyncio.sleep(0)
        house.hear("b", "a")
        assert await asyncio.gather(*waits) == ["a", "b"]

    assert live(script).counts() == {"a": (1, 0), "b": (1, 0)}


def test_a_step_without_a_name_is_called_by_its_place() -> None:
    async def script(house: House) -> None:
        house.echo()
        await house.ws.request("a", "a")
        await house.ws.request("b", "b")

    line = script_line(test_a_step_without_a_name_is_called_by_its_place)
    assert live(script).counts() == {
        f"test_socket.py:{line + 3}": (1, 0),
        f"test_socket.py:{line + 4}": (1, 0),
    }


def script_line(test: Callable[[], object]) -> int:
    """The line in which a test begins."""
    return test.__code__.co_firstlineno


def test_an_inbox_that_is_full_drops_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEPT", 3)

    async def script(house: House) -> None:
        house.hear("1", "2", "3", "4", "5")
        assert await house.ws.expect() == "3"
        assert house.ws.end() == 2

    live(script)


def test_an_inbox_that_is_full_of_bytes_keeps_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "BYTES_KEPT", 10)

    async def script(house: House) -> None:
        house.hear("x" * 8, "y" * 8, "z" * 80)
        assert await house.ws.expect() == "z" * 80
        assert house.ws.end() == 2

    live(script)


def test_a_send_waits_for_room_and_its_time_begins_then() -> None:
    async def script(house: House) -> None:
        house.line.is_writable = False
        sending = asyncio.ensure_future(house.ws.send("a"))
        await asyncio.sleep(0.01)
        assert house.line.sent == []
        there_ns = now_ns()
        house.line.is_writable = True
        house.ws.note_writable()
        await sending
        assert house.sends[0] >= there_ns

    live(script)


def test_a_send_that_waits_for_room_ends_with_the_connection() -> None:
    async def script(house: House) -> None:
        house.line.is_writable = False
        sending = asyncio.ensure_future(house.ws.send("a"))
        await asyncio.sleep(0)
        house.lose()
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(sending, 10)

    live(script)


def test_a_session_that_only_sends_lets_others_have_their_turn() -> None:
    async def script(house: House) -> None:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        task = asyncio.ensure_future(other())
        for _ in range(1_000):
            await house.ws.send("a")
        task.cancel()
        assert turns > 10

    live(script)


def test_fail_raises_what_ends_the_session() -> None:
    async def script(house: House) -> None:
        with pytest.raises(SessionFailed, match="no seat left"):
            house.ws.fail("no seat left")

    live(script)


def test_running_is_so_until_the_hold_s_end() -> None:
    async def script(house: House) -> None:
        assert house.ws.running
        house.end_ns = now_ns()
        assert not house.ws.running
        assert (house.ws.id, house.ws.data) == (7, {"user": "ann"})

    live(script)


def test_a_sleep_lasts_as_long_as_asked_for() -> None:
    async def script(house: House) -> None:
        begun_ns = now_ns()
        await house.ws.sleep(0.02)
        assert now_ns() - begun_ns >= 19 * MS
        await house.ws.sleep(0)

    live(script)
