"""How rate and p99 went, in two lines of small bars on a terminal."""

from collections import deque
from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.results.progress import Progress
from wswarm.stats.histogram import Histogram, newer
from wswarm.units import NS_PER_S

_BARS = "▁▂▃▄▅▆▇█"
_SHOWN = 40  # seconds: with their names and figures they fit into 60 columns


class Course:
    """Takes down once a second the rate and the p99 of what was due since the last time."""

    def __init__(self) -> None:
        self._rates: deque[float | None] = deque(maxlen=_SHOWN)
        self._p99s: deque[float | None] = deque(maxlen=_SHOWN)
        self._times = Histogram()
        self._second = 0

    def add(self, progress: Progress) -> None:
        """Take note of how it stands, unless that was done in this second."""
        if progress.elapsed_s < self._second + 1:
            return
        self._second = int(progress.elapsed_s)
        self._rates.append(progress.rate)
        self._times, lately = newer(progress.times, self._times)
        p99_ns = lately.percentile_ns(99)
        self._p99s.append(None if p99_ns is None else p99_ns / NS_PER_S)

    def lines(self) -> list[str]:
        """Return a line each of what is known, with its latest value."""
        courses = (("rate", self._rates, show.rate), ("p99", self._p99s, show.seconds))
        return [
            f"{name:<5} {sparkline(list(values))} {written(values[-1])}"
            for name, values, written in courses
            if any(value is not None for value in values)
        ]


def sparkline(values: Sequence[float | None]) -> str:
    """Return a character per value, as high as it is beside the greatest; a space where it is unknown."""
    greatest = max((value for value in values if value is not None), default=0.0)
    return "".join(" " if value is None else _bar(value, greatest) for value in values)


def _bar(value: float, greatest: float) -> str:
    if greatest <= 0:
        return _BARS[0]
    return _BARS[min(len(_BARS) - 1, int(value / greatest * len(_BARS)))]
