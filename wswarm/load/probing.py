"""The quiet probe: whether a load has one, where its sockets stand among the others, and how often it speaks."""

from typing import Protocol

from wswarm.errors import PlanError
from wswarm.load.manner import Manner

LEAST_CONNECTIONS = 100  # from here on `auto` is on
SCENARIOS = ("echo", "fanout")
MOST_SOCKETS = 16
SHARE = 0.01  # of the load, at most: what a probe sends

_EACH = 50  # connections beside each of its sockets: 2 % more of them
_LEAST_SOCKETS = 2
_MOST_SAMPLES = 3_000


class Probed(Protocol):
    """What of a plan the probe depends on."""

    @property
    def scenario(self) -> str: ...
    @property
    def connections(self) -> int: ...
    @property
    def probe(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    @property
    def rate(self) -> float | None: ...


def check_probe(plan: Probed) -> None:
    """Check that a probe that is asked for has something to be held against.

    Raises:
        PlanError: it has not.
    """
    if plan.probe == "on" and plan.scenario not in SCENARIOS:
        raise PlanError(f"--probe on is for echo and fanout: leave it out of {plan.scenario}")


def is_wanted(plan: Probed) -> bool:
    """Return whether the plan has a probe, or says at least why it can't have one."""
    is_asked = plan.probe == "on" or (plan.probe == "auto" and plan.connections >= LEAST_CONNECTIONS)
    return is_asked and plan.scenario in SCENARIOS


def why_not(plan: Probed, manner: Manner) -> str | None:
    """Return why a probe could say nothing of the plan, as a clause; `None` if it can."""
    if manner.is_secure:
        return "the kernel can't say when a message came that is encrypted"
    if manner.deflate:
        return "it does not read compressed messages"
    if manner.is_numeric:
        return "it does not know messages by numbers"
    if plan.scenario == "echo" and plan.closed and plan.rate is None:
        return "how many messages are few beside a load without a --rate nobody knows beforehand"
    return None


def places(connections: int) -> list[int]:
    """Return after which connections, numbered from 1 in the order of connecting, its sockets are opened.

    They stand at even distances: one beside 50 connections, at least two and at most 16.
    """
    count = min(connections, max(_LEAST_SOCKETS, min(MOST_SOCKETS, connections // _EACH)))
    return [max(1, round((place + 0.5) * connections / count)) for place in range(count)]


def ids(numbers: list[int], last_id: int, rooms: int) -> list[int]:
    """Return the ids of its sockets: beyond all others, and each in the room of the connection before it."""
    taken: list[int] = []
    for number in numbers:
        own = last_id + 1 + (number - last_id - 1) % rooms
        while own in taken:
            own += rooms
        taken.append(own)
    return taken


def neighbours(number: int, connections: int, rooms: int) -> tuple[int, ...]:
    """Return the connections next to a socket that is opened after one: that, and the next in the same room."""
    return (number, number + rooms) if number + rooms <= connections else (number,)


def samples(offered: int) -> int:
    """Return how many messages it sends beside so many of the load."""
    return min(_MOST_SAMPLES, int(offered * SHARE))
