"""Settings of loads that change while they last; what each may be is checked in a file of its own."""

from collections.abc import Iterable
from typing import Literal

from wswarm.errors import PlanError
from wswarm.load.manner import Manner

_OF = {
    **dict.fromkeys(("drop", "how", "reconnect", "before", "after", "patience", "signal"), "storm"),
    **dict.fromkeys(("slow", "read", "pairs", "swallows"), "slow"),
    **dict.fromkeys(("stay", "stay_law"), "churn"),
}

DEFAULT_PAIRS = 6


def is_of(setting: str, scenario: str) -> bool:
    """Return whether a setting means something in a scenario."""
    return _OF.get(setting, scenario) == scenario


def check_belong(settings: Iterable[str], scenario: str) -> None:
    """Check that all of these settings mean something in a scenario.

    Raises:
        PlanError: one does not.
    """
    for name in settings:
        if not is_of(name, scenario):
            option = name.replace("_", "-")
            raise PlanError(f"--{option} belongs to {_OF[name]}: leave it out of {scenario}")


class Changing(Manner, frozen=True, kw_only=True):
    """Settings of loads that change; times in s, sizes in bytes.

    Attributes:
        stages: Of so many s each, at whose end the rate (or, in `connect`, the number of connections) is so much,
            reached linearly from the one before; the first begins at 0. They take the place of `rate` and `duration`.
        probe: Whether a process of its own takes the times of a few sockets beside; `auto`: from 100 connections on.
        trends: Whether trends are looked for in runs of less than 10 minutes, too.
        drop: Storm: the share of connections that are dropped, `how`, and by which policy they `reconnect`; `before`
            and `after`: how long the load lasts around it, `patience`: until who is not back is given up. `signal`:
            what a target that is restarted is sent.
        slow: Slow: the share of subscribers that `read` at most so many bytes per s. `pairs`: of blocks with and
            without. `swallows`: bytes that the kernels take for each before the target notices; `None`: as measured
            on loopback.
        stay: Churn: how long a session lasts on the average, by which law.
    """

    stages: tuple[tuple[float, float], ...] = ()
    probe: Literal["auto", "on", "off"] = "auto"
    trends: bool = False
    drop: float = 0.5
    how: Literal["reset", "close", "silent", "restart"] = "reset"
    reconnect: str = "full:1s,30s"
    before: float = 10.0
    after: float = 10.0
    patience: float = 60.0
    signal: Literal["TERM", "KILL"] = "TERM"
    slow: float = 0.02
    read: float = 0.0
    pairs: int = DEFAULT_PAIRS
    swallows: int | None = None
    stay: float = 20.0
    stay_law: Literal["exponential", "lognormal", "fixed"] = "exponential"
