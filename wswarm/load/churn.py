"""Sessions that come and go: a Poisson stream of them, each for its part, from a stationary population on."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from wswarm.errors import PlanError
from wswarm.load.arrivals import given_in_all
from wswarm.load.belonging import SESSIONS_LIMIT
from wswarm.load.turns import Int64s
from wswarm.units import NS_PER_S

if TYPE_CHECKING:
    from wswarm.load.plan import Plan

Floats = npt.NDArray[np.float64]
StayLaw = Literal["exponential", "lognormal", "fixed"]

DEFAULT_SESSIONS = 10.0
_SPARE = 1_000  # sessions at once beyond those expected, unless -c says how many
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


def churn_of(plan: "Plan") -> Churn:
    """Return the stream of sessions that a plan asks for."""
    return Churn(plan.sessions or 0.0, plan.stay, plan.stay_law, plan.seed or 0)


def most_at_once(sessions: float, stay: float) -> int:
    """Return how many there may be at once if nobody says: more than there ever are, unless the target stalls."""
    expected = sessions * stay
    return round(expected + max(_SPARE, 10 * math.sqrt(expected)))


def check_churn(plan: "Plan") -> None:
    """Check that sessions can come and go as the plan says.

    Raises:
        PlanError: they can't.
    """
    if plan.scenario != "churn":
        return
    if plan.sessions is None:
        raise PlanError("churn has sessions: say how many begin per s, as in --sessions 50/s")
    if not 0 < plan.stay < float("inf"):
        raise PlanError(f"--stay {plan.stay:g} must be a number above 0")
    length_s = plan.warmup + plan.duration
    in_all = plan.sessions * (length_s + plan.stay)
    if in_all > SESSIONS_LIMIT:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s, and --stay {plan.stay:g}s of them"
            f" before, is {in_all:,.0f} sessions, more than {SESSIONS_LIMIT:,}: lower one of them"
        )
    if round(plan.sessions * length_s) < 1:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s gives no session: raise one of them"
        )
    for option, value in (("--publish", plan.publish), ("--publisher-url", plan.publisher_url)):
        if value is not None and plan.rate is None:
            raise PlanError(f"{option} {value!r} publishes nothing without a rate: add -r, as in -r 5/s")


def _strata(count: int, chance: np.random.Generator) -> Floats:
    """Return a uniform number in each of so many equal parts of [0, 1), in random order."""
    return (chance.permutation(count) + chance.random(count)) / max(1, count)


def _normal(uniform: Floats) -> Floats:
    """Return the quantiles of the standard normal distribution."""
    inverse = NormalDist().inv_cdf
    smallest = np.finfo(np.float64).tiny
    return np.array([inverse(one) for one in np.maximum(uniform, smallest).tolist()], np.float64)
