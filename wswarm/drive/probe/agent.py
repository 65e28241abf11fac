"""The quiet probe: a process of its own that holds a few sockets, reads them at once, and does little else.

What the kernel says of when a message came does not depend on who reads it when: that is what the load's times are
held against. Started and ended by a front end as an agent is.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.serving import Finished, read_body, serve
from wswarm.drive.probe.driver import stamped
from wswarm.drive.probe.listening import Heard, Listening
from wswarm.drive.probe.orders import Begin, Close, Cut, Found, Load, Order, Ready, decode_order, encode
from wswarm.drive.probe.transport import Reading
from wswarm.drive.swarm import Swarm
from wswarm.drive.takers import Takers
from wswarm.drive.timers import make_timer
from wswarm.drive.way import Ways
from wswarm.load.marker import write_mark
from wswarm.load.template import MARKER
from wswarm.stats.findings import STILL_OPEN, Window, pack, unpack

_FOLD_S = 1.0

Start = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


class QuietProbe:
    """One probe's life.

    Args:
        begin: What it opens.
        start: Starts what takes time.
    """

    def __init__(self, begin: Begin, start: Start) -> None:
        self._ids, reading = begin.ids, Reading()
        driver = stamped(reading)
        way = Ways(lambda _: driver, begin.values).of(begin.manner, begin.role, begin.addresses)
        copies = max(1, way.speech.message.count(MARKER))
        self._swarm = Swarm(way, begin.prefix)
        self._listening = Listening(reading, begin.prefix, copies, way.speech.not_replies)
        self._swarm.takers_of = lambda _: Takers(self._listening.take, None)
        self._heard = Heard(begin.ids, is_owed_own=begin.role == "echo")
        self._window = Window(0, STILL_OPEN, STILL_OPEN, STILL_OPEN)
        self._instants_ns: list[int] = []
        self._next = 0
        self._timer = make_timer(asyncio.get_running_loop(), self._speak)
        columns = begin.columns
        rows = [
            self._swarm.add(own, dict(zip(columns, begin.data[place], strict=True)) if columns else None)
            for place, own in enumerate(begin.ids)
        ]
        start(self._swarm.open_all(rows, unpack(begin.starts_ns).tolist()))

    def obey(self, order: Order) -> None:
        """Do what the order says, but for what is to be answered."""
        if isinstance(order, Load):
            self._window, self._instants_ns = order.window, unpack(order.instants_ns).tolist()
            if self._instants_ns:
                self._timer.arm(self._instants_ns[0])
        elif isinstance(order, Cut):
            self._window = order.window
            self._swarm.end_ramp()

    def fold(self) -> None:
        """Take in what was heard."""
        self._swarm.capture.drain_unmarked()  # which nobody asks for
        self._heard.note(*self._listening.fold(), self._window)

    def found(self) -> Found:
        """Return what was found."""
        self.fold()
        return Found(
            sockets=self._swarm.opened,
            failure=next(iter(self._swarm.said.failures), ""),
            received=pack(self._heard.received()),
            waits=self._heard.waits.pack(),
            is_stamped=self._listening.is_stamped,
        )

    async def close(self) -> None:
        """Close all connections."""
        self._timer.close()
        await self._swarm.close_all()

    def _speak(self) -> None:
        """Send what is due, on the connections in turn."""
        while self._next < len(self._instants_ns):
            due_ns = self._instants_ns[self._next]
            if due_ns >= self._window.drain_ns:
                return
            if due_ns > now_ns():
                self._timer.arm(due_ns)
                return
            self._send(self._next, due_ns)
            self._next += 1

    def _send(self, place: int, due_ns: int) -> None:
        row = place % len(self._ids)
        connection, payload = self._swarm.rows[row].connection, self._swarm.rows[row].payload
        if connection is None or payload is None or not connection.is_open or not connection.is_writable:
            return
        message = write_mark(self._ids[row], place, due_ns).join(payload.parts)
        self._heard.note_sent(place, now_ns())
        connection.send(message)


async def _read_order(reader: asyncio.StreamReader) -> Order:
    return decode_order(await read_body(reader))


async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    _come_first()
    writer.write(encode(Ready()))
    begin = await _read_order(reader)
    if not isinstance(begin, Begin):
        raise TypeError(f"the first order has to be Begin, not {type(begin).__name__}")
    async with asyncio.TaskGroup() as tasks:
        probe = QuietProbe(begin, tasks.create_task)
        tasks.create_task(_fold_regularly(probe))
        tasks.create_task(_obey_all(probe, reader, writer))


async def _obey_all(probe: QuietProbe, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not isinstance(order := await _read_order(reader), Close):
        if isinstance(order, Load | Cut):
            probe.obey(order)
        else:
            writer.write(encode(probe.found()))
    await probe.close()
    raise Finished


async def _fold_regularly(probe: QuietProbe) -> None:
    while True:
        await asyncio.sleep(_FOLD_S)
        probe.fold()


def _come_first() -> None:
    """Have this process run as soon as it can, where that is allowed: it takes little, and the kernel bounds it."""
    with suppress(OSError, AttributeError):  # not allowed, or no such thing
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


if __name__ == "__main__":
    serve(obey)
