"""What people write on a command line, as numbers: durations, counts, rates, sizes."""

import re
from collections.abc import Callable

from wswarm.errors import PlanError

NS_PER_S = 1_000_000_000

_SECONDS = {"us": 1e-6, "µs": 1e-6, "\u03bcs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_BYTES = {
    "": 1,
    "b": 1,
    "k": 1_000,
    "kb": 1_000,
    "kib": 1_024,
    "m": 1_000_000,
    "mb": 1_000_000,
    "mib": 1_048_576,
}
_PERIODS = {"": 1.0, "/s": 1.0, "/m": 60.0, "/h": 3600.0}

_NUMBER = r"[0-9]{1,18}(?:\.[0-9]{1,18})?"
_DURATION_PART = re.compile(rf"({_NUMBER})(us|[µ\u03bc]s|ms|s|m|h)")
_DURATION = re.compile(rf"(?:{_NUMBER}(?:us|[µ\u03bc]s|ms|s|m|h))+")
_COUNT = re.compile(rf"({_NUMBER})([kmg]?)", re.IGNORECASE | re.ASCII)
_RATE = re.compile(rf"({_NUMBER})([km]?)(/[smh])?", re.IGNORECASE | re.ASCII)
_SIZE = re.compile(rf"({_NUMBER})({'|'.join(_BYTES)})", re.IGNORECASE | re.ASCII)


def parse_duration(text: str) -> float:
    """Return seconds for `250ms`, `10s`, `1m30s` or a plain number of seconds.

    Raises:
        PlanError: the text is none of these.
    """
    if re.fullmatch(_NUMBER, text):
        return float(text)
    if not _DURATION.fullmatch(text):
        raise PlanError(f"{text!r} is not a duration: write 250ms, 10s or 1m30s")
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text))


def parse_count(text: str) -> int:
    """Return a whole number for `1000`, `10k` or `1m`.

    Raises:
        PlanError: the text is not a count, or not a whole one.
    """
    match = _COUNT.fullmatch(text)
    value = _whole(match[1], _MULTIPLES[match[2].lower()]) if match else None
    if value is None:
        raise PlanError(f"{text!r} is not a count: write 1000, 10k or 1m")
    return value


def parse_share(text: str) -> float:
    """Return a share of 1 for `2%` or `0.5 %`.

    Raises:
        PlanError: the text is not a number with a percent sign, from 0 to 100.
    """
    match = re.fullmatch(rf"({_NUMBER})\s?%", text)
    if match is None or float(match[1]) > 100:
        raise PlanError(f"{text!r} is not a share: write 2% or 50%")
    return float(match[1]) / 100


def parse_rate(text: str) -> float:
    """Return events per second for `500`, `500/s`, `2k/s` or `30/m`.

    Raises:
        PlanError: the text is not a rate.
    """
    match = _RATE.fullmatch(text)
    if not match:
        raise PlanError(f"{text!r} is not a rate: write 500/s, 2k/s or 30/m")
    return float(match[1]) * _MULTIPLES[match[2].lower()] / _PERIODS[(match[3] or "").lower()]


def parse_size(text: str) -> int:
    """Return bytes for `512`, `16k` (16,000) or `64KiB` (65,536).

    Raises:
        PlanError: the text is not a size, or not of whole bytes.
    """
    match = _SIZE.fullmatch(text)
    value = _whole(match[1], _BYTES[match[2].lower()]) if match else None
    if value is None:
        raise PlanError(f"{text!r} is not a size: write 512, 16k or 64KiB")
    return value


def parse_stages(text: str, parse_value: Callable[[str], float]) -> tuple[tuple[float, float], ...]:
    """Return the stages of `30s:1k/s,10s:0/s`: how long each is, in s, and what is reached by its end.

    Args:
        parse_value: `parse_rate` or `parse_count`.

    Raises:
        PlanError: a stage has no time or no value, or one that can't be.
    """
    value = "1k/s" if parse_value is parse_rate else "1k"
    found = []
    for stage in text.split(","):
        time, colon, reached = (part.strip() for part in stage.partition(":"))
        if not colon and (not time or "/" in time):
            raise PlanError(f"stage {stage.strip()!r} of {text!r} has no time: write 30s:{time or value}")
        if not time:
            raise PlanError(f"stage {stage.strip()!r} of {text!r} has no time: write 30s:{reached or value}")
        if not reached:
            raise PlanError(
                f"stage {stage.strip()!r} of {text!r} says nothing to reach: write {time}:{value}"
            )
        found.append((parse_duration(time), parse_value(reached)))
    return tuple(found)


def _whole(number: str, multiple: int) -> int | None:
    """Return the multiple of a decimal number, exactly; `None` if it is not whole."""
    whole, _, part = number.partition(".")
    value, rest = divmod(int(whole + part) * multiple, 10 ** len(part))
    return value if rest == 0 else None
