"""Runs in which connections come and go, made up for what a reader sees of them."""

from typing import Any

import msgspec

from tests.report import runs
from tests.report.parts import distribution, times
from wswarm.results.population import Population
from wswarm.results.run import Run, Stage


def churn(failed: int = 0, refused: int = 0, mean: float | None = 1_006.2, **changes: Any) -> Run:
    """Return a run of 50 sessions a second for 20 s each, a minute long."""
    run = runs.connect(4_000, failed)
    plan = {**run.plan, "scenario": "churn", "sessions": 50.0, "stay": 20.0, "stay_law": "exponential"}
    population = Population(
        mean=mean,
        expected=1_000.0,
        sessions=4_000 - failed,
        refused=failed + refused,
        lifetime=distribution(times(3_000, 13.9, 1.0)),
    )
    return msgspec.structs.replace(
        run,
        scenario="churn",
        plan=plan | {"duration": 60.0, "connections": 2_000},
        population=population,
        **changes,
    )


def staged_connections(**changes: Any) -> Run:
    """Return a connect run that rises to 2,000, stays, and has nobody in the end."""
    rows = [
        Stage(
            from_s=from_s,
            to_s=to_s,
            offered=count,
            sent=count,
            received=count,
            p50=0.0011 if count else None,
            p99=0.0035 if count else None,
            back_after_s=None,
        )
        for from_s, to_s, count in ((0.0, 4.0, 2_000), (4.0, 9.0, 0), (9.0, 10.0, 0))
    ]
    run = runs.connect()
    asked = [[4.0, 2_000.0], [5.0, 2_000.0], [1.0, 0.0]]
    return msgspec.structs.replace(run, plan={**run.plan, "stages": asked}, stages=rows, **changes)
