"""The agent for a changing population, as far as it needs no sockets."""

import asyncio
from contextlib import suppress
from typing import Any

from wswarm.drive.clock import now_ns
from wswarm.drive.live import wire
from wswarm.drive.live.agent import LiveAgent
from wswarm.stats.findings import STILL_OPEN, Window


class Unread:
    """A front end that reads nothing."""

    def write(self, _: bytes) -> None:
        """Forget it."""


def longest_stop_ns(moved_ns: int, told_ns: int = STILL_OPEN) -> int:
    """Return the longest stop that an agent knows of whose hold's end moves to so long after now."""

    async def cut() -> int:
        start_ns = now_ns()
        window = Window(start_ns, start_ns, start_ns, told_ns)
        writer: Any = Unread()
        agent = LiveAgent(wire.Muster(squads=[], prefix=b"", window=window), writer)
        agent._lag.stop()
        moved = Window(start_ns, start_ns, start_ns, start_ns + moved_ns, start_ns + moved_ns)
        with suppress(TimeoutError):  # the end itself is not waited for
            await asyncio.wait_for(agent.cut(wire.Cut(window=moved)), 0.01)
        return agent._lag.longest_ns

    return asyncio.run(cut())


def test_an_end_that_is_told_too_late_to_keep_to_it_is_a_stop_of_the_generator() -> None:
    assert longest_stop_ns(-400_000_000) > 400_000_000 + wire.LEAD_NS


def test_an_end_that_is_told_in_time_or_was_known_is_none() -> None:
    assert longest_stop_ns(600_000_000_000) == 0
    assert longest_stop_ns(-400_000_000, told_ns=0) == 0
