"""Every promise of the hub, to clients of servers that take frames and of those that do not."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_app.broadcast.hub import Hub
from target_app.broadcast.outbox import Limits, Policy
from tests.target_app.broadcast.fake_socket import GONE, FakeSocket, FramedSocket, texts

Scenario = Callable[[], Coroutine[Any, Any, None]]
KINDS = pytest.mark.parametrize("kind", [FakeSocket, FramedSocket])
ONE = len(texts(1)[0]) + 2  # a message of `texts` as a frame


def run(scenario: Scenario) -> None:
    asyncio.run(scenario())


def members(hub: Hub, kinds: list[type[FakeSocket]]) -> list[Any]:
    """Sockets that joined the room, in order."""
    sockets: list[Any] = [kind() for kind in kinds]
    for socket in sockets:
        hub.join("room", socket)
    return sockets


async def turns(count: int = 5) -> None:
    """Let the loop have some turns."""
    for _ in range(count):
        await asyncio.sleep(0)


@KINDS
def test_a_message_to_everybody_with_room_is_delivered_before_publish_returns(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub()
        sockets = members(hub, [kind] * 3)
        hub.publish("room", "hi")
        assert [socket.received for socket in sockets] == [["hi"]] * 3
        assert (hub.counters.deliveries, hub.counters.messages, hub.counters.fanouts) == (3, 1, 1)

    run(scenario)


@KINDS
def test_a_client_without_room_delays_nobody_and_gets_everything_in_order_later(
    kind: type[FakeSocket],
) -> None:
    async def scenario() -> None:
        hub = Hub()
        first, slow, last = members(hub, [kind] * 3)
        slow.close_room()
        for message in texts(20):
            hub.publish("room", message)
        assert (first.received, slow.received, last.received) == (texts(20), [], texts(20))
        slow.open_room()
        await turns()
        assert slow.received == texts(20)
        hub.publish("room", "now")
        assert slow.received[-1] == "now"
        assert hub.counters.deliveries == 63
        assert (hub.counters.outbox_messages, hub.counters.outbox_bytes) == (0, 0)

    run(scenario)


@KINDS
def test_deliveries_are_counted_though_a_slow_client_never_reads(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub()
        sockets = members(hub, [kind] * 4)
        sockets[2].close_room()
        hub.publish("room", "hi")
        assert hub.counters.deliveries == 3
        hub.remove(sockets[2])
        await turns()
        assert hub.counters.deliveries == 3

    run(scenario)


@KINDS
def test_a_slow_client_is_closed_when_its_outbox_is_full(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub(Limits(messages=5))
        healthy, slow = members(hub, [kind, kind])
        slow.close_room()
        for message in texts(10):
            hub.publish("room", message)
        assert hub.members("room") == [healthy]
        assert hub.counters.slow_closes == 1
        assert hub.counters.outbox_bytes == 0
        slow.open_room()
        await turns()
        assert slow.closed == 1013
        assert slow.received == []
        assert healthy.received == texts(10)

    run(scenario)


# A plain server holds one message beside the outbox: the send that waits for room.
@pytest.mark.parametrize(
    ("policy", "kept", "dropped"),
    [
        ("drop_oldest", texts(5, first=5), 5),
        ("drop_newest", texts(5), 5),
        ("coalesce", texts(5, first=5), 5),
    ],
)
def test_a_full_outbox_drops_by_policy(policy: Policy, kept: list[str], dropped: int) -> None:
    async def scenario() -> None:
        hub = Hub(Limits(size=5 * ONE, policy=policy))
        (slow,) = members(hub, [FramedSocket])
        slow.close_room()
        for message in texts(10):
            hub.publish("room", message)
        assert hub.counters.outbox_bytes <= 5 * ONE
        slow.open_room()
        assert slow.received == kept
        assert (hub.counters.dropped, hub.counters.slow_closes) == (dropped, 0)

    run(scenario)


def test_coalescing_keeps_the_newest_of_a_room_and_what_waits_from_elsewhere() -> None:
    async def scenario() -> None:
        hub = Hub(Limits(messages=3, policy="coalesce"))
        (slow,) = members(hub, [FramedSocket])
        slow.close_room()
        hub.send("personal", slow)
        for message in texts(3):
            hub.publish("room", message)
        slow.open_room()
        assert slow.received == ["personal", texts(3)[-1]]
        assert hub.counters.dropped == 2

    run(scenario)


@KINDS
def test_a_message_larger_than_an_outbox_waits_alone(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub(Limits(size=100, policy="drop_oldest"))
        healthy, slow = members(hub, [kind, kind])
        slow.close_room()
        hub.publish("room", "small")
        hub.publish("room", "x" * 1000)
        assert len(healthy.received) == 2
        slow.open_room()
        await turns()
        assert slow.received[-1] == "x" * 1000

    run(scenario)


@KINDS
@pytest.mark.parametrize("error", [GONE, RuntimeError("closed"), OSError(), ZeroDivisionError()], ids=repr)
def test_an_error_of_one_client_removes_it_and_touches_nobody_else(
    kind: type[FakeSocket], error: Exception
) -> None:
    async def scenario() -> None:
        hub = Hub()
        first, broken, last = members(hub, [kind] * 3)
        broken.error = error
        hub.publish("room", "hi")
        assert (first.received, last.received) == (["hi"], ["hi"])
        assert hub.members("room") == [first, last]
        assert hub.counters.send_errors == isinstance(error, ZeroDivisionError)
        assert hub.counters.deliveries == 2

    run(scenario)


@KINDS
def test_an_error_after_waiting_removes_the_client(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub()
        first, broken = members(hub, [kind, kind])
        broken.close_room()
        for message in texts(3):
            hub.publish("room", message)
        broken.error = GONE
        broken.open_room()
        await turns()
        assert hub.members("room") == [first]
        assert hub.counters.outbox_messages == 0

    run(scenario)


@KINDS
def test_a_broadcast_gives_the_loop_a_turn_between_slices(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=10)
        sockets = members(hub, [kind] * 35)
        hub.publish("room", "hi")
        reached = []
        while hub.counters.fanouts_waiting:
            reached.append(sum(map(len, (socket.received for socket in sockets))))
            await asyncio.sleep(0)
        assert reached == [10, 20, 30]
        assert all(socket.received == ["hi"] for socket in sockets)

    run(scenario)


@KINDS
def test_all_clients_of_a_room_see_one_order_whatever_slices_and_publishers(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=3, backlog=4)
        sockets = members(hub, [kind] * 10)

        async def publish(name: str) -> None:
            for number in range(20):
                hub.publish("room", f"{name}{number}")
                if number % 3 == 0:
                    await asyncio.sleep(0)

        await asyncio.gather(publish("a"), publish("b"), publish("c"))
        await hub.settle("room")
        assert len(sockets[0].received) == 60
        assert all(socket.received == sockets[0].received for socket in sockets)

    run(scenario)


def test_a_backlog_of_broadcasts_is_bounded() -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=1, backlog=4)
        members(hub, [FramedSocket] * 10)
        waiting = []
        for message in texts(20):
            hub.publish("room", message)
            waiting.append(hub.counters.fanouts_waiting)
        assert max(waiting) == 4

    run(scenario)


@KINDS
def test_nobody_is_skipped_or_served_twice_when_others_come_and_go_meanwhile(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=2)
        sockets = members(hub, [kind] * 6)
        late = kind()
        hub.publish("room", "one")
        hub.remove(sockets[0])
        hub.remove(sockets[5])
        hub.join("room", late)  # type: ignore[arg-type] # a fake
        await hub.settle("room")
        assert [socket.received for socket in sockets[1:5]] == [["one"]] * 4
        assert late.received == []

    run(scenario)


@KINDS
def test_rooms_are_separate_and_vanish_with_their_last_client(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub()
        both, one = members(hub, [kind, kind])
        hub.join("other", both)
        hub.publish("other", "hi")
        assert (both.received, one.received) == (["hi"], [])
        hub.leave("other", both)
        assert hub.rooms() == ["room"]
        hub.remove(one)
        hub.leave("room", both)
        assert (hub.rooms(), hub.counters.connections) == ([], 0)

    run(scenario)


@KINDS
def test_who_leaves_with_messages_waiting_leaves_nothing_behind(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub()
        (slow,) = members(hub, [kind])
        slow.close_room()
        for message in texts(10):
            hub.publish("room", message)
        hub.remove(slow)
        await turns()
        slow.open_room()
        await turns()
        assert slow.received == []
        assert (hub.counters.outbox_messages, hub.counters.outbox_bytes) == (0, 0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario)


@KINDS
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["publish", "send", "stop", "read"])), max_size=40)
)
def test_each_client_gets_its_messages_once_and_in_order(
    kind: type[FakeSocket], steps: list[tuple[int, str]]
) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=2)
        sockets = members(hub, [kind] * 4)
        owed: list[list[str]] = [[] for _ in sockets]
        for number, (who, what) in enumerate(steps):
            if what == "publish":
                hub.publish("room", str(number))
                await hub.settle("room")
                for messages in owed:
                    messages.append(str(number))
            elif what == "send":
                hub.send(str(number), sockets[who])
                owed[who].append(str(number))
            elif what == "stop":
                sockets[who].close_room()
            else:
                sockets[who].open_room()
                await turns(2)
        for socket in sockets:
            socket.open_room()
        await turns(50)
        assert [socket.received for socket in sockets] == owed

    run(scenario)


@KINDS
def test_a_client_that_leaves_during_a_broadcast_leaves_nothing_behind(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=2)
        everybody = members(hub, [kind] * 6)
        hub.publish("room", "hi")
        hub.remove(everybody[-1])
        await hub.settle("room")
        await turns()
        assert (hub.counters.outbox_messages, hub.counters.outbox_bytes) == (0, 0)
        assert hub.counters.slow_closes == 0

    run(scenario)
