"""One agent in this process, over connections of memory: what it reports of itself."""

import asyncio
import gc
import time
import weakref
from typing import Any

import pytest

from tests.drive.fakes import MS, PREFIX, FakeClock, FakeConnection, S
from tests.stats.made import ints
from wswarm.drive import agent as agent_module
from wswarm.drive.agent import Agent
from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Ended
from wswarm.drive.fleet import wire
from wswarm.drive.fleet.lengths import HEADER_SIZE
from wswarm.load.pace import Pace
from wswarm.load.plan import make_plan
from wswarm.stats.findings import STILL_OPEN, Findings, Window, pack, unpack
from wswarm.stats.summary import merged

STOP_MS = 400


class Wire:
    """Keeps what the agent says to the front end."""

    def __init__(self) -> None:
        self.transport = self
        self.said: list[wire.Report] = []

    def get_write_buffer_size(self) -> int:
        """Return that the front end has read everything."""
        return 0

    def write(self, message: bytes) -> None:
        """Keep one report, unless it is how the agent stands, which it says now and then."""
        report = wire.decode_report(message[HEADER_SIZE:])
        if not isinstance(report, wire.Snapshot):
            self.said.append(report)

    def findings(self) -> Findings:
        """Return the last report's findings of the only group."""
        assert isinstance(self.said[-1], wire.Settled)
        return self.said[-1].findings[0]


def begun(role: wire.Role) -> tuple[Wire, Agent]:
    """Return an agent with one group, and what it says."""
    plan = make_plan("connect" if role == "connect" else "echo", "ws://h")
    heard = Wire()
    writer: Any = heard  # all that it uses
    group = wire.Group(name="one", role=role, manner=plan.manner, addresses=[])
    return heard, Agent(wire.Begin(groups=[group], prefix=PREFIX), writer)


def join(*starts_ns: int) -> wire.Join:
    """Return the command to open a connection at each moment."""
    return wire.Join(group=0, ids=list(range(1, len(starts_ns) + 1)), starts_ns=pack(ints(starts_ns)))


def load(window: Window, number: int = 0) -> wire.Load:
    """Return a load without messages."""
    return wire.Load(number=number, window=window)


async def note_turns(turns_ns: list[int]) -> None:
    """Take down when this task has its turns."""
    while True:
        await asyncio.sleep(0.005)
        turns_ns.append(now_ns())


async def stopped_in_the_ramp(role: wire.Role) -> tuple[Findings, int]:
    """Return what an agent finds whose loop stood still while it connected, and how long it did after at most, ns.

    Between an instant and the loop's coming to it another task has one turn at most.
    """
    heard, agent = begun(role)
    await agent.groups[0].join(join(0))
    time.sleep(STOP_MS / 1000)
    turns_ns = [now_ns()]
    noting = asyncio.create_task(note_turns(turns_ns))
    await asyncio.sleep(0.05)
    start_ns = now_ns()
    agent.obey(load(Window(start_ns, start_ns, start_ns + S, start_ns + S + 50 * MS, start_ns + S + 50 * MS)))
    while not any(isinstance(one, wire.Sent) for one in heard.said):
        await asyncio.sleep(0.01)
    await agent.settle(now_ns())
    turns_ns.append(now_ns())
    noting.cancel()
    await agent.close()
    return heard.findings(), max(later - one for one, later in zip(turns_ns, turns_ns[2:], strict=False))


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> list[FakeConnection]:
    """The connections that the agent opens."""
    opened: list[FakeConnection] = []

    async def connect(*_: Any) -> FakeConnection:
        opened.append(FakeConnection(FakeClock.__new__(FakeClock)))
        return opened[-1]

    monkeypatch.setattr(agent_module, "driver", lambda _: connect)
    return opened


@pytest.mark.usefixtures("memory")
def test_the_loop_lag_of_a_load_leaves_out_the_ramp_but_the_longest_stop_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)  # of a process that has loaded all tests it takes a second
    found, later_ns = asyncio.run(stopped_in_the_ramp("echo"))
    assert found.effort.longest_stop_ns > STOP_MS // 2 * MS
    assert (merged([found.effort.loop_lag]).max_ns or 0) <= later_ns


@pytest.mark.usefixtures("memory")
def test_the_loop_lag_of_an_agent_that_only_connects_is_of_the_ramp_too() -> None:
    found, _ = asyncio.run(stopped_in_the_ramp("connect"))
    assert (merged([found.effort.loop_lag]).max_ns or 0) > STOP_MS // 2 * MS


def spin_for_s(cpu_s: float) -> None:
    """Spend CPU."""
    end_s = time.process_time() + cpu_s
    while time.process_time() < end_s:
        pass


async def cut_in_the_ramp(*starts_ns: int) -> list[wire.Report]:
    """Return what an agent says that is told to begin no more connections."""
    heard, agent = begun("echo")
    ramp = asyncio.create_task(agent.groups[0].join(join(*starts_ns)))
    while not agent.groups[0].swarm.opened:
        await asyncio.sleep(0.01)
    spin_for_s(0.2)
    agent.cut(Window(0, 0, 0, 0))
    await asyncio.wait_for(ramp, 10)
    await agent.settle(now_ns())
    await agent.close()
    return heard.said


def test_a_cut_in_the_ramp_keeps_what_was_begun_and_begins_no_more(memory: list[FakeConnection]) -> None:
    an_hour_on_ns = now_ns() + 3600 * S
    said = asyncio.run(cut_in_the_ramp(1, 1, an_hour_on_ns, an_hour_on_ns))
    assert len(memory) == 2
    (opened,) = [one for one in said if isinstance(one, wire.Opened)]
    assert unpack(opened.rows).tolist() == [0, 1]
    assert isinstance(said[-1], wire.Settled)
    found = said[-1].findings[0]
    assert found.effort.cpu_s < 0.1  # that of hold and drain, which there were none of
    assert (found.sockets.requested, len(unpack(found.sockets.opened_ns)), found.sockets.failures) == (
        4,
        2,
        {},
    )


def test_a_cut_in_the_ramp_soon_gives_up_handshakes_that_nobody_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_up: list[int] = []

    async def connect(request: object, row: int, *_: Any) -> FakeConnection:
        if row:
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                given_up.append(row)
                raise
        return FakeConnection(FakeClock.__new__(FakeClock))

    monkeypatch.setattr(agent_module, "driver", lambda _: connect)
    said = asyncio.run(cut_in_the_ramp(1, 1, 1))
    assert sorted(given_up) == [1, 2]
    assert isinstance(said[-1], wire.Settled)
    found = said[-1].findings[0].sockets
    assert (found.requested, len(unpack(found.opened_ns)), found.failures) == (3, 1, {})


def test_a_cut_that_comes_right_behind_its_load_ends_it(memory: list[FakeConnection]) -> None:
    async def test() -> list[wire.Report]:
        heard, reader = Wire(), asyncio.StreamReader()
        obeying = asyncio.create_task(agent_module.obey(reader, heard))  # type: ignore[arg-type]  # all that it uses
        group = wire.Group(name="one", role="echo", manner=make_plan("echo", "ws://h").manner, addresses=[])
        for command in (wire.Begin(groups=[group], prefix=PREFIX), join(1)):
            reader.feed_data(wire.encode(command))
        while not any(isinstance(report, wire.Opened) for report in heard.said):
            await asyncio.sleep(0.001)
        start_ns = now_ns()
        whole = Window(start_ns, start_ns, start_ns + 600 * S, start_ns + 1200 * S, start_ns + 1200 * S)
        cut = Window(start_ns, start_ns, start_ns, start_ns, start_ns)
        told = [load(whole), wire.Cut(window=cut), wire.Settle(deadline_ns=cut.end_ns), wire.Close()]
        reader.feed_data(b"".join(wire.encode(one) for one in told))
        with pytest.raises(ExceptionGroup):  # it ends by one, as told
            await asyncio.wait_for(obeying, 60)
        return heard.said

    assert isinstance(asyncio.run(test())[-1], wire.Settled)


def longest_stop_ns(told_ns: int, moved_ns: int) -> int:
    """Return the longest stop that an agent knows of whose hold's end moves; both ns after now."""

    async def cut() -> int:
        _, agent = begun("echo")
        now = now_ns()
        agent.load(load(Window(now, now, now, min(now + told_ns, STILL_OPEN))))
        agent._lag.stop()
        agent.cut(Window(now, now, now, now + moved_ns, now + moved_ns))
        await agent.finish()
        return agent._lag.longest_ns

    return asyncio.run(cut())


@pytest.mark.usefixtures("memory")
def test_an_end_that_is_told_too_late_to_keep_to_it_is_a_stop_of_the_generator() -> None:
    assert longest_stop_ns(600 * S, -400 * MS) > 400 * MS + wire.LEAD_NS


@pytest.mark.usefixtures("memory")
def test_an_end_that_is_told_in_time_or_was_known_is_none() -> None:
    assert longest_stop_ns(600 * S, 300 * S) == 0
    assert longest_stop_ns(-400 * MS, -400 * MS) == 0


@pytest.mark.usefixtures("memory")
def test_a_later_hold_that_is_told_too_late_is_a_stop_of_the_generator() -> None:
    async def begin_again() -> int:
        _, agent = begun("echo")
        now = now_ns()
        agent.load(load(Window(now, now, now, STILL_OPEN)))
        agent._lag.stop()
        agent.load(load(Window(now, now, now - 300 * MS, STILL_OPEN), 1))
        longest_ns = agent._lag.longest_ns
        await agent.finish()
        return longest_ns

    assert asyncio.run(begin_again()) > 300 * MS + wire.LEAD_NS


@pytest.mark.usefixtures("memory")
def test_what_an_agent_spent_is_shared_among_its_groups() -> None:
    async def shared() -> list[float]:
        heard, agent = begun("echo")
        agent.groups.append(agent.groups[0])
        agent.groups[0].handled = 10
        spin_for_s(0.1)
        await agent.settle(now_ns())
        await agent.close()
        assert isinstance(heard.said[-1], wire.Settled)
        return [one.effort.cpu_s for one in heard.said[-1].findings] + [agent._effort._cpu_s]

    one, other, both = asyncio.run(shared())
    assert one == other == pytest.approx(both / 2)


def test_nothing_is_left_of_a_connection_that_has_left_or_was_lost(memory: list[FakeConnection]) -> None:
    async def come_and_go() -> list[weakref.ref[FakeConnection]]:
        _, agent = begun("echo")
        group = agent.groups[0]
        await group.join(join(*[1] * 100))
        gone = [weakref.ref(connection) for connection in memory]
        memory.clear()
        for row in range(99):
            agent.obey(wire.Leave(0, row))
        group.swarm._note_closed(99, None, Ended("1000", ""))
        await asyncio.sleep(0.1)
        gc.collect()
        await agent.finish()
        return gone

    assert [one for one in asyncio.run(come_and_go()) if one() is not None] == []


def test_what_has_opened_before_the_load_is_no_more_looked_at_for_garbage(
    memory: list[FakeConnection],
) -> None:
    async def looked_at() -> list[bool]:
        _, agent = begun("echo")
        found = []
        for connecting in (True, False):
            await agent.groups[0].join(join(1))
            agent.report()
            found.append(any(one is memory[-1] for one in gc.get_objects()))
            if connecting:
                now = now_ns()
                agent.load(load(Window(now, now, now + 600 * S, now + 600 * S)))
        await agent.finish()
        return found

    try:
        assert asyncio.run(looked_at()) == [False, True]
    finally:
        gc.unfreeze()


def test_broadcasts_of_the_next_load_have_numbers_of_their_own(memory: list[FakeConnection]) -> None:
    async def numbers() -> list[int]:
        _, agent = begun("publish")
        await agent.groups[0].join(join(1))
        memory[0]._clock.now_ns = 0
        for number in range(2):
            now = now_ns()
            pace = Pace(group=0, at_ns=now, rate=1_000.0, senders=1)
            before = len(memory[0].sent)
            agent.load(wire.Load(number=number, window=Window(now, now, now, STILL_OPEN), paces=[pace]))
            while len(memory[0].sent) < before + 3:
                await asyncio.sleep(0.001)
        await agent.finish()
        return [sequence for _, sequence, _ in memory[0].marks()]

    sent = asyncio.run(numbers())
    assert len(sent) == len(set(sent)) >= 6


@pytest.mark.usefixtures("memory")
def test_a_hold_that_is_begun_anew_forgets_a_stop_in_the_hold_before_but_not_one_in_the_ramp() -> None:
    async def longest_ns() -> list[int]:
        _, agent = begun("echo")
        now = now_ns()
        known = []
        for number in range(3):  # the ramp, the hold, the hold begun anew
            agent.load(load(Window(now, now, now_ns() + 600 * S, STILL_OPEN), number))
            known.append(agent._lag.longest_ns)
            agent._lag.note(S)
        await agent.finish()
        return known

    assert asyncio.run(longest_ns()) == [0, S, 0]


@pytest.mark.usefixtures("memory")
def test_a_load_takes_the_place_of_one_that_was_asked_to_be_settled_before_it_had_sent() -> None:
    async def said() -> list[wire.Report]:
        heard, agent = begun("echo")
        now = now_ns()
        agent.obey(load(Window(now, now, now, now + 600 * S, now + 600 * S)))
        agent.obey(wire.Settle(deadline_ns=now + 600 * S))
        await asyncio.sleep(0.01)
        agent.obey(load(Window(now, now, now, now + 1, now + 1), 1))
        while not any(isinstance(report, wire.Sent) for report in heard.said):
            await asyncio.sleep(0.001)
        agent.cut(Window(now, now, now, now + 1, now + 1))  # wakes up who waits for its end
        await asyncio.sleep(0.05)
        await agent.finish()
        return heard.said

    assert asyncio.run(said()) == [wire.Sent(1)]
