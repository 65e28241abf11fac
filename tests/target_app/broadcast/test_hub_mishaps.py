"""What should not happen in a hub, and what it does then: an error in its own loop, a publish inside a delivery."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from target_app.broadcast import hub as hub_module
from target_app.broadcast.client import Client
from target_app.broadcast.counters import HubCounters
from target_app.broadcast.frame import Message
from target_app.broadcast.hub import Hub
from target_app.broadcast.offer import offer
from tests.target_app.broadcast.fake_socket import GONE, FakeSocket, FramedSocket, texts
from tests.target_app.broadcast.test_hub import KINDS, members, run, turns


class Stubborn(FakeSocket):
    """Its server answers the cancelling of a send that waits with an error, as if the peer had gone."""

    async def send(self, message: dict[str, Any]) -> None:
        try:
            await super().send(message)
        except asyncio.CancelledError:
            raise GONE from None


def test_the_end_of_a_connections_former_client_does_not_remove_its_present_one() -> None:
    async def scenario() -> None:
        hub = Hub()
        (socket,) = members(hub, [Stubborn])
        socket.close_room()
        hub.publish("room", "before")
        await turns()
        hub.leave("room", socket)
        hub.join("room", socket)
        await turns()
        assert hub.members("room") == [socket]
        socket.open_room()
        hub.publish("room", "after")
        assert socket.received == ["after"]

    run(scenario)


@pytest.mark.parametrize("failing_slice", [1, 2, 3])
def test_an_error_in_the_hubs_own_loop_costs_a_slice_and_stops_no_room(
    monkeypatch: pytest.MonkeyPatch, failing_slice: int
) -> None:
    slices = 0

    def fail_once(message: Message, clients: Iterable[Client], counters: HubCounters) -> None:
        nonlocal slices
        slices += 1
        if slices == failing_slice:
            raise ZeroDivisionError
        offer(message, clients, counters)

    async def scenario() -> None:
        errors: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: errors.append(told["exception"]))
        monkeypatch.setattr(hub_module, "offer", fail_once)
        hub = Hub(slice_size=2)
        sockets = members(hub, [FramedSocket] * 6)
        try:
            hub.publish("room", "one")
        except ZeroDivisionError as error:
            errors.append(error)
        await asyncio.wait_for(hub.settle("room"), 5)
        hub.publish("room", "two")
        await asyncio.wait_for(hub.settle("room"), 5)
        assert len(errors) == 1
        assert hub.counters.fanouts_waiting == 0
        missed = [number for number, socket in enumerate(sockets) if socket.received == ["two"]]
        assert missed == [2 * failing_slice - 2, 2 * failing_slice - 1]
        assert sum(socket.received == ["one", "two"] for socket in sockets) == 4

    run(scenario)


@KINDS
def test_an_interrupt_in_a_delivery_reaches_the_publisher_when_everybody_else_is_served(
    kind: type[FakeSocket],
) -> None:
    async def scenario() -> None:
        hub = Hub()
        sockets = members(hub, [kind] * 4)
        sockets[1].error = GeneratorExit()
        with pytest.raises(GeneratorExit):
            hub.publish("room", "hi")
        assert [socket.received for socket in sockets] == [["hi"], [], ["hi"], ["hi"]]
        assert hub.counters.deliveries == 3
        assert hub.counters.fanouts_waiting == 0

    run(scenario)


@KINDS
@pytest.mark.parametrize("backlog", [1, 2, 3, 64])
def test_a_publish_inside_a_delivery_keeps_the_order_however_full_the_backlog_is(
    kind: type[FakeSocket], backlog: int
) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=2, backlog=backlog)
        sockets = members(hub, [kind] * 7)
        inner = iter(texts(10))

        def publish_again() -> None:
            if (text := next(inner, None)) is not None:
                hub.publish("room", text)

        sockets[3].on_send = sockets[4].on_send = publish_again
        for message in ("a", "b", "c", "d"):
            hub.publish("room", message)
        while hub.counters.fanouts_waiting:
            await asyncio.wait_for(hub.settle("room"), 5)
        assert sorted(sockets[0].received) == sorted(["a", "b", "c", "d", *texts(10)])
        assert all(socket.received == sockets[0].received for socket in sockets)
        assert hub.counters.fanouts_waiting == 0

    run(scenario)


def test_a_delivery_that_always_publishes_leaves_the_loop_its_turns() -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=1, backlog=2)
        sockets = members(hub, [FramedSocket] * 3)
        sockets[0].on_send = lambda: hub.publish("room", "again")
        for _ in range(5):
            hub.publish("room", "first")
        await turns(20)
        sockets[0].on_send = lambda: None
        await asyncio.wait_for(hub.settle("room"), 5)
        assert all(socket.received == sockets[0].received for socket in sockets)

    run(scenario)


def test_one_slice_is_served_in_a_turn_also_when_a_full_backlog_has_been_finished() -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=1, backlog=1)
        sockets = members(hub, [FramedSocket] * 10)
        for message in texts(3):
            hub.publish("room", message)  # each but the first finishes the one before
        reached = []
        while hub.counters.fanouts_waiting:
            reached.append(sum(len(socket.received) for socket in sockets) - 20)
            await asyncio.sleep(0)
        assert reached == list(range(10))

    run(scenario)


async def broadcast(hub: Hub, message: str) -> None:
    """As a connection manager does it."""
    await hub.admit("room")
    hub.publish("room", message)
    await hub.settle("room")


@KINDS
def test_many_publishers_at_once_wait_their_turn_and_leave_the_loop_its_own(kind: type[FakeSocket]) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=2, backlog=4)
        sockets = members(hub, [kind] * 10)
        publishing = asyncio.gather(*(broadcast(hub, message) for message in texts(100)))
        most, before = 0, 0
        while not publishing.done():
            await asyncio.sleep(0)
            most = max(most, hub.counters.deliveries - before)
            before = hub.counters.deliveries
            assert hub.counters.fanouts_waiting <= 4
        assert most == 2
        assert [socket.received for socket in sockets] == [texts(100)] * 10

    run(scenario)


@pytest.mark.parametrize("gone", [slice(4, 8), slice(4, 16), slice(15, 20), slice(4, 20)])
def test_publishers_that_give_up_waiting_strand_nobody(gone: slice) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=1, backlog=4)
        sockets = members(hub, [FramedSocket] * 3)
        publishing = [asyncio.create_task(broadcast(hub, message)) for message in texts(20)]
        await turns(4)
        for one in publishing[gone]:
            one.cancel()
        await asyncio.wait_for(asyncio.gather(*publishing, return_exceptions=True), 5)
        kept = [text for text, one in zip(texts(20), publishing, strict=True) if not one.cancelled()]
        assert set(kept) <= set(sockets[0].received)
        assert all(socket.received == sockets[0].received for socket in sockets)

    run(scenario)


def test_publishers_that_wait_when_the_room_empties_go_on() -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=1, backlog=1)
        sockets = members(hub, [FramedSocket] * 3)
        publishing = [asyncio.create_task(broadcast(hub, message)) for message in texts(10)]
        await asyncio.sleep(0)
        for socket in sockets:
            hub.remove(socket)
        await asyncio.wait_for(asyncio.gather(*publishing), 5)
        assert (hub.rooms(), hub.counters.fanouts_waiting) == ([], 0)

    run(scenario)


@KINDS
def test_who_leaves_a_room_with_everybody_and_comes_back_gets_its_messages_in_order(
    kind: type[FakeSocket],
) -> None:
    async def scenario() -> None:
        hub = Hub(slice_size=1)
        one, two = members(hub, [kind] * 2)
        for socket in (one, two):
            hub.join("elsewhere", socket)
        hub.publish("room", "old")
        for socket in (one, two):
            hub.leave("room", socket)
        assert hub.rooms() == ["elsewhere"]
        for socket in (two, one):
            hub.join("room", socket)
        hub.publish("room", "new")
        await hub.settle("room")
        assert one.received == two.received == ["old", "new"]
        for socket in (one, two):
            hub.remove(socket)
        assert hub.rooms() == []

    run(scenario)
