"""How far searches for a capacity are from servers whose capacity is known, on this machine.

Run it: `python -m benchmarks.capacity_truth [SEARCHES] [NAME ...]`. It takes minutes per search and wants two quiet
cores. `knees` prints the simulated knees, and how many more trials fail because their backlog seems to grow.
"""

import json
import sys
from shlex import quote
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.errors import SwarmError
from wswarm.experiment.capacity.search import search
from wswarm.experiment.capacity.setting import make_setting
from wswarm.results.capacity import CapacityScenario, SearchProgress
from wswarm.stats.passing import grows
from wswarm.stats.search import Answer, Bracket, Round, answer_of, centre_of

SERVICE_S, LIMIT_S, TRIAL_S, WARMUP_S = 0.001, 0.050, 10.0, 1.0
DOOR, SLOWER_US, SLOW_S = 57, 625.0, 0.500
_GROWTH, _FIRST = 0.25, 200.0
_WORLDS = 200

Floats = npt.NDArray[np.float64]


class Truth(NamedTuple):
    """A server's limits, how it is searched, what is true, and how far the answer may be from it."""

    kind: CapacityScenario
    limits: dict[str, float]
    options: dict[str, object]
    value: float
    tolerated: float


def times_of(rate: float, chance: np.random.Generator, length_s: float = TRIAL_S) -> tuple[Floats, Floats]:
    """Return when messages are due and their response times: one server, one after another, each as long.

    Source: Lindley's recursion, as a cumulated maximum.
    """
    due = np.sort(chance.uniform(-WARMUP_S, length_s, round(rate * (length_s + WARMUP_S))))
    work = SERVICE_S * np.arange(1, len(due) + 1)
    done = work + np.maximum.accumulate(due - work + SERVICE_S)
    return due, done - due


def passes(rate: float, chance: np.random.Generator, *, may_grow: bool = True) -> bool:
    """Return whether a simulated trial is carried; with `may_grow` whatever its backlog seems to do."""
    due, times = times_of(rate, chance)
    if np.quantile(times[due >= 0], 0.99, method="inverted_cdf") >= LIMIT_S:
        return False
    medians = [
        float(np.median(times[(due >= second) & (due < second + 1)])) for second in range(int(TRIAL_S))
    ]
    return may_grow or not grows(medians, _GROWTH * LIMIT_S)


def knee(*, may_grow: bool = True, worlds: int = _WORLDS) -> float:
    """Return the rate at which half of the simulated trials are carried."""
    chance = np.random.default_rng(1)
    low, high = 0.5 / SERVICE_S, 1.2 / SERVICE_S
    while high / low > 1.002:
        middle = (low * high) ** 0.5
        share = np.mean([passes(middle, chance, may_grow=may_grow) for _ in range(worlds)])
        low, high = (middle, high) if share > 0.5 else (low, middle)
    return float((low * high) ** 0.5)


def search_queue(chance: np.random.Generator, rounds: int = 4) -> Answer:
    """Return what a search finds whose trials are simulated, backlog and all."""
    bracket = Bracket(_FIRST)
    while not bracket.is_closed:
        passed = passes(bracket.load, chance, may_grow=False)
        bracket.note(passed, None if passed else min(bracket.load, 1 / SERVICE_S))
    answers: list[float] = []
    for number in range(rounds):
        one = Round(centre_of(answers, bracket.hint), is_first=number == 0)
        while not one.is_over:
            load = one.load
            one.note(load, passes(load, chance, may_grow=False))
        answers.append(one.answer)
    return answer_of(answers)


def truths() -> dict[str, Truth]:
    """Return the servers by name."""
    line = {"line": 1e6 * SERVICE_S}
    # Of several connections a server reads all that one has before the next: then few wait longer, and most less.
    in_line = {"rate": 200.0, "connections": 1}
    slow = SLOW_S / (0.99 * SLOWER_US / 1e6)
    return {
        "saturated": Truth("echo", line, {"rate": 200.0}, 1 / SERVICE_S, 0.05),
        "knee": Truth("echo", line, in_line | {"slo": ("p99<50ms",)}, knee(), 0.10),
        "door": Truth("connect", {"most": DOOR}, {"connections": 20}, DOOR, 0.0),
        "slower": Truth(
            "connect", {"slower": SLOWER_US}, {"connections": 400, "slo": ("p99<500ms",)}, slow, 0.05
        ),
        "fast": Truth("echo", {}, {"rate": 10_000.0, "processes": 1, "duration": 3.0}, float("inf"), 0.0),
    }


def main() -> None:
    """Print what each search found, and how far from the truth it is."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    known = truths()
    for name in sys.argv[2:] or known:
        if name == "knees":
            _print_knees()
            continue
        for number in range(1, count + 1):
            print(f"{name} {number}: {_searched(known[name])}", flush=True)


def _print_knees(searches: int = 60) -> None:
    chance, true = np.random.default_rng(5), knee()
    print(f"knee {true:.0f}/s, with the rule about the backlog {knee(may_grow=False):.0f}/s")
    found = [search_queue(chance) for _ in range(searches)]
    errors = [abs(one.value / true - 1) for one in found]
    held = [one.low is not None and one.high is not None and one.low <= true <= one.high for one in found]
    middle, most = np.quantile(errors, [0.5, 0.9])
    print(
        f"{searches} searches: error p50 {middle:.1%}, p90 {most:.1%}; the interval held {np.mean(held):.0%}"
    )


def _searched(truth: Truth) -> str:
    module = f"{quote(sys.executable)} -m tests.end_to_end.servers.limited"
    serve = f"{module} {{port}} '{json.dumps(truth.limits)}'"
    try:
        found = search(make_setting(truth.kind, None, serve=serve, **truth.options), _show)
    except SwarmError as error:
        return f"failed: {error}"
    (low, high), value = found.capacity.interval, found.capacity.value
    if high is None:
        return f"≥ {value:.1f}, limited by {found.capacity.limited_by}: {found.capacity.because}"
    off = value / truth.value - 1
    return (
        f"{value:.1f} ({low:.1f} to {high:.1f}) where {truth.value:.1f} is true: {off:+.1%},"
        f" {'within' if abs(off) <= truth.tolerated else 'BEYOND'} {truth.tolerated:.0%},"
        f" {'covered' if low <= truth.value <= high else 'NOT COVERED'}; {len(found.trials)} trials,"
        f" {found.elapsed_s:.0f} s; limited by {found.capacity.limited_by}: {found.capacity.because}"
    )


def _show(progress: SearchProgress) -> None:
    """Show on stderr how it stands."""
    if progress.doing in ("starting", "round over"):
        print(f"  [{progress.elapsed_s:.0f} s] {progress.answers}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
