"""How the connections that are there before the load are opened: no more at once than servers keep waiting."""

from collections.abc import Iterable

import numpy as np

from wswarm.drive.host.limits import AT_ONCE
from wswarm.load.plan import Plan
from wswarm.stats.findings import Findings, Int64s, Window, unpack
from wswarm.units import NS_PER_S

_NEARLY = 0.9
_LATE_S = 1.0
_SLOWER = 1.1


def at_once(agents: int) -> int:
    """Return how many handshakes one of so many agents has under way at most.

    What comes to a full queue is lost, and sent again by the kernel after 1 s, 2 s and so on, which would look like
    slow answers of the target's.
    """
    return max(1, AT_ONCE // agents)


def longest_s(plan: Plan) -> float:
    """Return how long a target that answers no handshake keeps the ramp going."""
    rounds = 1 + plan.sockets // AT_ONCE
    return plan.sockets / plan.connect_rate + rounds * plan.connect_timeout


def notices(plan: Plan, findings: Iterable[Findings], window: Window) -> list[str]:
    """Return that connecting took longer than asked for, if that was for the target's sake."""
    begun = [_before(one, window) for one in findings]
    last_ns = max((started.max() for started, _ in begun if len(started)), default=window.origin_ns)
    took_s, asked_s = (last_ns - window.origin_ns) / NS_PER_S, plan.sockets / plan.connect_rate
    most = _NEARLY * at_once(max(1, plan.processes or 1))
    is_full = any(_most_at_once(started, opened) >= most for started, opened in begun)
    is_ramp = plan.sessions is None  # else they come with their sessions
    if not is_ramp or not is_full or took_s < _SLOWER * asked_s + _LATE_S:
        return []
    return [
        f"connecting took {took_s:.3g} s instead of {asked_s:.3g} s: the target was slower than {plan.connect_rate:g}"
        f" handshakes per s, and no more than {AT_ONCE:,} are under way at once; handshake times say nothing of those"
        " that were not begun meanwhile"
    ]


def _before(found: Findings, window: Window) -> tuple[Int64s, Int64s]:
    """Return when the handshakes of the ramp began and when they were done, of connections that opened."""
    started, opened = unpack(found.sockets.started_ns), unpack(found.sockets.opened_ns)
    is_of_ramp = started < window.start_ns
    return started[is_of_ramp], opened[is_of_ramp]


def _most_at_once(started_ns: Int64s, opened_ns: Int64s) -> int:
    started, opened = np.sort(started_ns), np.sort(opened_ns)
    done = np.searchsorted(opened, started)
    return int((np.arange(1, len(started) + 1) - done).max(initial=0))
