"""Figures as a person reads them; `None` is a dash, never a zero."""

import math

from wswarm.results.quoted import printable as printable

UNKNOWN = "–"
TOO_SMALL = "n too small"

_TIME_UNITS = ((1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))
_SIZE_UNITS = ((1.0, "B"), (1e3, "KB"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB"))


def seconds(value: float | None) -> str:
    """Return a time of `value` s with three significant digits: `312 µs`, `4.21 ms`, `1.20 s`."""
    return _scaled(value, _TIME_UNITS)


def percentile(value: float | None) -> str:
    """Return a percentile of `value` s; `None` means that the sample is too small for it."""
    return TOO_SMALL if value is None else seconds(value)


def size(value: float | None) -> str:
    """Return `value` bytes with three significant digits in decimal units: `14.2 KB` is 14,200 bytes."""
    if value is not None and abs(value) < 1e3 and float(value).is_integer():
        return f"{value:.0f} B"
    return _scaled(value, _SIZE_UNITS)


def count(value: int | None) -> str:
    """Return a count with thousands separators."""
    return UNKNOWN if value is None else f"{value:,}"


def number(value: float | None) -> str:
    """Return a number without unit, to four significant digits or as a whole number when it is one."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if float(value).is_integer() or abs(value) >= 1e4:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def rate(value: float | None) -> str:
    """Return `value` events per second: `10,000/s`, `0.5/s`."""
    shown = number(value)
    return shown if shown == UNKNOWN else f"{shown}/s"


def share(part: int, whole: int) -> str:
    """Return part of whole in percent; `100 %` and `0 %` only when exactly so; a dash when whole is 0."""
    if whole == 0:
        return UNKNOWN
    if part in (0, whole):
        return "100 %" if part else "0 %"
    percent = 100 * part / whole
    if percent < 0.01:
        return "< 0.01 %"
    if 99.99 < percent < 100:
        return "> 99.99 %"
    return f"{percent:.2f} %"


def duration(value: float | None) -> str:
    """Return a length of `value` s as one writes it in an option: `250 ms`, `10 s`, `1 min 30 s`, `2 h`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value < 60:
        return f"{value * 1000:.4g} ms" if 0 < value < 1 else f"{value:.4g} s"
    hours, rest = divmod(round(value), 3600)
    minutes, left = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (left, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)


def shortened(text: str, width: int) -> str:
    """Return `text` in at most `width` characters, its middle replaced by `…` when it is longer."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def plural(amount: int, noun: str) -> str:
    """Return the counted noun: `1 process`, `2 processes`, `1,000 connections`."""
    ending = "" if amount == 1 else "es" if noun.endswith("s") else "s"
    return f"{amount:,} {noun}{ending}"


def _scaled(value: float | None, units: tuple[tuple[float, str], ...]) -> str:
    """Return `value` in the largest unit that leaves it at 1 or more once rounded to three digits."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return f"0 {units[0][1]}"
    rounded = float(f"{value:.3g}")
    factor, unit = next(
        (step for step in reversed(units) if abs(rounded) >= step[0] * (1 - 1e-9)),
        units[0],
    )
    shown = three_digits(rounded / factor)
    return f"< 0.01 {unit}" if shown == "0.00" else f"{shown} {unit}"


def three_digits(value: float) -> str:
    """Return a number with three significant digits and no exponent: `0.12`, `4.21`, `1,230`."""
    magnitude = abs(value)
    if magnitude >= 99.95:
        return f"{value:,.0f}"
    if magnitude >= 9.995:
        return f"{value:.1f}"
    return f"{value:.2f}"
