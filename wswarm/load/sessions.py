"""Sessions that come and go: a Poisson stream of them, each for its part, from a stationary population on."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.load.arrivals import given_in_all
from wswarm.load.settings import Settings
from wswarm.load.turns import Int64s
from wswarm.units import NS_PER_S

Floats = npt.NDArray[np.float64]
StayLaw = Literal["exponential", "lognormal", "fixed"]

_INITIAL, _ARRIVING, _AT = 1, 2, 3
_SIGMA = 1.0


class Sessions(NamedTuple):
    """Sessions in the order in which they arrive: int64 arrays of one length.

    Attributes:
        starts_ns: When each begins, from the beginning of the load. `stays_ns`: how long it stays, once it is open.
    """

    starts_ns: Int64s
    stays_ns: Int64s


@dataclass(frozen=True, slots=True)
class Churn:
    """A stream of sessions.

    How long they stay is drawn one from each of as many equal parts of the law as there are sessions, in random
    order: each by itself is as the law says, and together they have its mean also where they are few.

    Attributes:
        rate: Sessions per s. `stay`: how long each lasts on the average, s. `law`: by which law.
    """

    rate: float
    stay: float
    law: StayLaw
    seed: int

    @property
    def expected(self) -> float:
        """How many there are at once on the average.

        Source: Little's law; with Poisson arrivals their number is a Poisson one of that mean, whatever the law of
        their lengths (M/G/∞).
        """
        return self.rate * self.stay

    @property
    def population(self) -> int:
        """How many there are when the load begins."""
        return round(self.expected)

    def count(self, length_s: float) -> int:
        """Return how many arrive in so many s."""
        return round(self.rate * length_s)

    def initial(self) -> Int64s:
        """Return how long each of those still stays who are there when the load begins, in ns.

        Source: what is left of a length that is found under way is a uniform part of one that is found in proportion
        to itself; of a log-normal law such is log-normal, its μ greater by σ² (Ross, Introduction to Probability
        Models, 7.7).
        """
        chance = np.random.default_rng((self.seed, _INITIAL))
        whole = _strata(self.population, chance)
        if self.law == "exponential":
            return self._in_ns(-np.log1p(-whole))
        part = _strata(self.population, chance)
        if self.law == "fixed":
            return self._in_ns(part)
        return self._in_ns(part * np.exp(_SIGMA * _normal(whole) + _SIGMA**2 / 2))

    def arriving(self, length_ns: int) -> Sessions:
        """Return those who arrive in so many ns: exactly as many as the rate says."""
        count = self.count(length_ns / NS_PER_S)
        blocks = list(given_in_all(length_ns, count, (self.seed, _AT)))
        whole = _strata(count, np.random.default_rng((self.seed, _ARRIVING)))
        if self.law == "exponential":
            stays_ns = self._in_ns(-np.log1p(-whole))
        elif self.law == "fixed":
            stays_ns = self._in_ns(np.ones(count))
        else:
            stays_ns = self._in_ns(np.exp(_SIGMA * _normal(whole) - _SIGMA**2 / 2))
        return Sessions(np.concatenate([np.zeros(0, np.int64), *blocks]), stays_ns)

    def _in_ns(self, stays: Floats) -> Int64s:
        """Return multiples of the mean in ns, at least one."""
        return np.maximum(np.rint(stays * (self.stay * NS_PER_S)), 1).astype(np.int64)


def churn_of(plan: Settings) -> Churn:
    """Return the stream of sessions that a plan asks for."""
    return Churn(plan.sessions or 0.0, plan.stay, plan.stay_law, plan.seed or 0)


def _strata(count: int, chance: "np.random.Generator") -> Floats:
    """Return a uniform number in each of so many equal parts of [0, 1), in random order."""
    return (chance.permutation(count) + chance.random(count)) / max(1, count)


def _normal(uniform: Floats) -> Floats:
    """Return the quantiles of the standard normal distribution."""
    inverse = NormalDist().inv_cdf
    smallest = np.finfo(np.float64).tiny
    return np.array([inverse(one) for one in np.maximum(uniform, smallest).tolist()], np.float64)
