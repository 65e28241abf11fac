"""A clock that stands still until it is told, timers that note what they were armed for, sockets of memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from wswarm.drive import capture, closed, form, numbers, outbox, pacer, pings, rounds, sender
from wswarm.drive.capture import Load
from wswarm.drive.closed import ClosedSender
from wswarm.drive.drivers.connection import Timing
from wswarm.drive.host import effort, loop_lag, probes
from wswarm.drive.row import Row
from wswarm.drive.sender import OpenSender, Sender, patience_ns
from wswarm.drive.swarm import Swarm
from wswarm.experiment.paces import paces
from wswarm.load.message import payload_for
from wswarm.load.pace import Pace
from wswarm.load.plan import make_plan
from wswarm.stats.findings import Int64s, Window
from wswarm.stats.flights import Flights
from wswarm.units import NS_PER_S

S = NS_PER_S
MS = S // 1000
PREFIX = b"wswarm00000001"
LOOP: Any = None  # timers of a fake clock need none
WINDOW = Window(origin_ns=0, start_ns=1 * S, hold_ns=2 * S, drain_ns=4 * S)


@dataclass
class FakeTimer:
    """Remembers the moment it was armed for last."""

    callback: Callable[[], None]
    at_ns: int | None = None
    is_closed: bool = False
    armed_ns: list[int] = field(default_factory=list)

    def arm(self, at_ns: int) -> None:
        """Note the moment."""
        self.at_ns = at_ns
        self.armed_ns.append(at_ns)

    def close(self) -> None:
        """Note that nobody is called any more."""
        self.at_ns, self.is_closed = None, True


class FakeClock:
    """The time of every module of `drive` under test, and the timers that they made."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now_ns = 0
        self.timers: list[FakeTimer] = []
        for module in (
            capture,
            closed,
            effort,
            form,
            loop_lag,
            numbers,
            outbox,
            pacer,
            pings,
            probes,
            rounds,
            sender,
        ):
            patch.setattr(module, "now_ns", self.read)
        for module in (pacer, rounds, loop_lag):
            patch.setattr(module, "make_timer", self._make_timer)
        patch.setattr(asyncio, "get_running_loop", lambda: None)

    def read(self) -> int:
        """Return the time that was set."""
        return self.now_ns

    def run_until(self, until_ns: int, late_ns: int = 0) -> None:
        """Call every timer that falls due before `until_ns`, each `late_ns` after its moment."""
        while True:
            due = [timer for timer in self.timers if timer.at_ns is not None and timer.at_ns < until_ns]
            if not due:
                break
            timer = min(due, key=lambda one: one.at_ns or 0)
            self.now_ns = max(self.now_ns, (timer.at_ns or 0) + late_ns)
            timer.at_ns = None
            timer.callback()
        self.now_ns = max(self.now_ns, until_ns)

    def _make_timer(self, _loop: Any, callback: Callable[[], None]) -> FakeTimer:
        self.timers.append(FakeTimer(callback))
        return self.timers[-1]


class FakeConnection:
    """Keeps what was sent."""

    def __init__(self, clock: FakeClock) -> None:
        self.is_open = True
        self.is_writable = True
        self.timing = Timing(0, 0, -1, 0, 0)
        self.address = "127.0.0.1"
        self.sent: list[bytes] = []
        self.sent_at_ns: list[int] = []
        self._clock = clock

    def send(self, payload: bytes) -> None:
        """Keep one message."""
        self.sent.append(payload)
        self.sent_at_ns.append(self._clock.now_ns)

    def say_goodbye(self) -> None:
        """Do nothing."""

    def abort(self) -> None:
        """Do nothing."""

    def marks(self) -> list[tuple[int, int, int]]:
        """Return publisher, sequence and intended time of each message sent."""
        digits = [payload.partition(PREFIX)[2][:32].decode() for payload in self.sent]
        return [(int(mark[:8], 16), int(mark[8:16], 16), int(mark[16:], 16)) for mark in digits]


class FakeSwarm(Swarm):
    """Rows that are open without anybody having connected."""

    def __init__(self, connections: list[FakeConnection | None]) -> None:
        self.rows = [Row() for _ in connections]
        for number, (row, connection) in enumerate(zip(self.rows, connections, strict=True)):
            row.connection = connection
            row.payload = payload_for(b"<{marker}>", {"id": str(number)}, PREFIX, None)
        self.capture = capture.Capture(PREFIX)
        self._ids = list(range(1, 1 + len(connections)))
        self.lost_in_load = []
        self.is_confirmed = False
        self.changed = set()
        self.on_writable = lambda _: None
        self.on_marked = lambda _, __: None


class Due:
    """Keeps what a sender tells of its messages before they are sent, and when they were, as an account does."""

    def __init__(self, window: Window = WINDOW) -> None:
        self.window = window
        self.intended_ns: list[int] = []
        self.rows: list[int] = []
        self.flights = Flights(window, 99, S)

    def expect(self, intended_ns: Int64s, rows: Int64s) -> None:
        """Keep the next messages."""
        self.intended_ns += intended_ns.tolist()
        self.rows += rows.tolist()
        self.flights.expect(intended_ns, rows)

    def fold(self, sender: Sender, swarm: Swarm) -> None:
        """Take in what was sent."""
        sender.tell_due()
        self.flights.join(swarm.ids(np.arange(self.flights.joined, len(swarm.rows))))
        handled = sender.outbox.fold(self.window)
        self.flights.note_sent(handled.numbers, handled.sent_ns)
        self.flights.note_unsent(handled.unsent)


def paces_of(plan: Any, places: list[int], senders: int, window: Window = WINDOW) -> list[Pace]:
    """Return the paces at which rows at these places among so many senders send."""
    return paces(plan, window, np.array(places, np.int64), senders)


def sender_of(
    swarm: Swarm, plan: Any, places: list[int], senders: int, due: Due, window: Window = WINDOW
) -> Sender:
    """Return what sends for rows at these places among so many senders, told its paces."""
    load = Load(window, swarm, np.array(places, np.int64), senders, plan.rate)
    writing = swarm.capture.begin(load, due.flights.sent_ns)
    sender: Sender = OpenSender(swarm, writing, due.expect)
    if plan.closed:
        sender = ClosedSender(swarm, patience_ns(plan.drain), writing, due.expect)
    sender.cut(window)
    for pace in paces_of(plan, places, senders, window):
        sender.pace(pace)
    return sender


def swarm_of(clock: FakeClock, count: int) -> tuple[FakeSwarm, list[FakeConnection]]:
    """Return a swarm of open connections, and these."""
    connections = [FakeConnection(clock) for _ in range(count)]
    return FakeSwarm([*connections]), connections


def plan_of(**options: Any) -> Any:
    """Return an echo plan with a warm-up of 1 s and a hold of 2 s, as `WINDOW` has them."""
    return make_plan("echo", "ws://h", **({"warmup": 1.0, "duration": 2.0, "drain": 1.0} | options))
