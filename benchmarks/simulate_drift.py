"""How often a steady hold is taken for one that drifts, and a drift is seen: `python -m benchmarks.simulate_drift`.

The median times of a hold of a minute, in logarithms, wander as a first-order autoregressive process from second to
second; 30 blocks of two seconds are judged.
"""

import sys
from math import log, sqrt

import numpy as np

from wswarm.stats.drift import told

_SECONDS, _BLOCKS = 60, 30


def share_told(correlation: float, deviation: float, change: float, runs: int, seed: int = 5) -> float:
    """Return the share of holds that are told.

    Args:
        correlation: Between neighbouring seconds. deviation: Of the logarithm. change: From beginning to end.
    """
    chance, count = np.random.default_rng(seed), 0
    own = deviation * sqrt(1 - correlation**2)
    at = np.arange(_BLOCKS) * _SECONDS / _BLOCKS
    for _ in range(runs):
        noise = chance.normal(0, own, _SECONDS)
        noise[0] *= deviation / own
        for second in range(1, _SECONDS):
            noise[second] += correlation * noise[second - 1]
        logs = noise + np.linspace(0, log(1 + change), _SECONDS)
        count += told(at, logs.reshape(_BLOCKS, -1).mean(axis=1), float(_SECONDS)) is not None
    return count / runs


def main() -> None:
    """Print a line per kind of hold."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for change in (0.0, 0.2, 0.5):
        for correlation in (0.0, 0.5, 0.9, 0.98):
            shares = [share_told(correlation, deviation, change, runs) for deviation in (0.05, 0.2)]
            sys.stdout.write(f"{change:4.0%} {correlation:4} {shares[0]:7.1%} {shares[1]:7.1%}\n")


if __name__ == "__main__":
    main()
