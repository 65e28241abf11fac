"""Connections that come and go: whom a run waits for when it ends."""

import asyncio

import numpy as np
import pytest

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Timing
from wswarm.drive.fleet import wire
from wswarm.drive.passing import PassingGroup
from wswarm.load.manner import Manner
from wswarm.stats.findings import STILL_OPEN, pack

MS = 1_000_000


async def nowhere(*_: object) -> object:
    """A driver that never gets anywhere."""
    await asyncio.sleep(10)
    raise AssertionError


def group(most: int = 10) -> PassingGroup:
    """A group whose handshakes hang."""
    order = wire.Group(
        name="churn", role="connect", manner=Manner(url="ws://h"), addresses=[("127.0.0.1", 9)], most=most
    )
    begin = wire.Begin(groups=[order], prefix=b"wswarm00000001")
    return PassingGroup(0, order, begin, lambda _: nowhere, lambda _: None)  # type: ignore[arg-type,return-value]  # never opens


def join(*after_ms: int) -> wire.Join:
    """Who comes so long from now, to stay for a second."""
    starts_ns = now_ns() + np.array(after_ms, np.int64) * MS
    stays_ns = np.full(len(after_ms), 1_000 * MS, np.int64)
    return wire.Join(
        group=0, ids=list(range(1, 1 + len(after_ms))), starts_ns=pack(starts_ns), stays_ns=pack(stays_ns)
    )


async def owed(*after_ms: int) -> bool:
    """Whether somebody is waited for a little later."""
    made = group()
    task = asyncio.create_task(made.join(join(*after_ms)))
    await asyncio.sleep(0.05)
    is_owed = made.is_owed()
    task.cancel()
    return is_owed


@pytest.mark.parametrize("after_ms", [(0,), (60_000,)])
def test_a_run_waits_for_who_is_to_come_and_for_whose_handshake_is_under_way(
    after_ms: tuple[int, ...],
) -> None:
    assert asyncio.run(owed(*after_ms))


def test_who_is_refused_is_not_waited_for() -> None:
    async def refused() -> bool:
        made = group(0)
        await made.join(join(0, 0))
        return made.is_owed()

    assert not asyncio.run(refused())


def test_those_of_before_leave_later_by_the_quickest_handshake_so_that_slow_ones_leave_no_gap() -> None:
    async def stayed_ns() -> int:
        made, base_ns = group(), now_ns()
        for took_ms in (90, 30):
            row = made.swarm.rows[made.swarm.add(1)]
            row.timing = Timing(base_ns, 0, 0, 0, base_ns + took_ms * MS)
            row.ready_ns = base_ns + took_ms * MS
        made.obey(wire.Depart(group=0, rows=pack(np.array([0])), leaves_ns=pack(np.array([base_ns]))))
        while made.swarm.rows[0].left_ns == STILL_OPEN:
            await asyncio.sleep(0.005)
        return made.swarm.rows[0].left_ns - base_ns

    assert asyncio.run(stayed_ns()) >= 30 * MS
