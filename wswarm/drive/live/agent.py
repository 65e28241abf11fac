"""The agent for a changing population: a process of its own, in which nothing but the measured loop runs.

Started by `drive.live.process` with the number of its end of a socket; it exits when it reaches the end of that, so
that nothing goes on loading without its front end.
"""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from wswarm.drive import wire as framing
from wswarm.drive.agent import PUBLISHER_GAP_NS, driver
from wswarm.drive.capture import FoldClock
from wswarm.drive.clock import now_ns
from wswarm.drive.lengths import HEADER_SIZE, body_size
from wswarm.drive.live import wire
from wswarm.drive.live.squad import Squad
from wswarm.drive.probes import PROBE_GAP_NS, EffortMeter, LoopLag
from wswarm.drive.serving import Finished, serve
from wswarm.stats.findings import Findings, together
from wswarm.units import NS_PER_S

_SNAPSHOT_S = 0.5
_POLL_S = 0.01
_UNREAD_LIMIT = 4 << 20


class LiveAgent:
    """One agent's life: muster, hold, cut, settle, close; connections join and leave all the while."""

    def __init__(self, muster: wire.Muster, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._window = muster.window
        self._effort = EffortMeter()
        self.squads = [
            Squad(number, order, muster, driver(order.plan.driver), self._say)
            for number, order in enumerate(muster.squads)
        ]
        is_publishing = all(squad.order.role == "publish" for squad in self.squads)
        gap_ns = PUBLISHER_GAP_NS if is_publishing else PROBE_GAP_NS
        self._lag = LoopLag(asyncio.get_running_loop(), self._fold_in_time, gap_ns)
        self._lag.start()
        self._folding = FoldClock()
        self._snapshots = self._holds = 0
        self._unheard = [0] * len(muster.squads)
        self._changed = asyncio.Event()

    async def hold(self, hold: wire.Hold) -> None:
        """Let the hold begin; until it is cut."""
        self._note_late(hold.window.hold_ns)
        self._window = hold.window
        self._holds += 1
        self._effort.note_open()
        self._unheard = [0] * len(self.squads)
        for squad in self.squads:
            squad.begin_hold(hold.window)
        for pace in hold.paces:
            self.pace(pace, is_hold=True)
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        await self._until(lambda: self._window.hold_ns)
        self._effort.start()
        self._lag.restart()

    def pace(self, pace: wire.Pace, *, is_hold: bool = False) -> None:
        """Let a squad send at a pace."""
        sender = self.squads[pace.squad].sender
        if sender is not None:
            sender.pace(pace, is_hold=is_hold)

    async def cut(self, cut: wire.Cut) -> None:
        """End the hold with the window's, and report what was published once all is sent."""
        if cut.window.drain_ns < self._window.drain_ns:
            self._note_late(cut.window.drain_ns)
        self._window = window = cut.window
        self._changed.set()
        for squad in self.squads:
            squad.cut(window)
        await self._until(lambda: window.drain_ns)
        self._effort.note_drain()
        senders = [squad.sender for squad in self.squads if squad.sender is not None]
        give_up_ns = window.drain_ns + (window.end_ns - window.drain_ns) // 2
        while not all(sender.is_done() for sender in senders) and now_ns() < give_up_ns:
            await asyncio.sleep(_POLL_S)
        for sender in senders:
            sender.stop()
        for squad in self.squads:
            squad.fold()
        self._tell_news()
        self._say(wire.Sent())

    def publish(self, publish: wire.Publish) -> None:
        """Take in what others have published."""
        for squad in self.squads:
            squad.publish(publish.logs.get(squad.order.name, b""))

    async def settle(self, settle: wire.Settle) -> None:
        """Wait until nothing is owed any more or the deadline has come, then report all that was found."""
        while True:
            began_ns = now_ns()
            for squad in self.squads:
                squad.fold()
            if not any(squad.is_owed() for squad in self.squads) or began_ns >= settle.deadline_ns:
                break
            await asyncio.sleep(max(_POLL_S, 5 * (now_ns() - began_ns) / NS_PER_S))
        self._effort.stop()
        self._lag.stop()
        effort = self._effort.effort(self._lag)
        while any(squad.settle_some(is_over=True) for squad in self.squads):
            await asyncio.sleep(0)
        findings = []
        for squad in self.squads:
            sockets, sends, arrivals = squad.parts()
            words = squad.swarm.words()
            findings.append(
                Findings(
                    sockets=sockets,
                    effort=effort,
                    words=words,
                    is_publisher=squad.order.role == "publish",
                    sends=sends,
                    arrivals=arrivals,
                )
            )
        self._say(wire.Settled(findings=findings, unheard=self._unheard))

    async def close(self) -> None:
        """Close all connections."""
        self._lag.stop()
        for squad in self.squads:
            if squad.sender is not None:
                squad.sender.stop()
        await asyncio.gather(*(squad.swarm.close_all() for squad in self.squads))

    def report(self) -> None:
        """Send a snapshot, unless the front end is far behind in reading them."""
        if self._is_behind():
            return
        self._tell_news()
        self._snapshots += 1
        self._say(
            wire.Snapshot(
                number=self._snapshots,
                hold=self._holds,
                squads=[squad.state() for squad in self.squads],
            )
        )

    def _tell_news(self) -> None:
        """Tell what was published, and which broadcasts were settled, since the last time."""
        if logs := {squad.order.name: news for squad in self.squads if (news := squad.news())}:
            self._say(wire.Published(logs=logs))
        for number, squad in enumerate(self.squads):
            if settled := squad.take_settled():
                self._say(wire.News(number, together(settled)))

    async def _until(self, moment_ns: Callable[[], int]) -> None:
        """Wait until a moment of the window, which a cut may bring forward."""
        while (left_ns := moment_ns() - now_ns()) > 0:
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left_ns / NS_PER_S)

    def _note_late(self, moment_ns: int) -> None:
        """Take it as a stop of the generator when a moment was told too late to keep to it."""
        late_ns = now_ns() - moment_ns
        if late_ns > 0:
            self._lag.longest_ns = max(self._lag.longest_ns, wire.LEAD_NS + late_ns)

    def _is_behind(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > _UNREAD_LIMIT

    def _say(self, report: wire.Report) -> None:
        if isinstance(report, wire.Heard) and self._is_behind():
            self._unheard[report.squad] += 1
            return
        self._writer.write(framing.encode(report))

    def _fold_in_time(self, lag_ns: int) -> None:
        """Fold what was captured when the loop is idle, or when there is much of it."""
        waiting = sum(len(squad.swarm.capture) for squad in self.squads)
        is_sending = any(squad.sender is not None for squad in self.squads)
        if self._folding.is_time(waiting, lag_ns, is_sending=is_sending):
            for squad in self.squads:
                squad.fold()
        for squad in self.squads:
            squad.settle_some()


async def _read_command(reader: asyncio.StreamReader) -> wire.Command:
    header = await reader.readexactly(HEADER_SIZE)
    return wire.decode_command(await reader.readexactly(body_size(header)))


async def _obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(framing.encode(wire.Ready()))
    command = await _read_command(reader)
    if not isinstance(command, wire.Muster):
        raise TypeError(f"the first command has to be Muster, not {type(command).__name__}")
    agent = LiveAgent(command, writer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_report_regularly(agent))
        while not isinstance(command, wire.Close):
            command = await _read_command(reader)
            work = _begin(agent, command)
            if work is not None:
                tasks.create_task(work)
        await agent.close()
        raise Finished


def _begin(agent: LiveAgent, command: wire.Command) -> Coroutine[Any, Any, None] | None:
    """Do what the command says; return what of it takes time."""
    if isinstance(command, wire.Join):
        agent.squads[command.squad].join(command)
    elif isinstance(command, wire.Leave):
        agent.squads[command.squad].swarm.leave(command.row)
    elif isinstance(command, wire.Say):
        agent.squads[command.squad].speak(command)
    elif isinstance(command, wire.Publish):
        agent.publish(command)
    elif isinstance(command, wire.Pace):
        agent.pace(command)
    elif isinstance(command, wire.Hold):
        return agent.hold(command)
    elif isinstance(command, wire.Cut):
        return agent.cut(command)
    elif isinstance(command, wire.Settle):
        return agent.settle(command)
    return None


async def _report_regularly(agent: LiveAgent) -> None:
    while True:
        await asyncio.sleep(_SNAPSHOT_S)
        agent.report()


if __name__ == "__main__":
    serve(_obey)
