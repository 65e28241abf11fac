"""What the report shows of an `ab.json`: of its content only what is needed here, under the names it has there."""

import shlex
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from wswarm.report.compare.overlay import Overlay, of_slices
from wswarm.report.context import Context
from wswarm.report.context import Side as ShownSide
from wswarm.results.run import Environment
from wswarm.stats.compare.ab import Comparison
from wswarm.stats.compare.comparison import REFERENCE, REFERENCE_URL, Ab, Side
from wswarm.stats.compare.slices import Slice
from wswarm.stats.histogram import Histogram
from wswarm.stats.sample import Sample

AB_SCHEMA = "wswarm/ab@1"

_TIMES = {"echo": "response time", "fanout": "delivery time"}
_MESSAGES = {"echo": "message", "fanout": "delivery"}
PAIRED = "base is the median over its slices, head is base with the change, which is that of slices measured in turn"
SAME = "both versions are the same: this compares one with itself"
_LOAD = {  # option of the command line by setting of the plan, and what it is unless given
    "publishers": ("--publishers", 1),
    "arrivals": ("--arrivals", "constant"),
    "size": ("--size", None),
    "text": ("--text", None),
    "json": ("--json", None),
    "driver": ("--driver", "picows"),
}


class _Side(msgspec.Struct, frozen=True):
    version: str
    commit: str | None = None
    has_changes: bool = False
    command: str = ""
    served: str | None = None


class _Settings(msgspec.Struct, frozen=True):
    budget: float
    seed: int
    rate: float | None = None
    is_rate_given: bool = False


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


def context_of(ab: AbFile | Ab) -> Context:
    """Return where the comparison comes from; its verdict decides."""
    return Context(
        title="ab",
        base=_shown(ab.base),
        head=_shown(ab.head),
        command=shlex.join(_command(ab)),
        made_at=ab.started_at,
        scenario=ab.scenario,
        seconds=ab.elapsed,
        seed=ab.settings.seed,
        environment=ab.environment,
        notes=(PAIRED, *((SAME,) if are_the_same(ab.base, ab.head) else ())),
    )


def comparison_of(ab: AbFile | Ab) -> Comparison:
    """Return the comparison with names of metrics that say what they are of."""
    return named(ab.comparison, ab.scenario)


def named(comparison: Comparison, scenario: str) -> Comparison:
    """Do the same with what is known of it while it goes on."""
    effects = [
        msgspec.structs.replace(
            effect,
            metric=msgspec.structs.replace(effect.metric, name=metric_name(effect.metric.name, scenario)),
            head=effect.head if effect.base is None or effect.ratio is None else effect.base * effect.ratio,
        )
        for effect in comparison.effects  # older files hold the median of head, which need not agree
    ]
    metrics = {effect.metric.name for effect in comparison.effects}
    reasons = tuple(_told(reason, metrics, scenario) for reason in comparison.reasons)
    return msgspec.structs.replace(comparison, effects=tuple(effects), reasons=reasons)


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
        one._replace(name=metric_name(one.name, ab.scenario))
        for one in of_slices([s.slice for s in sound], metrics)
    ]


def _told(reason: str, metrics: Collection[str], scenario: str) -> str:
    """Return the reason with the metric's name, if it begins with one, in the same words as elsewhere."""
    name, colon, rest = reason.partition(": ")
    return f"{metric_name(name, scenario)}{colon}{rest}" if colon and name in metrics else reason


def _all_times(records: Sequence[_Record], arm: str) -> Sample | None:
    merged = Histogram()
    for one in records:
        if one.slice.arm == arm and one.slice.load == "open" and one.times:
            merged.merge(Histogram.decode(one.times))
    return Sample.of_histogram(merged.encode()) if merged.n else None


def _command(ab: AbFile | Ab) -> list[str]:
    """Return the command that makes such a comparison again, but for headers and cookies, which may be secret."""
    words = ["wswarm", "ab", *_named("base", ab.base), *_named("head", ab.head)]
    if ab.base.commit and ab.base.command not in ("", REFERENCE):
        words += ["--serve", ab.base.command]
    url, gates = (
        ab.plan.get("url"),
        [one.metric.name for one in ab.comparison.effects if one.metric.is_gating],
    )
    words += ["--url", url] if url and url != REFERENCE_URL else []
    words += ["--scenario", ab.scenario]
    words += ["-c", str(ab.plan["connections"])] if "connections" in ab.plan else []
    words += ["-r", f"{ab.settings.rate:g}/s"] if ab.settings.is_rate_given else []
    for name, (option, default) in _LOAD.items():
        value = ab.plan.get(name, default)
        words += [option, str(value)] if value != default else []
    words += ["--gate", ",".join(gates)] if gates != ["cpu"] else []
    return [*words, "--budget", f"{ab.settings.budget:g}s", "--seed", str(ab.settings.seed)]


def _named(arm: str, side: _Side | Side) -> tuple[str, str]:
    """Return the option that named the version: a commit or the working tree, or else a command."""
    is_commit = side.commit is not None or side.has_changes or side.version == "."
    return (f"--{arm}" if is_commit else f"--{arm}-cmd"), side.version


def are_the_same(base: _Side | Side, head: _Side | Side) -> bool:
    """Return whether commits, or where there are none commands, do not differ."""
    return bool(base.command) and (base.commit, base.command) == (head.commit, head.command)


def _shown(side: _Side | Side) -> ShownSide:
    name = f"{side.version} with changes" if side.has_changes else side.version
    return ShownSide(name=name, commit=side.commit, served=side.served, command=side.command)


def metric_name(name: str, scenario: str) -> str:
    """Return the metric in words: `echo server CPU per message`."""
    time, message = _TIMES.get(scenario, "time"), _MESSAGES.get(scenario, "message")
    names = {"cpu": f"server CPU per {message}", "p50": f"{time} p50", "p99": f"{time} p99"}
    return f"{scenario} {names.get(name, name)}"
