"""How often each step of the sessions was answered or failed, and how long the answers took."""

from collections import Counter

import numpy as np

from wswarm.stats.bins import Bins
from wswarm.stats.drops import OTHER
from wswarm.stats.findings import STILL_OPEN, Int64s
from wswarm.stats.histogram import Histogram
from wswarm.stats.per_second import PerSecond
from wswarm.stats.scripted import StepFound
from wswarm.units import NS_PER_S

KEPT = 100  # different names; what comes after them is one step: each has a histogram of 200 KB


class Steps:
    """All steps of one agent's sessions.

    Attributes:
        log: Place of the step, time and moment of each answer, one after another: extended by who hears it.
        all_times: Histogram of the times of all steps.
        answered: How many answers there were from the hold's beginning on, as far as folded.
        by_second: Times by the second in which the answers came. `per_second`: how many.
    """

    def __init__(self) -> None:
        self.log: list[int] = []
        self.all_times = Histogram()
        self.answered = 0
        self.by_second, self.per_second = Bins(), PerSecond()
        self._places: dict[str, int] = {}
        self._times: list[Histogram] = []
        self._failed: list[int] = []
        self._cut: Counter[int] = Counter()

    def place_of(self, name: str) -> int:
        """Return the place of the step of that name."""
        place = self._places.get(name)
        if place is None:
            if len(self._places) >= KEPT and name != OTHER:
                return self.place_of(OTHER)
            place = self._places[name] = len(self._times)
            self._times.append(Histogram())
            self._failed.append(0)
        return place

    def fail(self, place: int) -> None:
        """Count a step that was not answered."""
        self._failed[place] += 1

    def cut(self, place: int) -> None:
        """Count a step that had no answer when the run ended."""
        self.fail(place)
        self._cut[place] += 1

    @property
    def unanswered(self) -> dict[str, int]:
        """Steps that had no answer when the run ended, by name."""
        return {name: self._cut[place] for name, place in self._places.items() if self._cut[place]}

    def fold(self, origin_ns: int, hold_ns: int = STILL_OPEN) -> None:
        """Add what was logged since the last time to the figures.

        Args:
            origin_ns: When the seconds begin to count. `hold_ns`: when the hold begins, if that is known.
        """
        if not self.log:
            return
        places, times_ns, moments_ns = np.array(self.log, np.int64).reshape(-1, 3).T
        self.log.clear()  # the list itself is known to who extends it
        for place in np.unique(places).tolist():
            self._times[place].record(times_ns[places == place])
        self.all_times.record(times_ns)
        self.answered += int(np.count_nonzero(moments_ns >= hold_ns))
        seconds: Int64s = np.maximum(moments_ns - origin_ns, 0) // NS_PER_S
        self.by_second.record(seconds, times_ns)
        self.per_second.add(seconds)

    def found(self) -> dict[str, StepFound]:
        """Return each step by its name, as far as folded."""
        return {
            name: StepFound(
                count=self._times[place].n + self._failed[place],
                failed=self._failed[place],
                times=self._times[place].pack(),
            )
            for name, place in self._places.items()
            if self._times[place].n or self._failed[place]
        }
