"""What can be said of times between two machines, whose clocks are known only within an error."""

import msgspec

from wswarm.results.run import Broadcast, Distribution, Room, Run, Second

_TIMES = ("min", "mean", "max", "p50", "p90", "p95", "p99", "p99_9", "p99_99")
_DELIVERY = ("delivery_time", "first_delivery", "median_delivery", "completion_time", "spread")


def certain(run: Run, error_s: float) -> Run:
    """Return the run of a fan-out without the delivery times that are smaller than the error of the clocks."""
    fanout = run.fanout
    if fanout is not None:
        kept = {name: _distribution(getattr(fanout, name), error_s) for name in _DELIVERY}
        rows = [_broadcast(one, error_s) for one in fanout.per_broadcast]
        fanout = msgspec.structs.replace(fanout, per_broadcast=rows, **kept)
    rooms = run.rooms
    if rooms is not None:
        rooms = msgspec.structs.replace(rooms, worst=[_room(one, error_s) for one in rooms.worst])
    series = [_second(one, error_s) for one in run.series]
    return msgspec.structs.replace(run, fanout=fanout, rooms=rooms, series=series, clock_error=error_s)


def _distribution(one: Distribution, error_s: float) -> Distribution:
    known = {name: _beyond(getattr(one, name), error_s) for name in _TIMES}
    hdr = one.hdr if known["min"] is not None else None
    return msgspec.structs.replace(one, hdr=hdr, **known)


def _broadcast(one: Broadcast, error_s: float) -> Broadcast:
    known = {name: _beyond(getattr(one, name), error_s) for name in ("first", "median", "last")}
    return msgspec.structs.replace(one, **known)


def _second(one: Second, error_s: float) -> Second:
    known = {name: _beyond(getattr(one, name), error_s) for name in ("p50", "p90", "p99", "max")}
    return msgspec.structs.replace(one, **known)


def _room(one: Room, error_s: float) -> Room:
    known = {name: _beyond(getattr(one, name), error_s) for name in ("p50", "p99")}
    return msgspec.structs.replace(one, **known)


def _beyond(value_s: float | None, error_s: float) -> float | None:
    return value_s if value_s is not None and value_s >= error_s else None
