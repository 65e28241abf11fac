"""Figures in the forms that other tools keep and chart: github-action-benchmark's and bencher's."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from wswarm.report.ab import effects
from wswarm.results.capacity import Search
from wswarm.results.run import Run
from wswarm.stats.compare.ab import Comparison, Effect
from wswarm.stats.compare.stored import ALPHA
from wswarm.stats.recording import Reading, of_run


class Figure(NamedTuple):
    """One number to be kept.

    Attributes:
        measure: What it is: `slowdown`, `latency`, `cpu-time`, `throughput`, `memory`, `lost`.
        low: Bounds, if it has any.
        is_lower_worse: Whether less of it is worse.
    """

    name: str
    measure: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    is_lower_worse: bool = False
    remark: str = ""


def of_comparison(comparison: Comparison) -> list[Figure]:
    """Return the slowdown of every metric, head over base (turned round where less is worse), and the faults.

    Ratios, because values of different machines and days can't be charted in one line; ratios of interleaved
    runs can.
    """
    found = [figure for effect in comparison.effects for figure in _slowdown(effect)]
    return found + [
        Figure(f"{one.kind} messages", one.kind, float(one.head), "messages", remark=f"base {one.base:,}")
        for one in comparison.faults
    ]


def of_runs(runs: Sequence[Run]) -> list[Figure]:
    """Return the figures of each run that a comparison would look at; times in ns."""
    return [figure for run in runs for figure in _of_run(run)]


def of_search(search: Search) -> list[Figure]:
    """Return the capacity with its interval; none of a lower bound, or of a target that ended, can be charted."""
    found = search.capacity
    if not search.is_found:
        return []
    name, measure = f"{search.scenario} capacity", "value" if found.unit == "connections" else "throughput"
    return [Figure(name, measure, found.value, found.unit, *found.interval, is_lower_worse=True)]


def smaller_is_better(figures: Iterable[Figure]) -> str:
    """Return the figures as `customSmallerIsBetter` JSON; those of which more is better are left out."""
    rows = []
    for one in figures:
        if one.is_lower_worse:
            continue
        row: dict[str, Any] = {"name": one.name, "unit": one.unit, "value": one.value}
        if one.low is not None and one.high is not None:
            row["range"] = f"{one.low:.4g} … {one.high:.4g}"
        rows.append(row | ({"extra": one.remark} if one.remark else {}))
    return _pretty(rows)


def bencher(figures: Iterable[Figure]) -> str:
    """Return the figures in the bencher metric format: benchmark → measure → value and bounds."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for one in figures:
        metric = {"value": one.value}
        metric |= {"lower_value": one.low} if one.low is not None else {}
        metric |= {"upper_value": one.high} if one.high is not None else {}
        found.setdefault(one.name, {})[one.measure] = metric
    return _pretty(found)


def _slowdown(effect: Effect) -> Iterable[Figure]:
    if effect.ratio is None:
        return
    metric = effect.metric
    values = f"{effects.figure(effect.base, metric)} → {effects.figure(effect.head, metric)}"
    bounds = (effect.low, effect.high)
    ratio = effect.ratio
    if metric.is_lower_worse:
        ratio = 1 / ratio
        bounds = (1 / effect.high if effect.high else None, 1 / effect.low if effect.low else None)
    yield Figure(metric.name, "slowdown", ratio, "× base", *bounds, remark=f"{values}, {effect.verdict}")


def _of_run(run: Run) -> Iterable[Figure]:
    recording = of_run(run)
    yield from (figure for reading in recording.readings for figure in _absolute(reading))
    if recording.counts is not None:
        yield Figure(f"{recording.name} lost messages", "lost", float(recording.counts.lost), "messages")
        yield Figure(
            f"{recording.name} duplicated messages",
            "duplicated",
            float(recording.counts.duplicated),
            "messages",
        )


def _absolute(reading: Reading) -> Iterable[Figure]:
    metric = reading.metric
    if reading.value is None:
        return
    factor, unit = (1e9, "ns") if metric.unit == "s" else (1.0, metric.unit)
    bounds = reading.sample.quantile_interval(reading.share, ALPHA) if reading.sample is not None else None
    low, high = bounds or (None, None)
    yield Figure(
        metric.name,
        _measure(metric.name, metric.unit),
        reading.value * factor,
        unit,
        low * factor if low is not None else None,
        high * factor if high is not None else None,
        metric.is_lower_worse,
    )


def _measure(name: str, unit: str) -> str:
    """Return bencher's slug for what is measured; `latency` is in ns and `throughput` per second by its default."""
    if unit == "s":
        return "cpu-time" if re.search(r"\bCPU\b", name) else "latency"
    return {"bytes": "memory", "per s": "throughput"}.get(unit, "value")


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
