"""Works that begin at their moments: late ones in turn with what is under way, and no more at once than may be."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest
import uvloop

from wswarm.drive.clock import now_ns
from wswarm.drive.ramp import Ramp, run_at, when_over
from wswarm.units import NS_PER_S

LATE_NS = 1  # a moment that has long been


class Counted:
    """A work that takes some turns of the loop, and how many of it were under way at once."""

    def __init__(self, turns: int = 3) -> None:
        self.turns = turns
        self.under_way = self.peak = self.done = self.begun = 0

    async def __call__(self) -> None:
        self.begun += 1
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        for _ in range(self.turns):
            await asyncio.sleep(0)
        self.under_way -= 1
        self.done += 1


def run(works: list[tuple[int, Callable[[], Coroutine[Any, Any, None]]]], at_once: int = 0) -> None:
    """Run them to their end."""
    asyncio.run(_run(works, at_once))


async def _run(works: list[tuple[int, Callable[[], Coroutine[Any, Any, None]]]], at_once: int) -> None:
    await run_at(works, asyncio.Event(), at_once)


@pytest.mark.parametrize(("at_once", "peak"), [(0, 20), (1, 1), (7, 7), (50, 20)])
def test_no_more_are_under_way_at_once_than_may_be(at_once: int, peak: int) -> None:
    work = Counted(turns=50)
    run([(LATE_NS, work)] * 20, at_once)
    assert (work.peak, work.done) == (peak, 20)


def test_one_that_is_late_lets_those_that_are_under_way_go_on_first() -> None:
    work = Counted(turns=3)
    run([(LATE_NS, work)] * 100)
    assert work.peak < 10
    assert work.done == 100


@pytest.mark.parametrize("loop", [asyncio, uvloop])
def test_none_begins_before_its_moment(loop: Any) -> None:
    """The loops' own timers are of whole milliseconds, rounded down."""
    begun_ns: list[int] = []

    async def work() -> None:
        begun_ns.append(now_ns())

    async def all_of_them() -> list[int]:
        start_ns = now_ns()
        moments_ns = [start_ns + number * 1_370_000 for number in range(1, 101)]
        await run_at([(at_ns, work) for at_ns in moments_ns], asyncio.Event())
        return moments_ns

    moments_ns = loop.run(all_of_them())
    assert [at_ns for at_ns, due_ns in zip(begun_ns, moments_ns, strict=True) if at_ns < due_ns] == []


def test_enough_ends_the_wait_for_a_moment() -> None:
    async def waiting() -> list[int]:
        work, is_enough = Counted(), asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, is_enough.set)
        await run_at([(LATE_NS, work), (now_ns() + 3600 * NS_PER_S, work), (0, work)], is_enough)
        return [work.begun, work.done]

    assert asyncio.run(waiting()) == [1, 1]


def test_those_that_have_no_moment_begin_at_once() -> None:
    work = Counted()
    run([(0, work)] * 20)
    assert work.peak == 20


def test_one_that_fails_leaves_its_place_to_the_next() -> None:
    work = Counted()

    async def fail() -> None:
        raise OSError

    run([(LATE_NS, fail), (LATE_NS, work), (LATE_NS, fail), (LATE_NS, work)], at_once=1)
    assert work.done == 2


def test_nothing_more_begins_when_it_is_enough() -> None:
    async def end_early() -> tuple[int, int]:
        is_enough, work = asyncio.Event(), Counted(turns=50)

        async def suffice() -> None:
            is_enough.set()

        works = [(LATE_NS, work), (LATE_NS, suffice), (LATE_NS, work), (now_ns() + (1 << 40), work)]
        await run_at(works, is_enough, 2)
        return work.begun, work.done

    assert asyncio.run(end_early()) == (1, 1)


def test_what_is_due_before_an_end_that_is_near_may_still_begin() -> None:
    async def told(after_ns: int) -> tuple[int, list[int]]:
        done_ns: list[int] = []
        end_ns = now_ns() + after_ns
        when_over(end_ns, lambda: done_ns.append(now_ns()))
        until_ns = end_ns + 10 * NS_PER_S
        while now_ns() < until_ns and not done_ns:
            await asyncio.sleep(0.01)
        return end_ns, done_ns

    end_ns, done_ns = asyncio.run(told(NS_PER_S // 5))
    assert done_ns[0] >= end_ns - NS_PER_S // 100
    for at_once_ns in (-NS_PER_S, 10 * NS_PER_S):
        assert len(asyncio.run(told(at_once_ns))[1]) == 1


@pytest.mark.parametrize("at_once", [0, 2])
def test_what_several_begin_keeps_the_order_of_its_moments_when_all_are_late(at_once: int) -> None:
    begun: list[int] = []

    async def begin(number: int) -> None:
        begun.append(number)
        await asyncio.sleep(0)

    async def begin_all() -> None:
        ramp, is_enough = Ramp(), asyncio.Event()
        groups = [range(1, 61, 20), range(2, 61, 20), [one for one in range(1, 61) if one % 20 not in (1, 2)]]
        works = [[(LATE_NS + number, partial(begin, number)) for number in group] for group in groups]
        await asyncio.gather(*(run_at(one, is_enough, at_once, ramp) for one in works))

    asyncio.run(begin_all())
    assert begun == [*range(1, 61)]


def test_who_waits_for_the_turn_of_another_gives_up_when_it_is_enough() -> None:
    async def end_early() -> int:
        ramp, is_enough, work = Ramp(), asyncio.Event(), Counted()
        soon_ns = now_ns() + (1 << 40)
        runs = [run_at([(soon_ns + one, work)], is_enough, 1, ramp) for one in range(2)]
        asyncio.get_running_loop().call_soon(is_enough.set)
        await asyncio.gather(*runs)
        return work.begun

    assert asyncio.run(end_early()) == 0
