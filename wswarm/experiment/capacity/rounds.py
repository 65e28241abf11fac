"""What a round consists of: trials where they say most, the count of what is refused, or too much load at once."""

from typing import Protocol

from wswarm.experiment.capacity.bench import Bench, Over
from wswarm.experiment.capacity.budget import Budget
from wswarm.experiment.capacity.setting import Setting
from wswarm.experiment.capacity.trial import Load
from wswarm.results.capacity import RoundFound
from wswarm.stats.search import CONNECT_STEP, TRIALS, Round

_OVERLOAD, _JUST_BELOW = 1.5, 0.9
_MOST_OVERLOADS = 6
_COUNTS = 6  # tries to hit the number at which refusing begins: one may be a remnant of those before short
_SHOWN = 1e-4  # probability of a load from which on it is worth a place in the file


class Kind(Protocol):
    """How a round finds its answer."""

    def __call__(self, bench: Bench, number: int, centre: float, found: list[RoundFound]) -> RoundFound:
        """Return what the round has found around a load, `found` being those before."""
        ...


class Bisecting:
    """Some trials around the load at which half of them pass."""

    def __init__(self, setting: Setting, budget: Budget) -> None:
        self._setting, self._budget = setting, budget

    def __call__(self, bench: Bench, number: int, centre: float, found: list[RoundFound]) -> RoundFound:
        """As `Kind`; a first round that was not to end says what it knows.

        Raises:
            Over: it could not be ended, and says nothing.
        """
        length_s = self._setting.length_s(centre, self._setting.trial_s)
        if found and not self._budget.has_room(TRIALS, length_s):
            raise Over
        one = Round(centre, is_first=not found)
        try:
            while not one.is_over:
                load = self._whole(one.load)
                outcome = bench.try_load(Load(number, load, self._setting.length_s(load, length_s)))
                one.note(load, bool(outcome.trial.passed))
        except Over as end:
            if found or end.gave_in or not one.trials:
                raise
        loads, posterior = one.posterior
        kept = posterior > _SHOWN
        return RoundFound(
            round=number,
            value=self._whole(one.answer),
            trials=one.trials,
            loads=[float(f"{value:.6g}") for value in loads[kept]],
            posterior=[float(f"{value:.4g}") for value in posterior[kept]],
        )

    def _whole(self, load: float) -> float:
        return float(max(1, round(load))) if self._setting.scenario == "connect" else load


class Counting:
    """Connections: what a target refuses says how many it takes, and one trial at that, one above, that it is so."""

    def __init__(self, setting: Setting, otherwise: Bisecting) -> None:
        self._setting, self._otherwise = setting, otherwise

    def __call__(self, bench: Bench, number: int, centre: float, found: list[RoundFound]) -> RoundFound:
        """As `Kind`."""
        count, made = max(1, round(centre)), 0
        for _ in range(_COUNTS if any(one.refused for one in bench.trials) else 0):
            carried = self._try(bench, number, count)
            made += 1
            if carried == count:
                above = self._try(bench, number, count + 1)
                made += 1
                if above == count:
                    return RoundFound(round=number, value=float(count), trials=made)
                if above == count + 1:  # it takes more than was thought: far above, it says how many
                    above = max(above + 1, round(CONNECT_STEP * above))
                carried = above
            if carried is None or carried < 1:
                break
            count = carried
        return self._otherwise(bench, number, float(max(1, round(centre))), found)

    def _try(self, bench: Bench, number: int, count: int) -> int | None:
        """Return how many of so many connections the target took; `None`: some other way it was too much."""
        trial = bench.try_load(Load(number, float(count), self._setting.trial_s)).trial
        if trial.passed:
            return count
        return count - trial.refused if trial.refused else None


class Overloading:
    """Too much load at once, and what is delivered then; beside it a load that is just below."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def __call__(
        self,
        bench: Bench,
        number: int,
        centre: float,
        found: list[RoundFound],  # noqa: ARG002  # what others look at
    ) -> RoundFound:
        """As `Kind`; `found` does not matter: rounds know nothing of each other.

        Raises:
            Over: there is no load that is too much.
        """
        load = _OVERLOAD * centre
        for made in range(1, _MOST_OVERLOADS + 1):
            trial = bench.try_load(Load(number, load, self._setting.trial_s, is_overload=True)).trial
            if not trial.passed and trial.delivered:
                bench.try_load(Load(number, _JUST_BELOW * trial.delivered, self._setting.trial_s))
                return RoundFound(round=number, value=trial.delivered, trials=made + 1)
            load *= _OVERLOAD
        raise Over(f"generator: {load / _OVERLOAD:,.4g} per s was not too much for the target")
