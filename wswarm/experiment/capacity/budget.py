"""The time that a search may take, and whether what comes next fits into what is left of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from wswarm.drive.clock import now_ns
from wswarm.drive.host.lazy import psutil
from wswarm.errors import PlanError
from wswarm.units import NS_PER_S

_OVERHEAD_S = 2.5  # of a trial besides its hold, until one has been seen: agents, handshakes, warm-up, drain
_MARGIN = 1.2
_CLOSING_S, _CLOSING_SHARE = 5.0, 0.15  # to stop servers and write the report
_STARTING_S = 1.0  # of this process, and of a server that is quick
_CUT_S, _LEAST_PATIENCE_S = 1.0, 0.1
_WARMUP_S = 1.0  # unless it is given
_LONGER = 1.5  # than a budget that was over: less would make no difference
_OLD_S = 10.0  # a process that is older does something else besides

Trials = tuple[int, float]  # how many, and how long each is held, s


def begun_ns() -> int:
    """Return when this process was started, as its command's budget counts from there; of an old process, now."""
    age_s = datetime.now(UTC).timestamp() - psutil.Process().create_time()
    return now_ns() - (round(age_s * NS_PER_S) if 0 < age_s < _OLD_S else 0)


def seconds_left(length_s: float, began_ns: int) -> float:
    """Return how much is left of a budget that began then."""
    return length_s - (now_ns() - began_ns) / NS_PER_S


def _seconds_of(length_s: float, options: Mapping[str, Any]) -> float:
    """Return how long a trial takes, as far as that is known before one was made.

    Args:
        options: Of its plan.
    """
    around_s = float(options.get("warmup", _WARMUP_S)) + float(options.get("drain", 0.0)) + _CUT_S
    return length_s + max(_MARGIN * _OVERHEAD_S, around_s)


def check_length(length_s: float, enough: Sequence[Trials], options: Mapping[str, Any]) -> None:
    """Check that a budget has room for a trial.

    Args:
        enough: The trials that an answer needs, in order.
        options: Of their plans.

    Raises:
        PlanError: it has not.
    """
    one_s = _seconds_of(enough[0][1], options)
    enough_s = sum(count * _seconds_of(each_s, options) for count, each_s in enough)
    if not length_s > 0:
        raise PlanError(f"--budget {length_s:g}s must be a time above 0")
    if length_s < _with_start_and_end(one_s):
        raise PlanError(
            f"--budget {length_s:g}s is too short: one trial takes some {ceil(one_s)} s, besides start and end: use"
            f" --budget {_in_tens(_with_start_and_end(enough_s))}s"
        )


def _with_start_and_end(trials_s: float) -> float:
    begun_s = _STARTING_S + trials_s
    return min(begun_s + _CLOSING_S, begun_s / (1 - _CLOSING_SHARE))


def _in_tens(seconds: float) -> int:
    return 10 * ceil(seconds / 10)


def unanswered_in(length_s: float, how: str) -> str:
    """Return that the target never answered within a budget."""
    return f"--budget {length_s:g}s was over before the target answered: {how}"


class Budget:
    """A length of time that began a moment ago.

    Args:
        length_s: In all.
        began_ns: When it began.
        drain_s: How long a trial may go on after its hold.
    """

    def __init__(self, length_s: float, began_ns: int, drain_s: float) -> None:
        self.length_s, self._began_ns, self._drain_s = length_s, began_ns, drain_s
        self._overhead_s = _OVERHEAD_S
        self._has_seen = False

    @property
    def elapsed_s(self) -> float:
        """How much of it is over."""
        return (now_ns() - self._began_ns) / NS_PER_S

    @property
    def overhead_s(self) -> float:
        """How long a trial takes besides its hold, as far as has been seen."""
        return _MARGIN * self._overhead_s

    @property
    def left_s(self) -> float:
        """How much is left for trials."""
        closing_s = min(_CLOSING_S, _CLOSING_SHARE * self.length_s)
        return self.length_s - closing_s - self.elapsed_s

    def note(self, took_s: float, length_s: float) -> None:
        """Take in how long a trial took whose hold was so long."""
        overhead_s = took_s - length_s
        self._overhead_s = max(overhead_s, self._overhead_s) if self._has_seen else overhead_s
        self._has_seen = True

    def length_for(self, enough: Sequence[Trials]) -> int:
        """Return a longer budget, s, that has room for trials that take as long as those that were seen."""
        enough_s = sum(count * (length_s + self.overhead_s) for count, length_s in enough)
        return _in_tens(max(_with_start_and_end(enough_s), _LONGER * self.length_s))

    def has_room(self, trials: int, length_s: float) -> bool:
        """Return whether so many trials fit."""
        return trials * (length_s + self.overhead_s) <= self.left_s

    @property
    def patience_s(self) -> float:
        """How long a handshake may take that begins now: it is over when a trial has to end, if not before."""
        return max(_LEAST_PATIENCE_S, self.left_s - self._drain_s - _CUT_S / 2)

    def is_over(self) -> bool:
        """Return whether a trial that is under way has to end now."""
        return self.left_s < self._drain_s + _CUT_S
