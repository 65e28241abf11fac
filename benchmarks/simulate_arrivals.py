"""How often sends are said to come in clumps that do not, and that do, as a table in markdown.

`python -m benchmarks.simulate_arrivals [RUNS]` prints that of docs/method.md. It exits with 1 if of the undisturbed
runs more than one in a hundred was told, or of those that tick every 10 ms not every one.
"""

import sys
from collections.abc import Callable, Mapping

import numpy as np

from wswarm.load.pace import Pace
from wswarm.load.sampling import sampling_of
from wswarm.load.schedule import instants_of
from wswarm.stats.findings import Int64s
from wswarm.stats.random_gaps import fit_of
from wswarm.units import NS_PER_S

MOST_FALSE = 0.01
Disturb = Callable[[Int64s, np.random.Generator], Int64s]
S, US = NS_PER_S, 1_000
MS = 1_000 * US

LOADS: Mapping[str, tuple[float | None, list[tuple[int, float]]]] = {
    "100/s for 10 s": (100, [(10 * S, 100)]),
    "10,000/s for 10 s": (10_000, [(10 * S, 10_000)]),
    "1,000/s for 60 s": (1_000, [(60 * S, 1_000)]),
    "50/s for 1 h": (50, [(3_600 * S, 50)]),
    "0 to 2,000/s in 10 s": (None, [(10 * S, 2_000)]),
    "a spike of 0.5 s, 200 to 5,000/s": (
        None,
        [(0, 200), (5 * S, 200), (0, 5_000), (S // 2, 5_000), (0, 200), (5 * S, 200)],
    ),
}


def _tick(every_ns: int) -> Disturb:
    return lambda due_ns, _: -(-due_ns // every_ns) * every_ns


def _preempted(due_ns: Int64s, chance: np.random.Generator) -> Int64s:
    """Return when what is due is sent by who loses its core every 50 ms on the average, for 1.5 ms."""
    begins = np.cumsum(chance.exponential(50 * MS, int(due_ns[-1]) // (25 * MS) + 100)).astype(np.int64)
    ends = begins + chance.exponential(1.5 * MS, len(begins)).astype(np.int64)
    place = np.maximum(np.searchsorted(begins, due_ns) - 1, 0)
    return np.where(due_ns >= begins[place], np.maximum(due_ns, ends[place]), due_ns)


UNDISTURBED: Mapping[str, Disturb] = {
    "late by 60 µs": lambda due_ns, chance: (
        due_ns + chance.exponential(60 * US, len(due_ns)).astype(np.int64)
    ),
    "batches of 0.2 ms": _tick(200 * US),
    "batches of 0.5 ms": _tick(500 * US),
}
DISTURBED: Mapping[str, Disturb] = {
    "no core now and then": _preempted,
    "tick of 2 ms": _tick(2 * MS),
    "tick of 4 ms": _tick(4 * MS),
    "tick of 10 ms": _tick(10 * MS),
}


def told(load: str, disturb: Disturb, runs: int) -> float:
    """Return in which share of so many runs the sends are said to have come in clumps."""
    rate, stages = LOADS[load]
    found = 0
    for seed in range(runs):
        until_ns = sum(length for length, _ in stages)
        is_staged = rate is None
        pace = Pace(
            group=0,
            at_ns=0,
            until_ns=until_ns,
            rate=rate,
            senders=1,
            arrivals="poisson",
            seed=seed,
            stages=stages if is_staged else [],
        )
        found += _is_told(pace, disturb, seed)
    return found / runs


def _is_told(pace: Pace, disturb: Disturb, seed: int) -> bool:
    chance = np.random.default_rng([seed, 1])
    due_ns = np.concatenate(list(instants_of(pace)))
    sampling = sampling_of(pace)
    if sampling is None:
        raise ValueError("nothing is looked at")
    sent_ns = disturb(due_ns, chance)
    taken = (due_ns >= sampling.from_ns) & (due_ns < sampling.until_ns)
    taken &= chance.random(len(due_ns)) < sampling.chance
    due_ns, late_ns = due_ns[taken], (sent_ns - due_ns)[taken]
    come, rates = due_ns.astype(np.float64), np.ones(len(due_ns))
    if pace.stages:
        come, rates = pace.course.until(due_ns), pace.course.values(due_ns) / NS_PER_S
    fit = fit_of(come, rates, late_ns, seed)
    return fit is not None and fit.is_poor


def main(runs: int) -> int:
    """Print the table; return the exit code."""
    columns = UNDISTURBED | DISTURBED
    print(f"| load | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    is_fine = True
    for load in LOADS:
        shares = {name: told(load, disturb, runs) for name, disturb in columns.items()}
        print(f"| {load} | {' | '.join(f'{100 * share:.1f} %' for share in shares.values())} |", flush=True)
        is_fine &= max(shares[name] for name in UNDISTURBED) <= MOST_FALSE
        is_fine &= shares["tick of 10 ms"] == 1
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
