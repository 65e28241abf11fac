"""What the report shows of an `ab.json`: of its content only what is needed here, under the names it has there."""

import shlex
from collections.abc import Sequence
from typing import Any

import msgspec

from wswarm.report.context import Context
from wswarm.report.context import Side as ShownSide
from wswarm.report.overlay import Overlay, of_slices
from wswarm.run import Environment
from wswarm.stats.ab import Comparison
from wswarm.stats.histogram import Histogram
from wswarm.stats.sample import Sample
from wswarm.stats.slices import Slice

AB_SCHEMA = "wswarm/ab@1"

_TIMES = {"echo": "response time", "fanout": "delivery time"}
_MESSAGES = {"echo": "message", "fanout": "delivery"}


class _Side(msgspec.Struct, frozen=True):
    version: str
    commit: str | None = None
    has_changes: bool = False


class _Settings(msgspec.Struct, frozen=True):
    budget: float
    seed: int


class _Record(msgspec.Struct, frozen=True):
    slice: Slice
    times: str = ""


class AbFile(msgspec.Struct, frozen=True):
    """An interleaved comparison: both versions, the verdict, and every slice with all its times."""

    scenario: str
    started_at: str
    environment: Environment
    base: _Side
    head: _Side
    settings: _Settings
    elapsed: float
    comparison: Comparison
    slices: list[_Record]
    plan: dict[str, Any] = {}


def context_of(ab: AbFile) -> Context:
    """Return where the comparison comes from; its verdict decides."""
    budget, seed = f"{ab.settings.budget:g}s", str(ab.settings.seed)
    settings = ("--scenario", ab.scenario, "--budget", budget, "--seed", seed)
    return Context(
        title="ab",
        base=_shown(ab.base),
        head=_shown(ab.head),
        command=shlex.join(["wswarm", "ab", *_named("base", ab.base), *_named("head", ab.head), *settings]),
        made_at=ab.started_at,
        scenario=ab.scenario,
        seconds=ab.elapsed,
        seed=ab.settings.seed,
        environment=ab.environment,
    )


def comparison_of(ab: AbFile) -> Comparison:
    """Return the comparison with names of metrics that say what they are of."""
    effects = [
        msgspec.structs.replace(
            effect, metric=msgspec.structs.replace(effect.metric, name=_name(effect.metric.name, ab.scenario))
        )
        for effect in ab.comparison.effects
    ]
    reasons = tuple(_told(reason, ab) for reason in ab.comparison.reasons)
    return msgspec.structs.replace(ab.comparison, effects=tuple(effects), reasons=reasons)


def overlays_of(ab: AbFile) -> list[Overlay]:
    """Return all times of both versions, then the values of each metric slice by slice.

    Raises:
        ValueError: a histogram is damaged.
    """
    sound = [one for one in ab.slices if one.slice.is_valid]
    found = []
    base, head = (_all_times(sound, arm) for arm in ("base", "head"))
    if base is not None and head is not None:
        found.append(Overlay(f"{_TIMES.get(ab.scenario, 'time')}, all slices", "s", "value", base, head))
    metrics = [effect.metric for effect in ab.comparison.effects]
    return found + [
        one._replace(name=_name(one.name, ab.scenario))
        for one in of_slices([s.slice for s in sound], metrics)
    ]


def _told(reason: str, ab: AbFile) -> str:
    """Return the reason with the metric's name, if it begins with one, in the same words as elsewhere."""
    name, colon, rest = reason.partition(": ")
    names = {effect.metric.name for effect in ab.comparison.effects}
    return f"{_name(name, ab.scenario)}{colon}{rest}" if colon and name in names else reason


def _all_times(records: Sequence[_Record], arm: str) -> Sample | None:
    merged = Histogram()
    for one in records:
        if one.slice.arm == arm and one.slice.load == "open" and one.times:
            merged.merge(Histogram.decode(one.times))
    return Sample.of_histogram(merged.encode()) if merged.n else None


def _named(arm: str, side: _Side) -> tuple[str, str]:
    """Return the option that named the version: a commit or the working tree, or else a command."""
    is_commit = side.commit is not None or side.has_changes or side.version == "."
    return (f"--{arm}" if is_commit else f"--{arm}-cmd"), side.version


def _shown(side: _Side) -> ShownSide:
    name = f"{side.version} with changes" if side.has_changes else side.version
    return ShownSide(name=name, commit=side.commit)


def _name(name: str, scenario: str) -> str:
    time, message = _TIMES.get(scenario, "time"), _MESSAGES.get(scenario, "message")
    names = {"cpu": f"server CPU per {message}", "p50": f"{time} p50", "p99": f"{time} p99"}
    return f"{scenario} {names.get(name, name)}"
