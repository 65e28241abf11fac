"""How often the verdict is right on simulated noise, as tables in markdown.

`python -m benchmarks.simulate_ab [EXPERIMENTS]` prints those of docs/method.md.
"""

import sys
from collections.abc import Iterable, Sequence
from statistics import fmean, median

import numpy as np

from benchmarks.simulated import CPU, NOISES, P50, P99, Noise, Truth, decide, experiments
from wswarm.stats.compare.ab import Comparison, Design
from wswarm.stats.compare.pairing import pair
from wswarm.stats.compare.slices import BASE_FIRST, Metric, Slice
from wswarm.stats.compare.student import mean_interval, t_quantile
from wswarm.stats.compare.unpaired import RULES, calls_slower, one_after_the_other, pooled

CHANGES = (0.0, 0.05, 0.10, 0.20)
LOOKS = Design(metrics=(CPU,)).looks


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def characteristics(metrics: Sequence[Metric], truth: Truth, count: int, seed: int = 1) -> str:
    """Return the shares of regression, no regression (or improved) and inconclusive, and the mean generations."""
    design = Design(metrics=tuple(metrics))
    noises = {metric.name: NOISES[metric.name] for metric in metrics}
    made = experiments(truth, noises, count, seed)
    return outcome([decide(one, design) for one in made])


def outcome(found: Sequence[Comparison]) -> str:
    """Return the same of these comparisons."""
    called = [one.verdict for one in found]
    fine = called.count("no regression") + called.count("improved")
    shares = (called.count("regression"), fine, called.count("inconclusive"))
    mean = fmean(one.generations for one in found)
    return " / ".join(f"{share / len(found):.3f}" for share in shares) + f" / {mean:.1f}"


def verdicts(count: int) -> str:
    """Return the table of one metric alone, and of several that gate together."""
    columns: list[tuple[str, list[Metric]]] = [
        ("CPU alone", [CPU]),
        ("p50 alone", [P50]),
        ("p99 alone, θ 10 %", [P99]),
        ("CPU, p50 and p99", [CPU, P50, P99]),
    ]
    rows = [
        [f"{change:+.0%}", *(characteristics(own, Truth(slowdown=change), count) for _, own in columns)]
        for change in CHANGES
    ]
    return table(["slowdown", *(name for name, _ in columns)], rows)


def other_rules(count: int) -> str:
    """Return how often the rules of other tools call the same p50 slower, and this one."""
    names = [*RULES, "mann-whitney, interleaved", "this"]
    uneven = Noise(drift=0.02, restart=0.05)
    cases = [(f"{change:+.0%}", change, NOISES["p50"]) for change in CHANGES[:3]]
    rows = []
    for name, change, noise in [*cases, ("+0%, restart 5 %, drift 2 %", 0.0, uneven)]:
        called = np.zeros(len(names))
        for one in experiments(Truth(slowdown=change), {"p50": noise}, count, seed=2):
            slices = [each for generation in one for each in generation]
            one_by_one, together = one_after_the_other(slices, P50), pooled(slices, P50)
            called += [
                *(calls_slower(rule, *one_by_one, P50) for rule in RULES),
                calls_slower("mann-whitney", *together, P50),
                decide(one, Design(metrics=(P50,))).verdict == "regression",
            ]
        rows.append([name, *(f"{share:.3f}" for share in called / count)])
    return table(["slowdown", *names], rows)


def controls(count: int) -> str:
    """Return how often six controls would refuse, at six generations, experiments sound and unsound."""
    cases = [
        ("p50, sound", "p50", Truth()),
        ("CPU, sound", "cpu", Truth()),
        ("p50, trend 3 % per slice", "p50", Truth(trend=0.03)),
        ("CPU, trend 3 % per slice", "cpu", Truth(trend=0.03)),
        ("p50, +10 %, both +5 % after the other", "p50", Truth(slowdown=0.1, switch=0.05)),
        ("CPU, +10 %, both +5 % after the other", "cpu", Truth(slowdown=0.1, switch=0.05)),
        ("p50, +10 %, carry-over 10 %", "p50", Truth(slowdown=0.1, carry_over=0.1)),
        ("CPU, +10 %, carry-over 10 %", "cpu", Truth(slowdown=0.1, carry_over=0.1)),
    ]
    rows = []
    for name, figure, truth in cases:
        metric = {"cpu": CPU, "p50": P50}[figure]
        refused, changes = np.zeros(6), []
        for one in experiments(truth, {figure: NOISES[figure]}, count, seed=3):
            slices = [each for generation in one[:6] for each in generation]
            refused += refusals(slices, metric)
            changes.append(fmean(pair(slices, metric).changes))
        seen = np.exp(median(changes)) - 1
        rows.append([name, f"{seen:+.1%}", *(f"{share:.3f}" for share in refused / count)])
    kinds = ("second − first", "after other − not", "of head − of base")
    heads = [head for kind in kinds for head in (f"{kind}, point", "interval")]
    return table(["data", "change seen", *heads], rows)


def refusals(slices: Sequence[Slice], metric: Metric) -> list[bool]:
    """Return whether each control lies beyond what is tolerated: its point value, and its whole interval."""
    found, pairing = [], pair(slices, metric)
    for logs in (in_order(slices, metric), list(pairing.carry_over.values()), [list(pairing.uneven)]):
        intervals = [interval for interval in (mean_interval(of, 0.01) for of in logs) if interval]
        limit = 1 + metric.tolerated
        found.append(any(not 1 / limit < one.ratio < limit for one in intervals))
        found.append(any((one.low or 0) > limit or (one.high or 9) < 1 / limit for one in intervals))
    return found


def in_order(slices: Sequence[Slice], metric: Metric) -> list[list[float]]:
    """Return, for each arm and generation, log of its second slice in a block over its first."""
    found: dict[tuple[bool, int], list[float]] = {}
    for at in range(0, len(slices), 4):
        four = slices[at : at + 4]
        first, second, third, fourth = (float(np.log(one.values[metric.name] or 0)) for one in four)
        is_base_outer = four[0].arm == BASE_FIRST[0]
        found.setdefault((is_base_outer, four[0].generation), []).append(fourth - first)
        found.setdefault((not is_base_outer, four[0].generation), []).append(third - second)
    return [[median(own) for (of, _), own in sorted(found.items()) if of == arm] for arm in (True, False)]


def corrections(count: int) -> str:
    """Return regressions called with three metrics, of which one may be slower, by how each bound is corrected."""
    rows = [
        [
            f"{ratio:g}",
            f"{change:+.0%}",
            *(corrected(ratio, change, how, count) for how in ("none", "all", "both")),
        ]
        for ratio in (1.0, 1.25, 2.0, 4.0, 10.0)
        for change in CHANGES[:3]
    ]
    heads = ["noise of a generation / tolerated", "slowdown of one", "no correction", "Bonferroni", "this"]
    return table(heads, rows)


def corrected(ratio: float, change: float, how: str, count: int, metrics: int = 3) -> str:
    """Return the share of regressions and the mean generations; changes of generations are normal, correlated 0.3."""
    rng = np.random.default_rng(4)
    theta, tolerated = np.log1p(P50.theta), np.log1p(P50.tolerated)
    shared, own = rng.normal(size=(count, 1, LOOKS[-1])), rng.normal(size=(count, metrics, LOOKS[-1]))
    logs = ratio * tolerated * (np.sqrt(0.3) * shared + np.sqrt(0.7) * own)
    logs[:, 0] += np.log1p(change)
    is_open, called, generations = np.ones(count, bool), np.zeros(count, bool), np.zeros(count)
    for look in LOOKS:
        mean, error = logs[..., :look].mean(-1), logs[..., :look].std(-1, ddof=1) / np.sqrt(look)
        plain, strict = (t_quantile(1 - alpha, look - 1) * error for alpha in (0.01, 0.01 / metrics))
        at_once = mean - (plain if how == "none" else strict) > tolerated
        final = mean - (strict if how == "all" else plain) > tolerated
        is_settled = at_once.any(-1) | (final | (mean + plain < theta)).all(-1) | (look == LOOKS[-1])
        ends = is_open & is_settled
        called |= ends & final.any(-1)
        generations[ends] = look
        is_open &= ~is_settled
    return f"{called.mean():.3f} / {generations.mean():.1f}"


def noise_text(noise: Noise) -> str:
    """Return what the noise is made of."""
    return (
        f"drift {noise.drift:.0%} (ρ {noise.correlation:g}), slice {noise.own:.0%}, restart {noise.restart:.1%},"
        f" bursts of {noise.burst:.0%} in {noise.bursts:.0%}"
    )


def main(count: int) -> None:
    """Print every table."""
    for name, noise in NOISES.items():
        print(f"{name}: {noise_text(noise)}")
    for title, of in (
        ("Verdicts: regression / none / inconclusive / mean generations", verdicts(count)),
        ("Other rules, called slower", other_rules(count)),
        ("Controls, refused", controls(count)),
        ("Corrections: regression / mean generations", corrections(10 * count)),
    ):
        print(f"\n{title}\n\n{of}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
