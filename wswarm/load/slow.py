"""Slow readers: who they are, when they read slowly, and from when on the target can notice."""

from math import ceil
from typing import Any, NamedTuple

from wswarm.errors import PlanError
from wswarm.load.marker import MARKER_SIZE
from wswarm.load.settings import Settings
from wswarm.load.speech import speech_of
from wswarm.load.template import MARKER

# What SO_RCVBUF is set to before connecting: less, and a message of some KiB waits for the window to open.
RECEIVE_BUFFER = 4_096
# Bytes that a server on the loopback can send to a reader with that buffer who does not read: 2.82 MB whatever the
# messages, under Linux 6.18 with tcp_wmem's default maximum of 4 MiB. More if a network lies between.
SWALLOWED = 3_000_000
# And the most that one takes of the kernel's memory, with overhead.
KERNEL_MEMORY = 4_000_000
_BLOCK_S = 5.0
_HEAD = 4  # of a frame, as most are

SLOW, BEHIND, BEFORE, OTHERS = "slow", "behind", "before", "others"
HEALTHY = (BEHIND, BEFORE, OTHERS)


class Readers(NamedTuple):
    """Slow readers among others, and the load that all of them are under.

    Attributes:
        connections: All subscribers; `share`: how many of them are slow.
        read: Bytes per s that each slow one reads, 0 for none. `swallows`: bytes that the kernels take for it.
        pairs: Of blocks, which last `duration` s in all.
        rate: Messages per s that each is to receive, of so many bytes each, `size`.
    """

    connections: int
    share: float
    read: float
    pairs: int
    duration: float
    rate: float
    size: int
    swallows: int

    @property
    def slow(self) -> int:
        """How many are slow."""
        return round(self.connections * self.share)

    @property
    def block_s(self) -> float:
        """How long a block lasts."""
        return self.duration / (2 * self.pairs)

    @property
    def surplus(self) -> float:
        """Bytes per s that come and that a slow one does not read; below 0: it could read more."""
        return self.rate * (self.size + _HEAD) - self.read

    @property
    def pressed_s(self) -> float:
        """How long after it began to read slowly a target feels back-pressure; infinite: never."""
        return self.swallows / self.surplus if self.surplus > 0 else float("inf")


def readers_of(plan: Settings) -> Readers:
    """Return the slow readers of a plan.

    Raises:
        PlanError: what it says of them belongs to another kind of load.
    """
    if plan.rooms > 1:
        raise PlanError(f"--rooms {plan.rooms}: slow readers are measured in one room: leave it out")
    if plan.read > 0 and (plan.is_secure or plan.follow):
        raise PlanError(
            f"--read {plan.read:.0f}/s needs the bytes as they come, and TLS hides them: use a ws:// address without"
            " --follow, or --read 0"
        )
    return Readers(
        connections=plan.connections,
        share=plan.slow,
        read=plan.read,
        pairs=plan.pairs,
        duration=plan.duration,
        rate=plan.rate or 0.0,
        size=size_of(plan),
        swallows=SWALLOWED if plan.swallows is None else plan.swallows,
    )


def default_duration(pairs: Any) -> float:
    """Return how long so many pairs of blocks last where nothing else is said; of what is no number, as of one."""
    return 2 * _BLOCK_S * (pairs if isinstance(pairs, int) and pairs > 0 else 1)


def size_of(plan: Settings) -> int:
    """Return how many bytes a message has at least, as it is published."""
    if plan.size is not None:
        return plan.size
    template = speech_of(plan, "publish").message
    if plan.publish is not None:
        template = (plan.publish_body or "").encode()
    marks = template.count(MARKER)
    return len(template.replace(MARKER, b"")) + marks * MARKER_SIZE


def slow_ids(connections: int, slow: int) -> list[int]:
    """Return the connections, numbered from 1 in order of connecting, that are slow: spread evenly over it."""
    return [1 + (2 * place + 1) * connections // (2 * slow) for place in range(slow)]


def cohorts_of(connections: int, slow: int) -> dict[str, list[int]]:
    """Return whose figures are wanted apart: the slow, the healthy just behind and just before one, the others.

    Who is between two slow ones is behind.
    """
    all_slow = slow_ids(connections, slow)
    taken = set(all_slow)
    behind = [one + 1 for one in all_slow if one + 1 <= connections and one + 1 not in taken]
    taken |= set(behind)
    before = [one - 1 for one in all_slow if one > 1 and one - 1 not in taken]
    taken |= set(before)
    others = [one for one in range(1, connections + 1) if one not in taken]
    return {SLOW: all_slow, BEHIND: behind, BEFORE: before, OTHERS: others}


def blocks_of(pairs: int) -> list[bool]:
    """Return of each block in turn whether it is a slow one: C S, S C, C S and so on, so that no drift is in it."""
    return [
        is_slow for pair in range(pairs) for is_slow in ((False, True) if pair % 2 == 0 else (True, False))
    ]


def check_readers(readers: Readers) -> None:
    """Check that there are slow ones and healthy ones, and that a target can notice them.

    Raises:
        PlanError: there are not, or it can't.
    """
    if not 0 < readers.share < 1:
        raise PlanError(
            f"--slow {100 * readers.share:.3g}% must be a share above 0% and below 100%, such as 2%"
        )
    if readers.pairs < 1:
        raise PlanError(f"--pairs {readers.pairs} must be a whole number from 1 on")
    if not 0 <= readers.read < float("inf"):
        raise PlanError(f"--read {readers.read:g} must be 0 or a number of bytes per s, such as 10KiB/s")
    if readers.swallows < 0:
        raise PlanError(f"--swallows {readers.swallows} must be a size, 0 or more")
    _check_counts(readers)
    if readers.pressed_s >= readers.block_s:
        raise PlanError(_never_pressed(readers))
    if round(readers.rate * (readers.block_s - readers.pressed_s)) < 1:
        raise PlanError(
            f"--duration {readers.duration:g}s for --pairs {readers.pairs} leaves blocks of {readers.block_s:.3g} s,"
            f" in which no message is due once the target feels back-pressure: use -d"
            f" {ceil(2 * readers.pairs * (readers.pressed_s + 2 / readers.rate))}s, or fewer --pairs"
        )


def swallowed(readers: Readers) -> str:
    """Return in words how long it takes in a slow block until the target can notice."""
    return (
        f"the kernels between swallow {readers.swallows:,} bytes of each slow reader, so back-pressure begins"
        f" {readers.pressed_s:.3g} s into a slow block of {readers.block_s:.3g} s; the block counts from then on"
    )


def _check_counts(readers: Readers) -> None:
    connections, share = readers.connections, f"{100 * readers.share:.3g}%"
    if readers.slow < 1:
        least = ceil(100 / connections)
        mend = f"use --slow {least}%, or -c {ceil(1 / readers.share)}" if connections > 1 else "use -c 50"
        raise PlanError(f"--slow {share} of -c {connections} is nobody: {mend}")
    if readers.slow >= connections:
        raise PlanError(f"--slow {share} of -c {connections} leaves nobody healthy: use more connections")


def _never_pressed(readers: Readers) -> str:
    """Return why the target could never notice, and what to change so that half of each slow block counts."""
    coming, needed = readers.rate * (readers.size + _HEAD), 2 * readers.swallows / readers.block_s
    size = f"--size {-(-ceil((needed + readers.read) / readers.rate) // 1024) or 1}KiB"
    if readers.surplus <= 0:
        most = int(coming - needed)
        mend = f"use at most --read {most}/s, or {size}" if most > 0 else f"use {size}, or --read 0 with it"
        return (
            f"--read {readers.read:.0f}/s is no less than the {coming:,.0f} bytes per s that come, so there can be no"
            f" back-pressure: {mend}"
        )
    longer = ceil(round(4 * readers.pairs * readers.pressed_s, 6))
    return (
        f"--size {readers.size}: at {readers.rate:g}/s the kernels between swallow all for {readers.pressed_s:,.0f} s"
        f" ({readers.swallows:,} bytes for each slow reader) before there is any back-pressure, and a block lasts"
        f" {readers.block_s:.3g} s: use {size}, a higher --rate, -d {longer}s, or --swallows SIZE if they are known"
        " to take less"
    )
