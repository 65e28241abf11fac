"""When an agent folds what was captured, and settles what is due: in the gaps of its loop."""

from collections.abc import Sequence

from wswarm.drive.fold_clock import FoldClock
from wswarm.drive.group import Group


class Folding:
    """Folds and settles for all groups of an agent."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups, self._clock, self._is_settling = groups, FoldClock(), False

    def begin(self) -> None:
        """Begin anew with a load."""
        self._clock = FoldClock()

    def fold_in_time(self, lag_ns: int) -> None:
        """Fold what was captured when the loop is idle, or when there is much of it; settle what is due."""
        waiting = sum(len(group.swarm.capture) for group in self._groups)
        if self._clock.is_time(waiting, lag_ns):
            for group in self._groups:
                group.fold()
                group.tick()
            self._is_settling = True
        if self._is_settling:
            leaves_some = [group.settle_some() for group in self._groups]
            self._is_settling = any(leaves_some)
