"""Connections that were lost after they had opened: how many, why, when, and whether the target failed by that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats.findings import STILL_OPEN, Findings, Int64s, Sockets, Window, unpack
from wswarm.stats.published import read_log
from wswarm.units import NS_PER_S

Bools = npt.NDArray[np.bool_]

GROUPS_TOLD = 5
LABEL_TOLD = 100  # characters of a reason
OTHER = "other"
OURS = "ended by us"

CLOSE_MEANINGS = {
    "1000": "normal",
    "1001": "going away",
    "1005": "no code",
    "1006": "no close frame",
    "1008": "policy",
    "1009": "too big",
    "1011": "server error",
    "1012": "restart",
    "1013": "try again later",
}

_UNEXPLAINED = {"1000", "1001", "1005", "1006"}  # what is left of a connection that something between has cut
_IDLE_LEAST_S = 0.5
_KEEPS = {  # whoever says goodbye may know the protocol, and want a message of it
    True: "keeps them alive",
    False: "may keep them alive, unless a message of the protocol is waited for, such as a heartbeat",
}
_ALIKE = 0.1


class Group(NamedTuple):
    """Connections that ended alike; times in s, one per connection.

    Attributes:
        label: Close code and reason, as in `close_reasons`.
        open_s: How long each had been open. `idle_s`: how long it was silent before it ended.
        at_s: When it ended, since the run began.
    """

    label: str
    open_s: Sequence[float]
    idle_s: Sequence[float]
    at_s: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drops:
    """The lost connections of a run.

    Attributes:
        opened: Connections that ever opened.
        groups: Alike ones, the most frequent first.
        in_time: How many were lost before the hold's end.
        emptied: Of whom all were lost before the hold's end: `publishers`, `subscribers`.
    """

    opened: int
    groups: tuple[Group, ...] = ()
    in_time: int = 0
    emptied: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many were lost."""
        return sum(len(group.open_s) for group in self.groups)

    @property
    def are_ours(self) -> bool:
        """Whether we ended all of them, because of what the target sent."""
        return all(group.label.startswith(OURS) for group in self.groups)


def drops_of(findings: Sequence[Findings], window: Window) -> Drops:
    """Return the lost connections; what comes after the hold's end is in the groups, but not `in_time`."""
    published_ns = _published_ns(findings)
    found: dict[str, list[tuple[Int64s, ...]]] = {}
    in_time, opened, roles = 0, 0, {"publishers": [0, 0], "subscribers": [0, 0]}
    for one in findings:
        opened_ns, closed_ns = unpack(one.sockets.opened_ns), unpack(one.sockets.closed_ns)
        is_lost = closed_ns != STILL_OPEN
        early = int(np.count_nonzero(closed_ns < window.drain_ns))
        in_time, opened = in_time + early, opened + len(opened_ns)
        role = roles["publishers" if one.is_publisher else "subscribers"]
        role[0], role[1] = role[0] + len(opened_ns), role[1] + early
        spoke_ns = _spoke_ns(one, published_ns)
        for label, mask in _by_label(one.sockets, is_lost):
            since = (opened_ns, spoke_ns, np.full(len(opened_ns), window.origin_ns))
            found.setdefault(label, []).append(tuple((closed_ns - one_ns)[mask] for one_ns in since))
    groups = [
        Group(label, *(_seconds(np.concatenate(column)) for column in zip(*parts, strict=True)))
        for label, parts in found.items()
    ]
    return Drops(
        opened=opened,
        groups=tuple(sorted(groups, key=lambda group: (group.label == OTHER, -len(group.open_s)))),
        in_time=in_time,
        emptied=tuple(name for name, (had, lost) in roles.items() if had and had == lost),
    )


def ending_counts(sockets: Sockets) -> dict[str, int]:
    """Return how many connections of one agent were lost, by code and reason."""
    is_lost = unpack(sockets.closed_ns) != STILL_OPEN
    return {label: len(rows) for label, rows in _by_label(sockets, is_lost)}


def close_reasons(drops: Drops) -> dict[str, int]:
    """Return how many connections ended for each code and reason."""
    return {group.label: len(group.open_s) for group in drops.groups}


def notices(drops: Drops, *, is_pinged: bool = False) -> list[str]:
    """Return what a reader has to know first: how many connections were lost, why and when.

    Args:
        is_pinged: Whether the connections were never silent, because we pinged them.
    """
    theirs = [group for group in drops.groups if not group.label.startswith(OURS)]
    ours = [group for group in drops.groups if group.label.startswith(OURS)]
    told = []
    if theirs:
        told.append(f"the target closed {_of(theirs, drops)}: {listed(theirs)}")
    if ours:
        told.append(f"{_of(ours, drops)} had to be ended because of what the target sent: {listed(ours)}")
    return [*told, *([] if is_pinged else _guesses(theirs))]


def failure(drops: Drops, *, is_nothing_measured: bool) -> str | None:
    """Return how the target failed by hanging up before the hold's end; `None` if it did not."""
    if not drops.in_time:
        return None
    if 2 * drops.in_time >= drops.opened:
        what = "sent what it may not on" if drops.are_ours else "closed"
        return f"it {what} {drops.in_time:,} of {drops.opened:,} connections before the hold's end"
    if "publishers" in drops.emptied or (drops.emptied and is_nothing_measured):
        return f"it closed all {drops.emptied[0]} before the hold's end"
    return None


def after(times_s: Sequence[float]) -> str:
    """Return `0.9 s`, or `0.2 s to 3.1 s` where the times differ by more than a tenth."""
    low, high = min(times_s), max(times_s)
    if high - low <= max(_ALIKE * high, 0.05) or _time(low) == _time(high):
        return _time(float(np.median(times_s)))
    return f"{_time(low)} to {_time(high)}"


def _by_label(sockets: Sockets, is_lost: Bools) -> list[tuple[str, Int64s]]:
    ending = unpack(sockets.ending) if sockets.ending else np.full(len(is_lost), -1, np.int64)
    labels = dict(enumerate(sockets.endings))
    found = [(label, np.flatnonzero(is_lost & (ending == number))) for number, label in labels.items()]
    found.append((OTHER, np.flatnonzero(is_lost & ((ending < 0) | (ending >= len(labels))))))
    return [(label, rows) for label, rows in found if len(rows)]


def _published_ns(findings: Sequence[Findings]) -> dict[int, Int64s]:
    """Return when broadcasts were sent to each room, ascending."""
    logs = [read_log(one.sends.log) for one in findings if one.sends is not None]
    sent_ns = np.concatenate([np.zeros(0, np.int64), *(log.sent_ns for log in logs)])
    rooms = np.concatenate([np.zeros(0, np.int64), *(log.rooms for log in logs)])
    return {room: np.sort(sent_ns[places]) for room, places in _by_room(rooms)}


def _by_room(rooms: Int64s) -> list[tuple[int, Int64s]]:
    """Return each room with the places of its own."""
    order = np.argsort(rooms, kind="stable")
    found, starts = np.unique(rooms[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:])[: len(found)], strict=True))


def _spoke_ns(one: Findings, published_ns: dict[int, Int64s]) -> Int64s:
    """Return per opened connection when something was last said on it, as far as that is known."""
    opened_ns, closed_ns = unpack(one.sockets.opened_ns), unpack(one.sockets.closed_ns)
    spoke_ns = np.maximum(opened_ns, unpack(one.sockets.spoke_ns)) if one.sockets.spoke_ns else opened_ns
    if one.sends is not None:
        return spoke_ns
    rooms = unpack(one.sockets.rooms) if one.sockets.rooms else np.zeros(len(opened_ns), np.int64)
    heard_ns = opened_ns.copy()
    for room, own in _by_room(rooms):
        sent_ns = published_ns.get(room)
        if sent_ns is not None:
            before = np.searchsorted(sent_ns, closed_ns[own]) - 1
            heard_ns[own] = np.where(before >= 0, sent_ns[np.maximum(before, 0)], opened_ns[own])
    return np.maximum(spoke_ns, heard_ns)


def _guesses(groups: Sequence[Group]) -> list[str]:
    """Return that something between may cut what is silent, if those that nobody explains had been so for as long.

    And did not end together: then a target died, and how long each had been silent is chance.
    """
    silent = [group for group in groups if group.label in _UNEXPLAINED and len(group.idle_s) > 1]
    for group in silent:
        low, high = min(group.idle_s), max(group.idle_s)
        is_alike = high - low <= min(_ALIKE * high, (max(group.at_s) - min(group.at_s)) / 2)
        if low >= _IDLE_LEAST_S and is_alike:
            wait = _time(float(np.median(group.idle_s)))
            return [
                f"each of those with {group.label} ended {wait} after the last word on it: the target, or a"
                f" proxy or load balancer before it, may cut what is silent for {wait}; --ping {_half(low)}"
                f" {_KEEPS[group.label == '1006']}"
            ]
    return []


def _of(groups: Sequence[Group], drops: Drops) -> str:
    count = sum(len(group.open_s) for group in groups)
    return f"{count:,} of {drops.opened:,} connection{'' if drops.opened == 1 else 's'}"


def listed(groups: Sequence[Group]) -> str:
    """Return why and when the connections ended, group by group."""
    if len(groups) == 1:
        return f"{_explained(groups[0].label)}, after {after(groups[0].open_s)}"
    told = [f"{len(one.open_s):,} × {_explained(one.label)} after {after(one.open_s)}" for one in groups]
    rest = sum(len(one.open_s) for one in groups[GROUPS_TOLD:])
    return ", ".join(told[:GROUPS_TOLD]) + (f" and {rest:,} for other reasons" if rest else "")


def _explained(label: str) -> str:
    if label == OTHER:
        return "other reasons"
    if len(label) > LABEL_TOLD:
        return f"{label[: LABEL_TOLD - 1]}…"
    return f"{label} ({CLOSE_MEANINGS[label]})" if label in CLOSE_MEANINGS else label


def _seconds(times_ns: Int64s) -> list[float]:
    return list((times_ns / NS_PER_S).tolist())


def _time(value_s: float) -> str:
    if value_s < 0.1:
        return f"{1_000 * value_s:.2g} ms"
    return f"{value_s:.1f} s" if value_s < 100 else f"{value_s:,.0f} s"


def _half(value_s: float) -> str:
    return f"{value_s / 2:.2g}s"
