"""Comparisons as the experiment and the commands would hand them in, made up: every figure follows from a seed."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec
import numpy as np

from tests.report import runs
from wswarm.report.ab.effects import STORED
from wswarm.report.context import Context, Side
from wswarm.results.run import Environment
from wswarm.stats.compare.ab import Comparison, Design, judge
from wswarm.stats.compare.slices import Counts, Metric, Slice, random_blocks
from wswarm.stats.histogram import Histogram

CPU = Metric(name="server CPU per delivery", theta=0.05)
P50 = Metric(name="delivery time p50", theta=0.05)
P99 = Metric(name="delivery time p99", theta=0.10, is_gating=False)
CAPACITY = Metric(name="capacity", theta=0.05, is_lower_worse=True, load="closed", unit="per s")
LEVELS = {CPU.name: 15e-6, P50.name: 2.4e-3, P99.name: 9e-3, CAPACITY.name: 52_000.0}
DESIGN = Design(metrics=(CPU, P50, P99, CAPACITY))

CONTEXT = Context(
    title="ab",
    base=Side(
        name="origin/main",
        commit="1a2b3c4d5e6f7a8b9c0d",
        served="target_app/main.py",
        command="wswarm serve --port {port}",
    ),
    head=Side(name="HEAD", commit="9f8e7d6c5b4a39281706", command="wswarm serve --port {port}"),
    command="wswarm ab --base origin/main --head HEAD --budget 6m",
    made_at="2026-11-22T14:05:01Z",
    scenario="fanout",
    seconds=252.0,
    seed=7,
    environment=Environment(
        cores=2, cpu="Example CPU @ 2.1 GHz", kernel="Linux 6.8", python="3.11.9", packages={}
    ),
)


def interleaved(
    ratios: Mapping[str, float], generations: int = 6, noise: float = 0.01, lost: int = 0
) -> list[Slice]:
    """Return slices in which head has `ratios` of base's figures, and loses `lost` messages in the first."""
    rng = Random(4)
    slices = []
    for generation in range(generations):
        restart = {(arm, name): rng.gauss(0, noise) for arm in ("base", "head") for name in LEVELS}
        for block, order in enumerate(random_blocks(rng, 4)):
            for position, arm in enumerate(order):
                for load in ("open", "closed"):
                    values = {
                        name: level
                        * (ratios.get(name, 1.0) if arm == "head" else 1.0)
                        * (1 + restart[arm, name] + rng.gauss(0, noise))
                        for name, level in LEVELS.items()
                        if (name == CAPACITY.name) == (load == "closed")
                    }
                    slices.append(
                        Slice(
                            generation=generation,
                            block=block,
                            position=position,
                            arm=arm,
                            load=load,  # type: ignore[arg-type]  # one of the two words
                            values=values,
                            counts=Counts(offered=100, sent=100, owed=10_000, received=10_000),
                        )
                    )
    first = next(index for index, one in enumerate(slices) if one.arm == "head")
    counts = msgspec.structs.replace(slices[first].counts, received=10_000 - lost, lost=lost)
    slices[first] = msgspec.structs.replace(slices[first], counts=counts)
    return slices


def judged(slices: Sequence[Slice]) -> Comparison:
    """Return the comparison that these slices make at the end of the experiment."""
    return judge(slices, DESIGN, is_last=True)


SLOWER = interleaved({CPU.name: 1.12, P50.name: 1.03, P99.name: 1.15, CAPACITY.name: 0.9}, lost=3)
REGRESSION = judged(SLOWER)
FINE = judged(interleaved({}))
UNCLEAR = judged(interleaved({}, noise=0.09))
NOTHING = judged([msgspec.structs.replace(one, values={}, counts=Counts()) for one in interleaved({})])


def advisory(context: Context = CONTEXT) -> Context:
    """Return the context of a comparison of stored runs."""
    return msgspec.structs.replace(
        context,
        title="compare",
        base=Side(name="reports/monday", commit=None),
        head=Side(name="reports/tuesday", commit=None),
        command="wswarm compare reports/monday reports/tuesday",
        scenario="echo",
        seconds=None,
        seed=None,
        advisory=STORED,
        notes=("the runs began 26.0 h apart", "echo: different kernel: Linux 6.8 and Linux 6.9"),
    )


def ab_file(slices: Sequence[Slice] = ()) -> dict[str, Any]:
    """Return an `ab.json` of these slices, as far as a report reads it, with figures as they are named there."""
    names = {CPU.name: "cpu", P50.name: "p50", P99.name: "p99", CAPACITY.name: "capacity"}
    metrics = tuple(msgspec.structs.replace(one, name=names[one.name]) for one in DESIGN.metrics)
    renamed = [
        msgspec.structs.replace(one, values={names[name]: value for name, value in one.values.items()})
        for one in slices
    ]
    times = {}
    for arm, factor in (("base", 1.0), ("head", 1.03)):
        histogram = Histogram()
        histogram.record((np.arange(1, 101) * factor * 48_000).astype(np.int64))
        times[arm] = histogram.encode()
    return {
        "schema": "wswarm/ab@1",
        "scenario": "fanout",
        "started_at": CONTEXT.made_at,
        "environment": msgspec.to_builtins(CONTEXT.environment),
        "base": {"arm": "base", "version": "origin/main", "commit": "1a2b3c4d5e6f7a8b9c0d"},
        "head": {"arm": "head", "version": ".", "has_changes": True},
        "settings": {"budget": 360.0, "seed": 7, "blocks": 4},
        "elapsed": 252.0,
        "comparison": msgspec.to_builtins(judge(renamed, Design(metrics=metrics), is_last=True)),
        "slices": [{"slice": msgspec.to_builtins(one), "times": times[one.arm], "t": 0.0} for one in renamed],
    }


def slow_echo():
    """Return an echo run with response times of twice the length and 3 messages lost."""
    from tests.report.parts import distribution, times

    return msgspec.structs.replace(
        runs.echo(lost=3), response_time=distribution(times(9_997, 1.0e-3, 0.4, seed=9))
    )
