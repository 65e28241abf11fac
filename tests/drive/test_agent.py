"""One agent in this process, over connections of memory: what it reports of itself."""

import asyncio
import time
from typing import Any

import pytest

from tests.drive.fakes import MS, PREFIX, FakeClock, FakeConnection, S
from tests.stats.made import ints
from wswarm.drive import agent as agent_module
from wswarm.drive import wire
from wswarm.drive.agent import Agent
from wswarm.drive.clock import now_ns
from wswarm.drive.lengths import HEADER_SIZE
from wswarm.load.plan import make_plan
from wswarm.stats.findings import Findings, Window, pack, unpack
from wswarm.stats.summary import distribution, merged

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
        """Keep one report."""
        self.said.append(wire.decode_report(message[HEADER_SIZE:]))

    def findings(self) -> Findings:
        """Return the last report's findings."""
        assert isinstance(self.said[-1], wire.Settled)
        return self.said[-1].findings


def open_command(role: wire.Role, starts_ns: list[int]) -> wire.Open:
    """Return the command to open a connection at each moment."""
    plan = make_plan("connect" if role == "connect" else "echo", "ws://h")
    numbers = list(range(1, len(starts_ns) + 1))
    return wire.Open(
        role=role, plan=plan, prefix=PREFIX, addresses=[], numbers=numbers, starts_ns=pack(ints(starts_ns))
    )


async def stopped_in_the_ramp(role: wire.Role) -> Findings:
    """Return what an agent finds whose loop stood still while it connected, and not after."""
    heard = Wire()
    agent = Agent(open_command(role, [0]), heard)  # type: ignore[arg-type]  # all that it uses
    await agent.open()
    time.sleep(STOP_MS / 1000)
    await asyncio.sleep(0.05)
    start_ns = now_ns()
    window = Window(start_ns, start_ns, start_ns + 50 * MS, start_ns + 100 * MS, start_ns + 100 * MS)
    plan = open_command(role, [0]).plan
    load = wire.Load(window=window, positions=pack(ints([-1])), senders=1, settle_ns=window.end_ns, plan=plan)
    agent.begin(load)
    await agent.load(load)
    await agent.settle(wire.Settle(deadline_ns=window.end_ns))
    await agent.close()
    return heard.findings()


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
def test_the_loop_lag_of_a_load_leaves_out_the_ramp_but_the_longest_stop_does_not() -> None:
    effort = asyncio.run(stopped_in_the_ramp("echo")).effort
    assert effort.longest_stop_ns > STOP_MS // 2 * MS
    assert (distribution(merged([effort.loop_lag])).max or 0) < STOP_MS / 2 / 1000


@pytest.mark.usefixtures("memory")
def test_the_loop_lag_of_an_agent_that_only_connects_is_of_the_ramp_too() -> None:
    effort = asyncio.run(stopped_in_the_ramp("connect")).effort
    assert (distribution(merged([effort.loop_lag])).max or 0) > STOP_MS / 2 / 1000


def spin_for_s(cpu_s: float) -> None:
    """Spend CPU."""
    end_s = time.process_time() + cpu_s
    while time.process_time() < end_s:
        pass


async def cut_in_the_ramp(starts_ns: list[int]) -> list[wire.Report]:
    """Return what an agent says that is told to begin no more connections."""
    heard = Wire()
    agent = Agent(open_command("echo", starts_ns), heard)  # type: ignore[arg-type]  # all that it uses
    ramp = asyncio.create_task(agent.open())
    while not agent._swarm.opened:
        await asyncio.sleep(0.01)
    spin_for_s(0.2)
    agent.cut(Window(0, 0, 0, 0))
    await asyncio.wait_for(ramp, 10)
    await agent.settle(wire.Settle(deadline_ns=now_ns()))
    await agent.close()
    return heard.said


def test_a_cut_in_the_ramp_keeps_what_was_begun_and_begins_no_more(memory: list[FakeConnection]) -> None:
    an_hour_on_ns = now_ns() + 3600 * S
    said = asyncio.run(cut_in_the_ramp([0, 0, an_hour_on_ns, an_hour_on_ns]))
    assert len(memory) == 2
    (opened,) = [one for one in said if isinstance(one, wire.Opened)]
    assert unpack(opened.rows).tolist() == [0, 1]
    assert isinstance(said[-1], wire.Settled)
    sockets = said[-1].findings.sockets
    assert said[-1].findings.effort.cpu_s < 0.1  # that of hold and drain, which there were none of
    assert (sockets.requested, len(unpack(sockets.opened_ns)), sockets.failures) == (4, 2, {})


def test_a_cut_that_comes_right_behind_its_load_ends_it(memory: list[FakeConnection]) -> None:
    async def test() -> list[wire.Report]:
        heard, reader = Wire(), asyncio.StreamReader()
        obeying = asyncio.create_task(agent_module._obey(reader, heard))  # type: ignore[arg-type]  # all that it uses
        command = open_command("echo", [0])
        reader.feed_data(wire.encode(command))
        while not any(isinstance(report, wire.Opened) for report in heard.said):
            await asyncio.sleep(0.001)
        start_ns = now_ns()
        whole = Window(start_ns, start_ns, start_ns + 600 * S, start_ns + 1200 * S, start_ns + 1200 * S)
        cut = Window(start_ns, start_ns, start_ns, start_ns, start_ns)
        load = wire.Load(
            window=whole, positions=pack(ints([0])), senders=1, settle_ns=whole.end_ns, plan=command.plan
        )
        told = [load, wire.Cut(window=cut), wire.Settle(deadline_ns=cut.end_ns), wire.Close()]
        reader.feed_data(b"".join(wire.encode(one) for one in told))
        with pytest.raises(ExceptionGroup):  # it ends by one, as told
            await asyncio.wait_for(obeying, 60)
        return heard.said

    assert isinstance(asyncio.run(test())[-1], wire.Settled)
