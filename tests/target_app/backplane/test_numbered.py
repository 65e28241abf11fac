"""What the numbered backplane does around its backend: last words, last numbers, last subscriptions."""

import asyncio
import time
from collections.abc import Collection
from dataclasses import replace

import pytest

from target_app.backplane import receiver, sequence
from target_app.backplane.numbered import NumberedBackplane
from target_app.backplane.protocol import BackplaneDown, Gap
from target_app.backplane.timing import Timing
from target_app.backplane.wire import CONTROL, Control, read_control, write_control, write_message
from tests.target_app.backplane.ends import End, run, until
from tests.target_app.backplane.fake_wire import FakeWire

QUICK = Timing(heartbeat=30, connect=0.2, subscribe=0.3, answer=0.05, first_wait=0.01, longest_wait=0.02)


def test_who_cannot_start_is_told_what_the_backend_said() -> None:
    async def test() -> None:
        wire = FakeWire()
        wire.trouble = "WRONGPASS invalid password"
        with pytest.raises(BackplaneDown, match=r"does not answer .*: the backend says: WRONGPASS invalid"):
            await End(NumberedBackplane(wire, QUICK)).start()

    run(test())


def test_who_cannot_publish_is_told_what_the_backend_said_until_it_is_back() -> None:
    async def test() -> None:
        wire = FakeWire()
        end = End(NumberedBackplane(wire, QUICK))
        await end.start()
        await end.subscribe()
        wire.trouble = "OOM out of memory"
        for what in ("gone", "not connected"):
            with pytest.raises(BackplaneDown, match=f"{what}: the backend says: OOM out of memory"):
                await end.publish("hi")
        wire.trouble = None
        await until(lambda: bool(wire.sent) and end.backplane._sender.up.is_set())  # type: ignore[attr-defined]
        await end.publish("back")
        await until(lambda: end.messages == ["back"])
        await end.backplane.stop()

    run(test())


def test_a_new_epoch_begins_when_every_last_number_of_the_old_one_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequence, "MOST_CHANNELS", 3)

    async def test() -> None:
        wire = FakeWire()
        end = End(NumberedBackplane(wire, QUICK))
        await end.start()
        backplane = end.backplane
        assert isinstance(backplane, NumberedBackplane)
        for channel in ("a", "b", "b"):
            await end.publish("hi", channel)
        # The heartbeat has told these; what it said was lost, and then the link was too.
        backplane._outgoing.take_fresh()
        await end.publish("hi", "c")
        wire.sent.clear()
        old = backplane._outgoing.epoch
        await end.publish("new", "d")
        told = [read_control(text) for channel, text in wire.sent if channel == CONTROL]
        assert [(one.epoch, one.last) for one in told if one.epoch == old] == [
            (old, {"a": 1, "b": 2, "c": 1})
        ]
        assert backplane._outgoing.epoch > old
        assert [text.split()[1:] for channel, text in wire.sent if channel == "d"] == [
            [str(backplane._outgoing.epoch), "1", "new"]
        ]
        await backplane.stop()

    run(test())


def test_a_tail_that_was_lost_with_the_link_shows_although_the_epoch_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequence, "MOST_CHANNELS", 3)

    async def test() -> None:
        wire = FakeWire()
        end = End(NumberedBackplane(wire, QUICK))
        await end.start()
        backplane = end.backplane
        assert isinstance(backplane, NumberedBackplane)
        await end.subscribe("a")
        await end.publish("heard", "a")
        wire.trouble = "gone"
        with pytest.raises(BackplaneDown):
            await end.publish("lost", "a")
        backplane._outgoing.take_fresh()  # a heartbeat that was lost as well
        for channel in ("b", "c"):
            backplane._outgoing.number(channel)
        wire.trouble = None
        await until(lambda: end.counters.missed == 1, "a gap")
        assert [(gap.channel, gap.first, gap.last) for gap in end.gaps] == [("a", 2, 2)]
        await backplane.stop()

    run(test())


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_channel_whose_last_subscription_was_taken_back_is_forgotten(is_cancelled: bool) -> None:
    async def test() -> None:
        wire = FakeWire()
        end = End(NumberedBackplane(wire, QUICK))
        await end.start()
        await end.subscribe()
        if is_cancelled:
            wire.unlistening.clear()
        leaving = asyncio.create_task(end.unsubscribe())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if is_cancelled:
            leaving.cancel()
        await asyncio.wait({leaving})
        assert leaving.cancelled() == is_cancelled
        assert end.backplane._rooms == {}  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match="not subscribed"):
            await end.unsubscribe()
        wire.unlistening.set()
        await end.subscribe()
        await end.publish("again")
        await until(lambda: end.messages == ["again"])
        await end.backplane.stop()

    run(test())


def test_who_gives_up_joining_a_channel_that_is_being_left_takes_nothing_from_the_next() -> None:
    async def test() -> None:
        wire = FakeWire()
        end = End(NumberedBackplane(wire, QUICK))
        await end.start()
        await end.subscribe()
        wire.unlistening.clear()
        leaving = asyncio.create_task(end.unsubscribe())
        await asyncio.sleep(0)
        impatient = asyncio.create_task(end.subscribe())
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.wait({impatient})
        following = asyncio.create_task(end.subscribe())
        await asyncio.sleep(0.02)
        wire.unlistening.set()
        await asyncio.gather(leaving, following)
        await end.publish("hi")
        await until(lambda: end.messages == ["hi"])
        await end.backplane.stop()

    run(test())


def test_messages_that_come_at_once_leave_the_event_loop_its_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "TURN_NS", 0)

    async def test() -> None:
        wire = FakeWire()
        backplane = NumberedBackplane(wire, QUICK)
        turn, turns = 0, []
        await backplane.start(lambda *_: turns.append(turn), lambda _: None)
        await backplane.subscribe("x")
        publishing = asyncio.gather(*(backplane.publish("x", str(number)) for number in range(100)))
        while len(turns) < 100:
            await asyncio.sleep(0)
            turn += 1
        await publishing
        assert len(set(turns)) == 100
        await backplane.stop()

    run(test())


def test_an_application_that_cannot_take_a_gap_costs_neither_messages_nor_the_heartbeat(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test() -> None:
        wire, received = FakeWire(), []
        backplane = NumberedBackplane(wire, QUICK)

        def fail(_gap: Gap) -> None:
            raise ZeroDivisionError

        await backplane.start(lambda _, message: received.append(message), fail)
        await backplane.subscribe("x")
        for number in (1, 3):
            wire.arrive("x", write_message("other", 1, number, str(number)))
        await until(lambda: received == ["1", "3"])
        assert (backplane.counters.missed, backplane.counters.link_losses) == (1, 0)
        assert "a gap could not be told" in caplog.text
        await backplane.stop()

    run(test())


def test_a_channel_on_its_way_is_listened_to_although_the_link_breaks_before_all_have_answered() -> None:
    async def test() -> None:
        wire = FakeWire()
        end = End(NumberedBackplane(wire, QUICK))
        await end.start()
        wire.arrive(
            CONTROL, write_control(Control("silent", 1, 1, {}))
        )  # it lives, so its answer is waited for
        await asyncio.sleep(0)
        joining = asyncio.create_task(end.subscribe())
        await until(lambda: "x" in wire.listened)
        wire.cut()
        await joining
        await until(lambda: end.counters.link_losses == 1 and "x" in wire.listened, "listening again")
        await end.publish("hi")
        await until(lambda: end.messages == ["hi"])
        await end.backplane.stop()

    run(test())


class Counting(NumberedBackplane):
    """Counts how often it goes through all of its channels."""

    passes = 0

    def _listened(self) -> Collection[str]:
        self.passes += 1
        return super()._listened()


def test_many_channels_that_are_joined_at_once_are_asked_for_together_and_a_link_brings_them_back_in_one_pass() -> (
    None
):
    """Else each costs as much as there are channels: 10,000 of them took minutes."""

    async def test() -> None:
        wire = FakeWire()
        backplane = Counting(wire, replace(QUICK, subscribe=60))  # so many take their time on a busy machine
        end = End(backplane)
        await end.start()
        wire.sent.clear()
        await asyncio.gather(*(end.subscribe(str(number)) for number in range(1_200)))
        controls = [read_control(text) for channel, text in wire.sent if channel == CONTROL]
        questions = [control.asks for control in controls if control.asks]  # each of which everybody answers
        asked = [channel for question in questions for channel in question]
        assert sorted(asked, key=int) == [str(number) for number in range(1_200)]
        assert len(questions) < 20
        wire.cut()
        await until(lambda: end.counters.link_losses == 1 and len(wire.listened) == 1_201)
        await end.publish("hi", "7")
        await until(lambda: end.messages == ["hi"])
        assert backplane.passes < 10
        await backplane.stop()

    run(test())


def test_a_process_that_stood_still_does_not_give_up_a_link_that_holds() -> None:
    async def test() -> None:
        wire = FakeWire()
        end = End(NumberedBackplane(wire, replace(QUICK, quiet=0.1, dead=0.2)))
        await end.start()
        await end.subscribe()
        await end.publish("before")
        await asyncio.sleep(0.02)  # all that came is taken
        time.sleep(0.5)  # as under SIGSTOP
        await asyncio.sleep(0.05)
        await end.publish("after")
        await until(lambda: "after" in end.messages)
        assert (end.messages, end.counters.link_losses) == (["before", "after"], 0)
        await end.backplane.stop()

    run(test())
