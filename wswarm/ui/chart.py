"""A chart as it is handed to the page, which draws it for its width: scales with their ticks, series, marks."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from math import ceil, floor, isfinite, log10
from typing import Literal

import msgspec

TICKS, MOST_DECADES = 5, 8
LOG_FROM = 20.0  # greatest over least value from which on a scale is logarithmic
_DAY_S = 86_400


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """One axis.

    Attributes:
        ticks: Places on it, each with its words.
    """

    label: str
    low: float
    high: float
    is_log: bool = False
    ticks: list[tuple[float, str]]


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One value.

    Attributes:
        words: What is said of it when it is pointed at. `link`: where it leads, if anywhere.
        is_doubtful: Whether its run was no valid measurement.
    """

    x: float
    y: float
    words: str
    link: str = ""
    is_doubtful: bool = False


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Points of one colour; `points` stand alone, a `line` goes through them, a `step` keeps each value."""

    name: str
    look: Literal["points", "line", "step"]
    points: list[Point]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that stands above the chart."""

    x: float
    sign: str
    outcome: str
    words: str
    link: str = ""


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """One chart."""

    title: str
    x: Scale
    y: Scale
    series: list[Series]
    marks: list[Mark] = []


def scale(
    label: str, values: Iterable[float], told: Callable[[float], str], *, is_zero_shown: bool = False
) -> Scale:
    """Return a scale that holds the values; logarithmic where they are far apart.

    Args:
        told: How a value is written.
        is_zero_shown: Whether it begins at 0 if it can.
    """
    known = [value for value in values if isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if low > 0 and high > LOG_FROM * low:
        return _logarithmic(label, low, high, told)
    if is_zero_shown and low >= 0:
        low = 0.0
    if high <= low:
        low, high = (low - abs(low) * 0.5, high + abs(high) * 0.5) if low else (0.0, 1.0)
    step = _step((high - low) / TICKS)
    low, high = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    places = [low + number * step for number in range(round((high - low) / step) + 1)]
    return Scale(label=label, low=low, high=high, ticks=[(place, told(place)) for place in places])


def dates(label: str, moments_s: Iterable[float]) -> Scale:
    """Return a scale of time: moments in s since 1970, told as days, or as hours of a day."""
    known = [*moments_s] or [0.0]
    low, high = min(known), max(known)
    rim = max((high - low) * 0.03, 30.0)
    low, high = low - rim, high + rim
    places = [low + (high - low) * (number + 0.5) / TICKS for number in range(TICKS)]
    form = "%Y-%m-%d" if high - low > TICKS * _DAY_S else "%m-%d %H:%M"
    ticks = [(place, f"{datetime.fromtimestamp(place, UTC):{form}}") for place in places]
    return Scale(label=label, low=low, high=high, ticks=ticks)


def places(label: str, names: Sequence[str]) -> Scale:
    """Return a scale of things one after another: the first at 0."""
    every = ceil(len(names) / (2 * TICKS)) or 1
    ticks = [(float(place), name) for place, name in enumerate(names) if place % every == 0]
    return Scale(label=label, low=-0.5, high=max(len(names), 1) - 0.5, ticks=ticks)


def percentiles(most: int) -> Scale:
    """Return the scale of percentiles of so many values: x = log10(1 / (1 - p)), a step per nine."""
    high = max(log10(max(most, 1)), 1.0)
    shares = [(0.0, "0"), (log10(2), "50"), (1.0, "90"), (2.0, "99"), (3.0, "99.9"), (4.0, "99.99")]
    shares += [(5.0, "99.999"), (6.0, "99.9999")]
    ticks = [(place, name) for place, name in shares if place <= high + 1e-9]
    return Scale(label="percentile", low=0.0, high=high, ticks=ticks)


def _logarithmic(label: str, low: float, high: float, told: Callable[[float], str]) -> Scale:
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    decades = decades[:: -(-len(decades) // MOST_DECADES)]
    factors = (1, 2, 5) if len(decades) <= TICKS - 2 else (1,)
    places = [factor * 10.0**decade for decade in decades for factor in factors]
    ticks = [(place, told(place)) for place in places if low / 1.1 <= place <= high * 1.1]
    return Scale(label=label, low=low / 1.1, high=high * 1.1, is_log=True, ticks=ticks)


def _step(rough: float) -> float:
    """Return the least of 1, 2 or 5 times a power of ten that is not below."""
    power = 10.0 ** floor(log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
