"""Comparisons of made-up figures."""

from collections.abc import Sequence

import msgspec

from tests.stats.interleaved import experiment
from wswarm.results.run import Environment
from wswarm.stats.compare.ab import Design, judge
from wswarm.stats.compare.comparison import Ab, AbProgress, Generation, Record, Settings, Side
from wswarm.stats.compare.slices import Metric, Slice

METRICS = (
    Metric(name="cpu", theta=0.05),
    Metric(name="p50", theta=0.05, is_gating=False),
    Metric(name="p99", theta=0.10, is_gating=False),
)
DESIGN = Design(metrics=METRICS)
VALUES = {"cpu": 39.4e-6, "p50": 412e-6, "p99": 12.1e-3}
ENVIRONMENT = Environment(cores=2, cpu="a CPU", kernel="Linux 6", python="CPython 3.11.9", packages={})


def slices_of(ratios: Sequence[float]) -> list[Slice]:
    """Return slices in which all metrics of head are worse by the same ratio in each generation."""
    made = experiment(ratios)
    return [
        msgspec.structs.replace(
            one, values={name: value * (one.values["p50"] or 0) for name, value in VALUES.items()}
        )
        for one in made
    ]


def comparison_of(slices: list[Slice], *, is_interrupted: bool = False) -> Ab:
    """Return the comparison that these slices give."""
    return Ab(
        session="00000000deadbeef",
        scenario="echo",
        started_at="2026-11-22T14:05:01.000000Z",
        environment=ENVIRONMENT,
        base=Side(
            arm="base",
            version="origin/main",
            commit="0123456789abcdef",
            command="serve --port {port}",
            served="site-packages/app/main.py",
        ),
        head=Side(
            arm="head",
            version=".",
            commit="fedcba9876543210",
            has_changes=True,
            command="serve --port {port}",
            served="app.py",
        ),
        plan={"url": "ws://user:secret@127.0.0.1:{port}", "connections": 50},
        settings=Settings(
            budget=96.0,
            blocks=6,
            closed_blocks=0,
            slice=0.1123,
            pause=0.05,
            seed=7,
            rate=6900.0,
            is_rate_given=False,
            server_cores=(0,),
            generator_cores=(1,),
        ),
        design=DESIGN,
        generations=[
            Generation(t=8.0 * number, first="base", hash_seeds={"base": 1, "head": 2}) for number in range(4)
        ],
        elapsed=38.2,
        is_interrupted=is_interrupted,
        comparison=judge(slices, DESIGN, is_last=is_interrupted),
        slices=[record_of(one) for one in slices],
    )


def record_of(one: Slice) -> Record:
    """Return the slice with what was seen beside it."""
    return Record(
        slice=one,
        t=0.2 * (24 * one.generation + 4 * one.block + one.position),
        received_rate=6900.0,
        server_cpu_s=0.03,
        server_wait_s=None,
        server_rss=50_000_000,
        generator_cpu_s=0.02,
        loop_lag_p99=0.0002,
        send_lag_p99=0.0001,
        steal=0.0,
        dropped=0,
        times="",
    )


def progress_of(ratios: Sequence[float], **more: object) -> AbProgress:
    """Return how such a comparison stands after these generations."""
    comparison = judge(slices_of(ratios), DESIGN) if ratios else None
    settled: dict[str, object] = {
        "doing": "measuring",
        "generation": len(ratios) + 1,
        "most": 12,
        "slices": 3,
        "slices_wanted": 24,
        "elapsed": 8.0 * len(ratios),
        "budget": 96.0,
        "comparison": comparison,
    }
    return msgspec.convert(settled | more, AbProgress, from_attributes=True)
