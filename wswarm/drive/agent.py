"""The agent: a process of its own in which the measured loop lives alone.

Started by `drive.fleet` with the number of its end of a socket; takes commands over that and exits when it reaches
its end, so that no agent outlives its front end.
"""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import numpy as np

from wswarm.drive import sender as sending
from wswarm.drive import wire
from wswarm.drive.account import Account, Deliveries, Echoes, Publishing, sends_of
from wswarm.drive.capture import FoldClock, Load
from wswarm.drive.clock import now_ns
from wswarm.drive.connection import Driver, Settings
from wswarm.drive.lengths import HEADER_SIZE, body_size
from wswarm.drive.probes import PROBE_GAP_NS, EffortMeter, LoopLag
from wswarm.drive.sender import ClosedSender, OpenSender, Sender
from wswarm.drive.serving import Finished, serve
from wswarm.drive.swarm import Swarm
from wswarm.drive.tls import client_context
from wswarm.stats.findings import Findings, Window, pack, together, unpack
from wswarm.stats.published import read_log
from wswarm.units import NS_PER_S

PUBLISHER_GAP_NS = 25_000_000  # its lateness shows as send lag anyway

_SNAPSHOT_S = 0.25
_POLL_S = 0.01
_UNREAD_LIMIT = 4 << 20


def driver(name: str) -> Driver:
    """Return the driver of that name, imported when it is first asked for: an agent has to start soon."""
    if name == "websockets":
        from wswarm.drive.websockets_driver import connect
    else:
        from wswarm.drive.picows_driver import connect
    return connect


class Agent:
    """One agent's life: open, load and settle, perhaps again and again, close."""

    def __init__(self, command: wire.Open, writer: asyncio.StreamWriter) -> None:
        plan = command.plan
        self._command, self._plan, self._writer = command, plan, writer
        settings = Settings(
            addresses=list(command.addresses),
            sources=plan.bind,
            context=client_context(plan),
            is_binary=plan.binary,
            subprotocols=plan.subprotocols,
            deflate=plan.deflate,
            timeout=plan.connect_timeout,
            sni=plan.sni,
            elsewhere={},
        )
        self._swarm = Swarm(plan, command.prefix, driver(plan.driver), settings, command.numbers)
        self._swarm.is_replying = plan.closed
        self._effort = EffortMeter()
        gap_ns = PUBLISHER_GAP_NS if command.role == "publish" else PROBE_GAP_NS
        self._lag = LoopLag(asyncio.get_running_loop(), self._fold_in_time, gap_ns)
        self._sender: Sender | None = None
        self._account: Account | None = None
        self._window = Window(0, 0, 0, 0)
        self._is_cut = asyncio.Event()
        self._snapshots = 0
        self._earliest_ns = 0
        self._folding = FoldClock()

    async def open(self) -> None:
        """Open all connections."""
        self._lag.start()
        await self._swarm.open_all(unpack(self._command.starts_ns))
        self._effort.note_open()
        self.report()
        self._say(wire.Opened(rows=pack(self._swarm.rows_open())))

    def begin(self, load: wire.Load) -> None:
        """Begin to send and receive, at once: a cut may be the next thing that is heard."""
        if self._account is not None:
            self._earliest_ns = load.window.start_ns
            self._lag.start()
        self._plan = load.plan
        self._prepare(load)
        if self._sender is not None:
            self._sender.start()

    async def load(self, load: wire.Load) -> None:
        """Send and receive, once that has begun, until all of this agent's sends are made or can't be any more."""
        await self._until(lambda: self._window.hold_ns)
        self._effort.start()
        if self._command.role != "connect":
            self._lag.restart()
        await self._until(lambda: self._window.drain_ns)
        self._effort.note_drain()
        grace_ns = load.settle_ns - load.window.drain_ns
        while self._sender is not None and not self._sender.is_done():
            if now_ns() >= min(self._window.drain_ns + grace_ns, self._window.end_ns):
                break
            await asyncio.sleep(_POLL_S)
        if self._sender is not None:
            self._sender.stop()
        self._fold()
        self._tell_news()
        self._say(wire.Sent())

    async def _until(self, moment_ns: Callable[[], int]) -> None:
        """Wait until a moment of the window, which a cut may bring forward."""
        while (left_ns := moment_ns() - now_ns()) > 0:
            self._is_cut.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_cut.wait(), left_ns / NS_PER_S)

    def cut(self, window: Window) -> None:
        """Keep to this window from now on: its hold or drain ends earlier, and no more connections are begun."""
        self._swarm.stop_opening()
        self._window = window
        self._is_cut.set()
        if self._account is not None and self._account.tally is not None:
            self._account.tally.window = window
        if self._sender is not None:
            self._sender.cut(window)

    async def settle(self, settle: wire.Settle) -> None:
        """Wait until nothing is owed any more or the deadline has come, then report all that was found."""
        while now_ns() < min(settle.deadline_ns, self._window.end_ns):  # a cut may come meanwhile
            began_ns = now_ns()
            self._fold()
            if self._account is None or not self._account.is_owed():
                break
            await asyncio.sleep(max(_POLL_S, 5 * (now_ns() - began_ns) / NS_PER_S))
        self._effort.stop()
        self._lag.stop()
        self._fold()
        account = self._account
        while account is not None and account.settle_some(is_over=True):
            await asyncio.sleep(0)
        findings = Findings(
            sockets=self._swarm.sockets(account.spoke_ns() if account is not None else None),
            words=self._swarm.words(),
            is_publisher=self._command.role == "publish",
            effort=self._effort.effort(self._lag),
            sends=sends_of(self._sender, account),
            arrivals=account.findings() if account is not None else None,
        )
        self._say(wire.Settled(findings=findings))

    async def close(self) -> None:
        """Close all connections."""
        self._lag.stop()
        await self._swarm.close_all()

    def report(self) -> None:
        """Send a snapshot, unless the front end is far behind in reading them."""
        if self._writer.transport.get_write_buffer_size() > _UNREAD_LIMIT:
            return
        self._snapshots += 1
        self._tell_news()
        account, sender = self._account, self._sender
        tally = account.tally if account is not None else None
        snapshot = wire.Snapshot(
            number=self._snapshots,
            open=self._swarm.open,
            opened=self._swarm.opened,
            failures=dict(self._swarm.said.failures),
            refusals=dict(self._swarm.said.refusals),
            endings=dict(self._swarm.said.endings),
            sent=sender.outbox.sent if sender else 0,
            received=tally.received_all if tally else 0,
            times=tally.response.pack() if tally else b"",
        )
        self._say(snapshot)

    def publish(self, publish: wire.Publish) -> None:
        """Take in what others have published."""
        if isinstance(self._account, Deliveries):
            self._account.publish(read_log(publish.log))

    def _tell_news(self) -> None:
        if isinstance(self._account, Publishing) and (log := self._account.news()):
            self._say(wire.Published(log=log))
        if isinstance(self._account, Deliveries) and (settled := self._account.tally.take_settled()):
            self._say(wire.News(settled=together(settled)))

    def _say(self, report: wire.Report) -> None:
        self._writer.write(wire.encode(report))

    def _prepare(self, load: wire.Load) -> None:
        plan, role, window = self._plan, self._command.role, load.window
        self._swarm.capture.forget()
        self._swarm.forget_load()
        patience_ns = sending.patience_ns(plan)
        if role == "echo":
            self._account = echoes = Echoes(self._swarm, window, plan.sockets, patience_ns)
            kind = ClosedSender if plan.closed else OpenSender
            self._sender = kind(
                self._swarm, plan, self._told(load), echoes.tally.expect, echoes.tally.sent_ns
            )
        elif role == "publish":
            self._account = log = Publishing()
            self._sender = OpenSender(self._swarm, plan, self._told(load), log.expect, log.sent_ns)
        elif role == "subscribe":
            publishers = range(plan.connections + 1, plan.sockets + 1)
            self._account = Deliveries(self._swarm, window, publishers, patience_ns)
        self._window = window
        self._folding = FoldClock()
        gc.unfreeze()  # what a load before has left
        gc.collect()
        gc.freeze()

    def _told(self, load: wire.Load) -> Load:
        schedule = None if self._plan.closed else sending.schedule_of(self._plan)
        ids = self._swarm.ids(np.arange(len(self._swarm.rows)))
        return Load(load.window, ids, unpack(load.positions), load.senders, schedule)

    def _fold_in_time(self, lag_ns: int) -> None:
        """Fold what was captured when the loop is idle, or when there is much of it; settle what is due."""
        waiting = len(self._swarm.capture)
        if self._folding.is_time(waiting, lag_ns, is_sending=self._sender is not None):
            self._fold()
            if self._sender is not None:
                self._sender.tick()
        if self._account is not None:
            self._account.settle_some()

    def _fold(self) -> None:
        account = self._account
        if account is None:
            self._swarm.capture.drain()
            return
        if self._sender is not None:
            self._sender.tell_due()
            account.handle(self._sender.outbox.fold(self._window))
        batch = self._swarm.capture.drain()
        is_of_load = batch.intended_ns >= self._earliest_ns
        if not is_of_load.all():  # the others are late ones of a load before
            batch = batch.where(is_of_load)
        account.take(batch)
        if account.tally is not None:
            account.tally.note_unmarked(self._swarm.capture.drain_unmarked())


async def _read_command(reader: asyncio.StreamReader) -> wire.Command:
    header = await reader.readexactly(HEADER_SIZE)
    return wire.decode_command(await reader.readexactly(body_size(header)))


async def _obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    driver("picows")  # what most use: one that is ready opens at once
    writer.write(wire.encode(wire.Ready()))
    command = await _read_command(reader)
    if not isinstance(command, wire.Open):
        raise TypeError(f"the first command has to be Open, not {type(command).__name__}")
    agent = Agent(command, writer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_report_regularly(agent))
        work = tasks.create_task(agent.open())
        while not isinstance(command, wire.Close):
            command = await _read_command(reader)
            if isinstance(command, wire.Cut):
                agent.cut(command.window)
            elif isinstance(command, wire.Publish):
                agent.publish(command)
            else:
                await asyncio.wait([work])
                work = tasks.create_task(_work_on(agent, command))
        await work
        raise Finished


def _work_on(agent: Agent, command: wire.Command) -> Coroutine[Any, Any, None]:
    if isinstance(command, wire.Load):
        agent.begin(command)
        return agent.load(command)
    if isinstance(command, wire.Settle):
        return agent.settle(command)
    return agent.close()


async def _report_regularly(agent: Agent) -> None:
    while True:
        await asyncio.sleep(_SNAPSHOT_S)
        agent.report()


if __name__ == "__main__":
    serve(_obey)
