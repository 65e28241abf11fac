"""Which rooms fared worst, from what all agents found out together."""

from collections.abc import Sequence

import numpy as np

from wswarm.results.rooms import Room, Rooms
from wswarm.stats.findings import UNKNOWN, Arrivals, Findings, Int64s, Window, unpack
from wswarm.stats.histogram import values_needed
from wswarm.stats.reach import RoomReach, reach_by_room
from wswarm.stats.summary import arrivals_of, hold_log, seconds, sends_of

ROOMS_TOLD = 10


def rooms(findings: Sequence[Findings], window: Window, count: int) -> Rooms:
    """Return how the broadcasts of the hold fared in so many rooms."""
    arrivals = arrivals_of(findings)
    numbers, _, _ = hold_log(sends_of(findings), window)
    reach = reach_by_room([one.broadcasts for one in arrivals], numbers, count)
    extra, p50_ns, p99_ns = _extra(arrivals, count), _carried(reach, 50), _carried(reach, 99)
    order = np.lexsort((-p99_ns, -extra, reach.received - reach.owed))
    worst = []
    for room in order[:ROOMS_TOLD].tolist():
        owed, received = int(reach.owed[room]), int(reach.received[room])
        worst.append(
            Room(
                room=str(room),
                owed=owed,
                received=received,
                lost=owed - received,
                extra=int(extra[room]),
                p50=_known(p50_ns[room]),
                p99=_known(p99_ns[room]),
            )
        )
    return Rooms(rooms=count, worst=worst)


def _extra(arrivals: Sequence[Arrivals], count: int) -> Int64s:
    extra: Int64s = np.zeros(count, np.int64)
    for one in arrivals:
        extra += unpack(one.extra_of_room)
    return extra


def _carried(reach: RoomReach, percent: int) -> Int64s:
    """Return a percentile by room, `UNKNOWN` where the deliveries are too few to carry it."""
    has_enough = reach.received >= values_needed(percent)
    return np.where(has_enough, reach.p50_ns if percent == 50 else reach.p99_ns, UNKNOWN)


def _known(time_ns: np.int64) -> float | None:
    return None if time_ns == UNKNOWN else seconds(int(time_ns))
