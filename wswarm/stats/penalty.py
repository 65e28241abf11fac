"""What slow readers cost the healthy: blocks in which they read slowly against blocks in which they do not.

The connections are the same throughout, so a pair of blocks tells the readers' doing from all else; that the order in
a pair alternates (C S, S C, …) takes a drift out of it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import log
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.results.distribution import Distribution
from wswarm.results.penalty import Block as BlockTold
from wswarm.results.penalty import Penalty, Ratio
from wswarm.stats.compare.student import mean_interval
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Findings, Int64s, Window, unpack
from wswarm.stats.published import Published
from wswarm.stats.reach import Reach, put_together
from wswarm.stats.summary import arrivals_of, distribution, hold_log, of_values, sends_of
from wswarm.units import NS_PER_S

_MISPLACED = 0.1  # of those next to a slow one, more than which nothing is said of them
_SIDE = 0.025  # by which each bound of a 95 % interval is missed


class Block(NamedTuple):
    """A time in which the slow readers read slowly, or at full speed; CLOCK_MONOTONIC ns.

    Attributes:
        counts_from_ns: Broadcasts due from then on count: those before met no back-pressure yet.
        seen_ns: When the slow readers had read all that had come in it, and knew if they had been disconnected.
        memory_growth: Of the target, bytes; `None` if it is not known.
    """

    is_slow: bool
    began_ns: int
    counts_from_ns: int
    until_ns: int
    seen_ns: int
    memory_growth: int | None = None


class Cohorts(NamedTuple):
    """Names of cohorts: the slow readers, the healthy just behind and just before one, all that are healthy."""

    slow: str
    behind: str
    before: str
    healthy: Collection[str]


Pair = tuple[Block, Block]


class _Times(NamedTuple):
    """A time of each broadcast of the hold, `UNKNOWN` where it has none."""

    intended_ns: Int64s
    times_ns: Int64s

    def of(self, block: Block) -> Int64s:
        """Return those of a block."""
        is_in = (self.intended_ns >= block.counts_from_ns) & (self.intended_ns < block.until_ns)
        found: Int64s = self.times_ns[is_in & (self.times_ns != UNKNOWN)]
        return found

    def ratio(self, block: Block, other: "_Times", than: Block) -> float | None:
        """Return the logarithm of the median in a block over that of others in that or another; `None`: unknown."""
        own, theirs = self.of(block), other.of(than)
        if not len(own) or not len(theirs) or min(np.median(own), np.median(theirs)) <= 0:
            return None
        return log(np.median(own) / np.median(theirs))


def penalty_of(
    findings: Sequence[Findings], window: Window, blocks: Sequence[Block], cohorts: Cohorts, pressed_s: float
) -> Penalty:
    """Return what the slow readers cost.

    Args:
        blocks: In their order, each two of them a pair; those that the hold's end has cut do not count.
        pressed_s: How long after the start of a slow block there was back-pressure.
    """
    published = hold_log(sends_of(findings), window)
    slow, healthy = _of(findings, [cohorts.slow]), _of(findings, cohorts.healthy)
    closed_ns = _closed_ns(slow)
    whole = [one for one in blocks if one.until_ns <= window.drain_ns]
    pairs = list(zip(whole[::2], whole[1::2], strict=False))
    compared = _alike(pairs, closed_ns)
    completion = _completion(healthy, published)
    sides = [
        _Times(published.intended_ns, _reach(_of(findings, [one]), published).median_ns)
        for one in (cohorts.behind, cohorts.before)
    ]
    growths = [one.memory_growth for one in whole if one.is_slow and one.memory_growth is not None]
    ratio = _ratio(_effects(compared, completion))
    return Penalty(
        ratio=ratio.ratio,
        low=ratio.low,
        high=ratio.high,
        pairs=len(pairs),
        compared=len(compared),
        healthy=sum(one.sockets.requested for one in healthy),
        slow=sum(one.sockets.requested for one in slow),
        behind=_ratio(_behind(compared, *sides)),
        healthy_lost=sum(one.lost_disconnected + one.lost_silent for one in arrivals_of(healthy)),
        disconnected=dict(sum((Counter(one.sockets.closes) for one in slow), Counter[str]())),
        time_to_disconnect=_time_to_disconnect(closed_ns, blocks),
        pressed_after=pressed_s,
        memory_growth=sum(growths) / len(growths) if growths else None,
        blocks=[_row(one, window, completion.of(one), _connected(closed_ns, one.seen_ns)) for one in whole],
    )


def notices(penalty: Penalty | None, planned: int | None) -> list[str]:
    """Return what a reader has to know first of slow readers.

    Args:
        planned: How many pairs were to be held; `None`: as many as were, the run was interrupted.
    """
    if penalty is None:
        return []
    told = []
    if planned is not None and penalty.pairs < planned:
        is_lost = bool(penalty.blocks) and not penalty.blocks[-1].slow
        why = "no slow reader was left" if is_lost else "slow readers never caught up again"
        told.append(f"{penalty.pairs} of {planned} pairs of blocks were held: {why}")
    if penalty.compared and penalty.misplaced and penalty.behind.ratio is None:
        told.append(
            f"{penalty.misplaced} clients next to a slow one connected in another order than planned, so who is"
            " behind it is not known: lower --connect-rate"
        )
    if penalty.compared < penalty.pairs:
        told.append(
            f"{penalty.compared} of {penalty.pairs} pairs of blocks are compared: in the others slow readers were"
            " disconnected, and fewer of them cost less"
        )
    return told


def placed(penalty: Penalty, opened_ns: Mapping[int, int], slow: Sequence[int]) -> Penalty:
    """Return the penalty without what is said of those next to a slow one if they connected in another order.

    Args:
        opened_ns: When each connection opened, by its number. `slow`: the numbers of the slow ones.
    """
    sides = [(one, one + 1) for one in slow] + [(one - 1, one) for one in slow]
    known = [(opened_ns[one], opened_ns[other]) for one, other in sides if {one, other} <= opened_ns.keys()]
    misplaced = sum(one_ns > other_ns for one_ns, other_ns in known)
    behind = Ratio() if misplaced > _MISPLACED * len(known) else penalty.behind
    return msgspec.structs.replace(penalty, misplaced=misplaced, behind=behind)


def _of(findings: Sequence[Findings], names: Collection[str]) -> list[Findings]:
    return [one for one in findings if one.cohort in names and one.arrivals is not None]


def _reach(findings: Sequence[Findings], published: Published) -> Reach:
    return put_together([one.broadcasts for one in arrivals_of(findings)]).of(published.numbers)


def _completion(healthy: Sequence[Findings], published: Published) -> _Times:
    """Return the completion times of broadcasts among the healthy."""
    reach = _reach(healthy, published)
    is_complete = (reach.received > 0) & (reach.received == reach.owed)
    return _Times(published.intended_ns, np.where(is_complete, reach.last_ns, UNKNOWN))


def _closed_ns(slow: Sequence[Findings]) -> Int64s:
    """Return when each slow reader that had connected was lost."""
    return np.concatenate([np.zeros(0, np.int64), *(unpack(one.sockets.closed_ns) for one in slow)])


def _connected(closed_ns: Int64s, moment_ns: int) -> int:
    return int(np.count_nonzero(closed_ns > moment_ns))


def _alike(pairs: Sequence[Pair], closed_ns: Int64s) -> list[Pair]:
    """Return the pairs in which as many slow readers were connected all the time as in the first of these."""
    kept: list[Pair] = []
    wanted: set[int] = set()
    for pair in pairs:
        counts = {_connected(closed_ns, at) for one in pair for at in (one.began_ns, one.seen_ns)}
        if len(counts) == 1 and counts != {0} and counts == (wanted or counts):
            kept.append(pair)
            wanted = counts
    return kept


def _effects(pairs: Sequence[Pair], completion: _Times) -> Iterator[float]:
    """Yield per pair the logarithm of how many times as long a broadcast took in the slow block."""
    for pair in pairs:
        full, slow = sorted(pair, key=lambda one: one.is_slow)
        effect = completion.ratio(slow, completion, full)
        if effect is not None:
            yield effect


def _behind(pairs: Sequence[Pair], behind: _Times, before: _Times) -> Iterator[float]:
    """Yield per slow block the logarithm of how many times as long it took to those behind as to those before."""
    for pair in pairs:
        slow = max(pair, key=lambda one: one.is_slow)
        effect = behind.ratio(slow, before, slow)
        if effect is not None:
            yield effect


def _ratio(effects: Iterator[float]) -> Ratio:
    """Return the geometric mean of ratios that are given by their logarithms, and its 95 % interval."""
    found = mean_interval(list(effects), _SIDE)
    return Ratio() if found is None else Ratio(ratio=found.ratio, low=found.low, high=found.high)


def _time_to_disconnect(closed_ns: Int64s, blocks: Sequence[Block]) -> Distribution | None:
    """Return how long after the start of the slow block before that each was lost."""
    starts = [np.int64(one.began_ns) for one in blocks if one.is_slow]
    lost = [int(at) for at in closed_ns[closed_ns != STILL_OPEN]]
    times = [
        at - max(start for start in starts if start <= at)
        for at in lost
        if any(start <= at for start in starts)
    ]
    return distribution(of_values(np.array(times, np.int64))) if times else None


def _row(block: Block, window: Window, completed_ns: Int64s, slow: int) -> BlockTold:
    shown = distribution(of_values(completed_ns))
    return BlockTold(
        t=(block.began_ns - window.origin_ns) / NS_PER_S,
        until=(block.until_ns - window.origin_ns) / NS_PER_S,
        is_slow=block.is_slow,
        slow=slow,
        broadcasts=len(completed_ns),
        p50=float(np.median(completed_ns)) / NS_PER_S if len(completed_ns) else None,
        p99=shown.p99,
        max=shown.max,
        memory_growth=block.memory_growth,
    )
