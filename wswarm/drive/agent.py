"""The agent: a process of its own in which the measured loop lives alone.

Started by a front end with the number of its end of a socket; it obeys commands that say when they act, and exits
when it reaches the socket's end, so that nothing goes on loading without its front end.
"""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

from wswarm.drive.account import compare
from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.by_name import driver
from wswarm.drive.fleet import wire
from wswarm.drive.fleet.serving import Finished, read_body, serve
from wswarm.drive.folding import Folding
from wswarm.drive.groups import kind_of
from wswarm.drive.host.effort import EffortMeter
from wswarm.drive.host.loop_lag import PROBE_GAP_NS, LoopLag
from wswarm.drive.looks import Looks
from wswarm.drive.numbers import NumberCapture
from wswarm.drive.schedule import Schedule
from wswarm.drive.waiting import wait_until
from wswarm.stats.agents import shares_of
from wswarm.stats.findings import STILL_OPEN, Findings, Window, together, unpack
from wswarm.units import NS_PER_S

_PUBLISHER_GAP_NS = 100_000_000  # its lateness shows as send lag anyway
_SNAPSHOT_S = 0.25
_POLL_S = 0.01
_UNREAD_LIMIT = 4 << 20

Start = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


class Agent:
    """One agent's life: connections join and leave, loads come one after another and are settled.

    Attributes:
        start: Starts what takes time; whoever runs the agent ends with it if that fails.
    """

    def __init__(self, begin: wire.Begin, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._effort = EffortMeter()
        self.groups = [
            kind_of(order)(number, order, begin, driver, self._say)
            for number, order in enumerate(begin.groups)
        ]
        for group in self.groups:  # their connections begin in one order
            group.swarm.ramp = self.groups[0].swarm.ramp
        roles = {order.role for order in begin.groups}
        gap_ns = _PUBLISHER_GAP_NS if roles == {"publish"} else PROBE_GAP_NS
        self._is_connecting_only = roles == {"connect"}
        self._folding = Folding(self.groups)
        self._lag = LoopLag(asyncio.get_running_loop(), self._folding.fold_in_time, gap_ns)
        self._lag.start()
        self._window = Window(0, 0, STILL_OPEN, STILL_OPEN)
        self._load = -1
        self._snapshots, self._looks = 0, Looks()
        self._is_settling = False
        self._unheard = [0] * len(self.groups)
        self._moved = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self.start: Start = asyncio.create_task

    def obey(self, command: wire.Command) -> None:
        """Do what the command says, or see to it that it is done."""
        if isinstance(command, wire.Join):
            if command.stays_ns or command.leaves_ns:
                self._note_late(unpack(command.starts_ns[:8])[0])
            self.start(self.groups[command.group].join(command))
        elif isinstance(command, wire.Publish):
            for group in self.groups:
                group.publish(command.logs.get(group.order.name, b""))
        elif isinstance(command, wire.OfGroup):
            self._note_late(command.at_ns if isinstance(command, wire.Read | wire.Drop) else STILL_OPEN)
            self.groups[command.group].obey(command)
        elif isinstance(command, wire.Load):
            self.load(command)
        elif isinstance(command, wire.Cut):
            self.cut(command.window)
        elif isinstance(command, wire.Settle):
            self._is_settling = True
            self._work = self.start(self._settle_after(self._work, command.deadline_ns))
        elif isinstance(command, wire.Look):
            self.start(self._look(command.number))

    def load(self, load: wire.Load) -> None:
        """Begin a load in place of any before, at once: a cut may be the next thing that is heard."""
        if self._work is not None:
            self._work.cancel()
        if self._lag.is_stopped or self._load > 0:  # of a ramp before the first hold it is still known
            self._lag.start()
        if self._load >= 0:
            self._note_late(load.window.hold_ns)
        self._load, self._window, self._is_settling = load.number, load.window, False
        self._unheard = [0] * len(self.groups)
        for group in self.groups:
            group.load(load.window)
        for pace in load.paces:
            self.groups[pace.group].pace(pace)
        self._follow(load)
        self._folding.begin()
        if load.number:
            gc.unfreeze()  # what a load before has left
        self._effort.note_open()
        gc.freeze()
        self._work = self.start(self._hold_and_drain())

    def _follow(self, load: wire.Load) -> None:
        """Have those whose marks do not say it know when messages of others are due, and what is compared."""
        for group in self.groups:
            compare(group.account, group.order.beside, load.probed_ns)
            if load.published and isinstance(group.swarm.capture, NumberCapture):
                schedule = Schedule(load.published, group.order.publishers, load.window.start_ns)
                group.swarm.capture.follow(schedule)

    def cut(self, window: Window) -> None:
        """Keep to this window from now on: its hold or drain ends earlier, and no more connections are begun."""
        if window.drain_ns < self._window.drain_ns:
            self._note_late(window.drain_ns)
        self._window = window
        self._moved.set()
        for group in self.groups:
            group.cut(window)

    async def settle(self, deadline_ns: int) -> None:
        """Wait until nothing is owed any more or the deadline has come, then report all that was found."""
        while (began_ns := now_ns()) < min(deadline_ns, self._window.end_ns):  # a cut may come meanwhile
            for group in self.groups:
                group.fold()
            if not any(group.is_owed() for group in self.groups):
                break
            await asyncio.sleep(max(_POLL_S, 5 * (now_ns() - began_ns) / NS_PER_S))
        self._effort.stop()
        self._lag.stop()
        for group in self.groups:
            group.fold()
            while group.settle_some(is_over=True):
                await asyncio.sleep(0)
        self._say(
            wire.Settled(
                findings=self._findings(is_over=True),
                open_rows=[group.open_rows() for group in self.groups],
                unheard=self._unheard,
            )
        )

    async def _look(self, number: int) -> None:
        """Report what was found so far, a few connections at a time."""
        async for rows in self._looks.changed(self.groups):
            self._say(rows)
        self._effort.note_drain()
        self._effort.stop()
        for group in self.groups:
            group.fold()
        self._tell_news()
        self._say(wire.SoFar(number=number, findings=self._findings(is_over=False)))

    def _findings(self, *, is_over: bool) -> list[Findings]:
        efforts = shares_of(self._effort.effort(self._lag), [group.handled for group in self.groups])
        groups = zip(self.groups, efforts, strict=True)
        return [group.findings(own, is_over=is_over) for group, own in groups]

    async def close(self) -> None:
        """Close all connections."""
        self._lag.stop()
        for group in self.groups:
            group.stop()
        await asyncio.gather(*(group.close() for group in self.groups))

    async def finish(self) -> None:
        """Close all connections, once what is being settled has been told."""
        if self._work is not None and self._is_settling:
            await asyncio.wait([self._work])
        elif self._work is not None:
            self._work.cancel()
        await self.close()

    def report(self) -> None:
        """Send a snapshot, unless the front end is far behind in reading them."""
        if self._load < 0:
            gc.freeze()  # what has opened stays; to look at 10,000 connections for garbage takes 0.3 s
        if self._is_behind():
            return
        self._tell_news()
        self._snapshots += 1
        states = [group.state() for group in self.groups]
        self._say(wire.Snapshot(number=self._snapshots, load=self._load, groups=states))

    async def _hold_and_drain(self) -> None:
        """Report once all sends of the load are made, or can't be any more."""
        await wait_until(lambda: self._window.hold_ns, self._moved)
        self._effort.start()
        if not self._is_connecting_only:
            self._lag.restart()
        await wait_until(lambda: self._window.drain_ns, self._moved)
        self._effort.note_drain()
        while not all(group.has_sent() for group in self.groups):
            if now_ns() >= max(group.sends_until_ns(self._window) for group in self.groups):
                break
            await asyncio.sleep(_POLL_S)
        for group in self.groups:
            group.stop()
            group.fold()
        self._tell_news()
        self._say(wire.Sent(self._load))

    async def _settle_after(self, work: "asyncio.Task[None] | None", deadline_ns: int) -> None:
        if work is not None:
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError:  # a load has come, in place of the one that was to be settled
                work.cancel()
                raise
        await self.settle(deadline_ns)

    def _note_late(self, moment_ns: int) -> None:
        """Take it as a stop of the generator when a moment was told too late to keep to it."""
        late_ns = now_ns() - moment_ns
        if 0 < late_ns < moment_ns:
            self._lag.note(wire.LEAD_NS + late_ns)

    def _tell_news(self) -> None:
        """Tell what was published, and which broadcasts were settled, since the last time."""
        if logs := {group.order.name: news for group in self.groups if (news := group.news())}:
            self._say(wire.Published(logs=logs))
        for number, group in enumerate(self.groups):
            if settled := group.take_settled():
                self._say(wire.News(number, self._load, together(settled)))

    def _is_behind(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > _UNREAD_LIMIT

    def _say(self, report: wire.Report) -> None:
        if isinstance(report, wire.Heard) and self._is_behind():
            self._unheard[report.group] += 1
            return
        if isinstance(report, wire.Opened):
            self._effort.note_open()
            self.report()
        self._writer.write(wire.encode(report))


async def _read_command(reader: asyncio.StreamReader) -> wire.Command:
    return wire.decode_command(await read_body(reader))


async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    driver("picows")  # what most use: one that is ready opens at once
    writer.write(wire.encode(wire.Ready()))
    command = await _read_command(reader)
    if not isinstance(command, wire.Begin):
        raise TypeError(f"the first command has to be Begin, not {type(command).__name__}")
    agent = Agent(command, writer)
    async with asyncio.TaskGroup() as tasks:
        agent.start = tasks.create_task
        tasks.create_task(_regularly(agent.report))
        tasks.create_task(_obey_all(agent, reader))


async def _obey_all(agent: Agent, reader: asyncio.StreamReader) -> None:
    while not isinstance(command := await _read_command(reader), wire.Close):
        agent.obey(command)
    await agent.finish()
    raise Finished


async def _regularly(work: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(_SNAPSHOT_S)
        work()


if __name__ == "__main__":
    serve(obey)
