"""At which load half of the trials pass: a search by trials that are noisy, with an interval that holds.

A bracket is opened by doubling; then come rounds, each of which finds its own answer by trials of its own, with a
fresh server where that can be. The interval is over rounds, since what changes from one start of a server to the
next, and over minutes, is most of the noise: a posterior of one round knows nothing of it.

Source: bisection at the posterior's median, as Waeber, Frazier and Henderson have it (SIAM J. Control Optim. 51(3),
2013), here with the spread of the response estimated beside the median.
"""

from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.stats.compare.student import t_quantile

Floats = npt.NDArray[np.float64]

FIRST_TRIALS, TRIALS = (
    8,
    6,
)  # of the first round, which knows least of where the answer is, and of a later one
STEP, CONNECT_STEP = 2.0, 1.5  # of the bracket: more connections cost more time

_REACH, _GRID = 0.5, 0.005  # of ln load, around where a round begins
_SPREADS = np.array([0.01, 0.02, 0.03, 0.05, 0.08])
_FIRST_SD, _LATER_SD = 0.15, 0.135  # of ln capacity, before a round
_EXACT_TRIALS, _ASIDE = 2, 0.3  # at the median itself a trial says least about the spread
_ERRING = 0.015  # of trials whose outcome has nothing to do with the load
_SLOPE = 1.7  # by which a logistic curve is nearest to the normal distribution
_FLOOR = 0.01  # of the answer: what no number of rounds takes away
_CONFIDENCE = 0.975


class Answer(NamedTuple):
    """A load, and between which loads the truth lies in 95 of 100 searches; `None` with one round only."""

    value: float
    low: float | None
    high: float | None


class Bracket:
    """The first trials: up by a factor until one fails, or down until one passes.

    Args:
        first: The first load. step: The factor.

    Attributes:
        load: The next trial's.
        carried: The highest load that passed. `failed`: the lowest that failed.
    """

    def __init__(self, first: float, step: float = STEP) -> None:
        self.load = first
        self._step = step
        self.carried: float | None = None
        self.failed: float | None = None
        self._delivered: float | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the answer lies between two loads that were tried."""
        return self.carried is not None and self.failed is not None

    def note(self, passed: bool, delivered: float | None = None, *, is_counted: bool = False) -> None:
        """Take in how the trial at `load` went, and how much was delivered in it where it failed.

        Args:
            is_counted: Whether that much is taken of any load above it, so that it is the next to try.
        """
        if passed:
            self.carried = self.load
            self.load *= self._step
        else:
            self.failed, self._delivered = self.load, delivered
            self.load = delivered if is_counted and delivered else self.load / self._step

    @property
    def hint(self) -> float:
        """Where the answer probably is: what was delivered when it was too much, or the middle."""
        assert self.carried is not None
        assert self.failed is not None
        if self._delivered is None:
            return sqrt(self.carried * self.failed)
        return min(max(self._delivered, self.carried), self.failed)


class Round:
    """Trials around a load, each where it says most about the load at which half of them pass.

    Args:
        centre: Where it is thought to be.
        is_first: Whether no round has been before.
    """

    def __init__(self, centre: float, *, is_first: bool) -> None:
        self._loads: Floats = log(centre) + np.arange(-_REACH, _REACH + _GRID / 2, _GRID)
        sd = _FIRST_SD if is_first else _LATER_SD
        prior = np.exp(-(((self._loads - log(centre)) / sd) ** 2) / 2)
        self._weights: Floats = np.outer(prior, np.ones(len(_SPREADS)))
        self._weights /= self._weights.sum()
        self.trials, self._enough = 0, FIRST_TRIALS if is_first else TRIALS

    @property
    def is_over(self) -> bool:
        """Whether it has had its trials."""
        return self.trials >= self._enough

    @property
    def load(self) -> float:
        """The next trial's: the median, then beside it in turn."""
        if self.trials < _EXACT_TRIALS:
            return exp(self._median)
        side = 1 if self.trials % 2 else -1
        return exp(self._median + side * _ASIDE * self.spread)

    def note(self, load: float, passed: bool) -> None:
        """Take in how a trial went."""
        chance = np.exp(-_SLOPE * (self._loads[:, np.newaxis] - log(load)) / _SPREADS)
        passes = _ERRING + (1 - 2 * _ERRING) / (1 + chance)
        self._weights *= passes if passed else 1 - passes
        self._weights /= self._weights.sum()
        self.trials += 1

    @property
    def answer(self) -> float:
        """The load at which half of the trials pass, as far as this round knows: the median."""
        return exp(self._median)

    @property
    def spread(self) -> float:
        """The spread of ln capacity from trial to trial: the posterior's mean."""
        return float(self._weights.sum(axis=0) @ _SPREADS)

    @property
    def posterior(self) -> tuple[Floats, Floats]:
        """The loads, and the posterior probability of each."""
        return np.exp(self._loads), self._weights.sum(axis=1)

    @property
    def _median(self) -> float:
        cumulated = np.cumsum(self._weights.sum(axis=1))
        return float(np.interp(0.5, cumulated, self._loads))


def centre_of(answers: Sequence[float], hint: float) -> float:
    """Return where a round begins: where those before ended, on the average; the first at the hint."""
    return exp(fmean(map(log, answers))) if answers else hint


def answer_of(answers: Sequence[float], *, is_exact: bool = False) -> Answer:
    """Return what rounds have found together.

    Args:
        answers: Of one round each; at least one.
        is_exact: Whether they were counted: all alike, they are the answer.
    """
    if is_exact and len(set(answers)) == 1 < len(answers):
        return Answer(answers[0], answers[0], answers[0])
    logs = list(map(log, answers))
    middle = fmean(logs)
    if len(logs) < 2:  # of one value there is no spread
        return Answer(exp(middle), None, None)
    half = t_quantile(_CONFIDENCE, len(logs) - 1) * stdev(logs) / sqrt(len(logs))
    half = sqrt(half**2 + _FLOOR**2)
    return Answer(exp(middle), exp(middle - half), exp(middle + half))
