"""Slices as a shared machine would give them, for versions whose difference is known exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from wswarm.stats.compare.ab import Comparison, Design, judge
from wswarm.stats.compare.slices import Counts, Metric, Order, Slice, random_blocks

Floats = npt.NDArray[np.float64]

BLOCKS = 6
GENERATIONS = 12
FINE = Counts(offered=1000, sent=1000, owed=10_000, received=10_000)


@dataclass(frozen=True, slots=True)
class Noise:
    """What moves a figure that nobody changed; each is a standard deviation of its logarithm.

    Attributes:
        drift: Of the machine, slowly: first-order autoregressive from slice to slice.
        correlation: Of the drift between neighbouring slices.
        own: Of one slice.
        restart: Of a server process, for as long as it lives.
        bursts: Share of slices that a burst of foreign load hits,
        burst: by how much on average, exponentially distributed.
    """

    drift: float = 0.15
    correlation: float = 0.9
    own: float = 0.03
    restart: float = 0.01
    bursts: float = 0.03
    burst: float = 0.3


CPU = Metric(name="cpu", theta=0.05)
P50 = Metric(name="p50", theta=0.05)
P99 = Metric(name="p99", theta=0.10)

NOISES = {
    "cpu": Noise(drift=0.02, own=0.01, restart=0.005),
    "p50": Noise(),
    "p99": Noise(own=0.08, restart=0.015),
}


@dataclass(frozen=True, slots=True)
class Truth:
    """What really differs between base and head, and what the schedule has to stand.

    Attributes:
        slowdown: Of head in every figure: 0.05 is 5 %.
        carry_over: Log by which a slice of base is slower after one of head.
        switch: Log by which a slice of either is slower after one of the other.
        trend: Log by which each slice of a block is slower than the one before it.
    """

    slowdown: float = 0.0
    carry_over: float = 0.0
    switch: float = 0.0
    trend: float = 0.0


def experiments(
    truth: Truth, noises: Mapping[str, Noise], count: int, seed: int
) -> Iterator[list[list[Slice]]]:
    """Yield `count` whole experiments: the slices of each generation, in order."""
    rng, chance = np.random.default_rng(seed), Random(seed)
    for _ in range(count):
        orders = [random_blocks(chance, BLOCKS) for _ in range(GENERATIONS)]
        is_head = np.array([[[arm == "head" for arm in order] for order in own] for own in orders])
        values = {name: np.exp(_logs(noise, truth, is_head, rng)).tolist() for name, noise in noises.items()}
        yield [_slices(generation, own, values) for generation, own in enumerate(orders)]


def decide(experiment: list[list[Slice]], design: Design) -> Comparison:
    """Return the verdict as the experiment reaches it, look by look."""
    slices: list[Slice] = []
    for number, generation in enumerate(experiment, start=1):
        slices += generation
        if number in design.looks:
            comparison = judge(slices, design)
            if comparison.is_decided:
                return comparison
    raise AssertionError("the last look decides")


def _logs(noise: Noise, truth: Truth, is_head: npt.NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    shape = is_head.shape
    drift = _drift(noise, is_head.size, rng).reshape(shape)
    bursts = (rng.random(shape) < noise.bursts) * rng.exponential(noise.burst, shape)
    restarts = rng.normal(0, noise.restart, (shape[0], 2))
    of_process = np.where(is_head, restarts[:, None, 1:], restarts[:, None, :1])
    before = np.concatenate((np.zeros((shape[0], 1), bool), is_head.reshape(shape[0], -1)[:, :-1]), axis=1)
    was_head = before.reshape(shape)
    carried = truth.carry_over * (was_head & ~is_head) + truth.switch * (was_head != is_head)
    known = np.log1p(truth.slowdown) * is_head + carried + truth.trend * np.arange(4)
    logs: Floats = drift + rng.normal(0, noise.own, shape) + bursts + of_process + known
    return logs


def _drift(noise: Noise, count: int, rng: np.random.Generator) -> Floats:
    steps = rng.normal(0, noise.drift * np.sqrt(1 - noise.correlation**2), count)
    steps[0] = rng.normal(0, noise.drift)
    for at in range(1, count):
        steps[at] += noise.correlation * steps[at - 1]
    return steps


def _slices(
    generation: int, orders: list[Order], values: Mapping[str, list[list[list[float]]]]
) -> list[Slice]:
    return [
        Slice(
            generation=generation,
            block=block,
            position=position,
            arm=arm,
            values={name: of[generation][block][position] for name, of in values.items()},
            counts=FINE,
        )
        for block, order in enumerate(orders)
        for position, arm in enumerate(order)
    ]
