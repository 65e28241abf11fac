"""Searches for a capacity as the engine would hand them in, made up."""

from typing import Any

import msgspec

from tests.report import runs
from wswarm.results.capacity import RoundFound, Search, SearchProgress, Trial
from wswarm.stats import carrying

PROCESS = "process 4711 (uvicorn app:app --port 8000)"


def trial(round_: int, load: float, *, passed: bool | None, p99: float | None, **more: Any) -> Trial:
    """A trial of a server that carries 950/s."""
    known: dict[str, Any] = {
        "evidence": "all objectives were met" if passed else f"p99<50ms missed: {1e3 * (p99 or 0):.4g} ms",
        "duration_s": 10.0 if round_ else 5.0,
        "delivered": min(load, 985.0),
        "p50": (p99 or 0.001) / 5,
        "p99": p99,
        "p50_interval": ((p99 or 0.001) / 6, (p99 or 0.001) / 4),
        "p99_interval": ((p99 or 0.001) * 0.9, (p99 or 0.001) * 1.2),
        "generator_cpu": 0.12,
        "target_cpu": min(1.0, load / 985),
        "target_process": PROCESS,
        "listen_overflows": 0,
        "listen_drops": 0,
    }
    return Trial(round=round_, load=load, passed=passed, **known | more)


TRIALS = [
    trial(0, 400.0, passed=True, p99=0.0031),
    trial(0, 800.0, passed=True, p99=0.0124),
    trial(0, 1600.0, passed=None, p99=1.9, evidence="generator: its loop was 7.1 ms late"),
    trial(0, 1600.0, passed=False, p99=1.9),
    trial(1, 985.0, passed=False, p99=0.142),
    trial(1, 931.0, passed=True, p99=0.035),
    trial(2, 944.0, passed=True, p99=0.041),
    trial(2, 962.5, passed=False, p99=0.067),
]
ROUNDS = [
    RoundFound(round=1, value=951.0, trials=6, loads=[930.0, 951.0, 972.0], posterior=[0.2, 0.6, 0.2]),
    RoundFound(round=2, value=957.0, trials=6, loads=[936.0, 957.0, 978.0], posterior=[0.3, 0.4, 0.3]),
]


def search(gave_in: str | None = None, rounds: int = 2, **changes: Any) -> Search:
    """A search that found what those trials and rounds say.

    Args:
        gave_in: By what the generator ended it. rounds: That were over.
    """
    tried = TRIALS if gave_in is None else TRIALS[:2]
    found = carrying.capacity_of("echo", tried, ROUNDS[:rounds], carrying.Ended(gave_in))
    assert found is not None
    made = runs.echo()
    whole = Search(
        scenario="echo",
        started_at="2026-07-13T08:12:00Z",
        plan=made.plan,
        target="uvicorn app:app --port {port}",
        environment=made.environment,
        slo=["p99<50ms"],
        rounds_wanted=4,
        budget_s=900.0,
        trial_s=10.0,
        elapsed_s=214.0,
        notices=carrying.notices(tried, found, 4, carrying.Ended(gave_in)),
        capacity=found,
        rounds=ROUNDS[:rounds],
        trials=tried,
    )
    return msgspec.structs.replace(whole, **changes)


def progress(trials: int) -> SearchProgress:
    """How that search stood after so many trials."""
    over = TRIALS[:trials]
    return SearchProgress(
        elapsed_s=6.0 * trials,
        budget_s=900.0,
        round=over[-1].round if over else 0,
        rounds_wanted=4,
        doing="hold",
        load=400.0,
        trials=tuple(over),
        carried=carrying.highest_carried(over),
        failed=carrying.lowest_failed(over),
        answers=(),
    )
