"""How far searches for a capacity are from the truth, and how often their interval holds it: in simulated worlds.

Run it: `python -m benchmarks.simulate_search [WORLDS]`. In a world the capacity changes from one start of the server
to the next, drifts from trial to trial, and differs in each trial; 3 % of the trials are spoilt and done again.
"""

import sys
from math import exp, log
from typing import NamedTuple

import numpy as np

from wswarm.stats.search import Bracket, Round, answer_of, centre_of

ROUNDS = 4
_DRIFT = 0.8  # of which so much is left in the next trial
_SPOILT = 0.03
_RANGE = 128.0


class World(NamedTuple):
    """Spreads of ln capacity: from start to start, slowly, from trial to trial."""

    start: float
    slow: float
    trial: float


WORLDS = {
    "quiet": World(0.01, 0.01, 0.01),
    "usual": World(0.02, 0.04, 0.02),
    "noisy": World(0.03, 0.08, 0.03),
}


class Server:
    """A server whose capacity is known on the average alone."""

    def __init__(self, world: World, capacity: float, chance: np.random.Generator) -> None:
        self._world, self._capacity, self._chance = world, capacity, chance
        self._slow = chance.normal(0, world.slow)
        self.trials = 0
        self.start()

    def start(self) -> None:
        """Start it anew."""
        self._start = self._chance.normal(0, self._world.start)

    def passes(self, load: float) -> bool:
        """Return whether a trial passes, spoilt ones done again."""
        self.trials += 1
        while self._chance.random() < _SPOILT:
            self.trials += 1
        fresh = self._world.slow * (1 - _DRIFT**2) ** 0.5
        self._slow = _DRIFT * self._slow + self._chance.normal(0, fresh)
        now = self._start + self._slow + self._chance.normal(0, self._world.trial)
        return log(load) < log(self._capacity) + now


def search(server: Server, first: float, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Return what a search finds: the value and its interval."""
    bracket = Bracket(first)
    while not bracket.is_closed:
        bracket.note(server.passes(bracket.load))
    answers: list[float] = []
    for number in range(rounds):
        server.start()
        one = Round(centre_of(answers, bracket.hint), is_first=number == 0)
        while not one.is_over:
            load = one.load
            one.note(load, server.passes(load))
        answers.append(one.answer)
    found = answer_of(answers)
    assert found.low is not None
    assert found.high is not None
    return found.value, found.low, found.high


def simulate(world: World, worlds: int, rounds: int = ROUNDS, seed: int = 1) -> dict[str, float]:
    """Return median and 90th percentile of the error, the half-width, the coverage and the number of trials."""
    chance = np.random.default_rng(seed)
    rows = []
    for _ in range(worlds):
        capacity = 1000.0 * exp(chance.uniform(0, log(_RANGE)))
        server = Server(world, capacity, chance)
        value, low, high = search(server, 1000.0, rounds)
        half = log(high / low) / 2
        rows.append((abs(log(value / capacity)), half, low <= capacity <= high, server.trials))
    error, half_width, held, trials = np.array(rows, np.float64).T
    return {
        "error p50": float(np.median(error)),
        "error p90": float(np.percentile(error, 90)),
        "half-width": float(np.median(half_width)),
        "covers": float(held.mean()),
        "trials": float(np.median(trials)),
    }


def main() -> None:
    """Print a row per world and number of rounds."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for name, world in WORLDS.items():
        for rounds in (3, 4, 5):
            found = simulate(world, worlds, rounds)
            print(
                f"{name:6} {rounds} rounds  "
                + "  ".join(f"{key} {value:.3g}" for key, value in found.items())
            )


if __name__ == "__main__":
    main()
