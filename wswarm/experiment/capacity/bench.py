"""Where trials are made: those that say nothing are made again, and what is known is shown meanwhile."""

from collections.abc import Callable
from typing import NamedTuple

from wswarm.drive.clock import now_ns
from wswarm.errors import GeneratorError, PlanError, TargetError, TargetFailed
from wswarm.experiment.capacity.budget import Budget
from wswarm.experiment.capacity.setting import Setting
from wswarm.experiment.capacity.targets import Place
from wswarm.experiment.capacity.trial import Load, Outcome, run_trial
from wswarm.experiment.preflight import target_meter
from wswarm.results.capacity import SearchProgress, Trial
from wswarm.results.progress import Progress
from wswarm.results.run import Environment
from wswarm.stats.carrying import highest_carried, is_ours, lowest_failed
from wswarm.units import NS_PER_S

_MOST_UNCLEAN, _MOST_SPOILT = 2, 3
_SETTLING, _SETTLE_S, _LOOKS = 5, 1.0, 2
_LIGHT, _LIGHT_S = 1.1, 0.001  # times as long as at first, and so much more, is as at first

OnProgress = Callable[[SearchProgress], None]


class Over(Exception):  # noqa: N818 - the search ends, which is no error
    """The search ends with what is known.

    Args:
        gave_in: By what the generator could not keep up, if that is why.
        unanswered: How the target has not answered until then, if that is why.
    """

    def __init__(self, gave_in: str | None = None, unanswered: str | None = None) -> None:
        super().__init__(gave_in)
        self.gave_in, self.unanswered = gave_in, unanswered


class Circumstances(NamedTuple):
    """Under which the first trial was made: its plan as a run file has it, and where."""

    plan: dict[str, object]
    environment: Environment


class Bench:
    """The trials of a search, one after another.

    Args:
        tell: Told how the search stands.
        interrupted: Whether it is to end early.

    Attributes:
        trials: That are over.
        answers: Of the rounds that are over.
        first: The circumstances, once something was measured.
    """

    def __init__(
        self, setting: Setting, budget: Budget, tell: OnProgress, interrupted: Callable[[], bool]
    ) -> None:
        self.trials: list[Trial] = []
        self.answers: list[float] = []
        self.first: Circumstances | None = None
        self._setting, self._budget, self._tell, self._interrupted = setting, budget, tell, interrupted
        self._place: Place | None = None
        self._light_s: float | None = None

    def move_to(self, place: Place) -> None:
        """Load the target that is there from now on."""
        self._place = place

    def try_load(self, load: Load) -> Outcome:
        """Return what a load showed, once it has shown something of the target.

        Raises:
            Over: it can't be made, or the generator could not keep up twice in a row.
            TargetFailed: the target is not there any more.
        """
        unclean = spoilt = 0
        while True:
            outcome = self._try_once(load._replace(agents=1 + unclean))
            trial = outcome.trial
            if outcome.was_cut:
                raise Over
            self.trials.append(trial)
            if outcome.run is None:
                self._check_alive(load, trial)
            elif outcome.has_rest:
                self._settle(load)
            if trial.passed is not None:
                return outcome
            is_unclean = is_ours(trial.evidence)
            unclean, spoilt = unclean + is_unclean, spoilt + (not is_unclean)
            if unclean == _MOST_UNCLEAN or spoilt > _MOST_SPOILT:
                raise Over(trial.evidence)

    def show(self, doing: str, round_: int, load: float | None = None) -> None:
        """Show how the search stands."""
        self._tell(
            SearchProgress(
                elapsed_s=self._budget.elapsed_s,
                budget_s=self._budget.length_s,
                round=round_,
                rounds_wanted=self._setting.rounds,
                doing=doing,
                load=load,
                trials=tuple(self.trials),
                carried=highest_carried(self.trials),
                failed=lowest_failed(self.trials),
                answers=tuple(self.answers),
            )
        )

    def _try_once(self, load: Load) -> Outcome:
        if self._interrupted() or not self._budget.has_room(1, load.length_s):
            raise Over
        began_ns = now_ns()
        outcome = self._run(load._replace(patience_s=self._budget.patience_s))
        if outcome.run is None and self.is_to_end():
            raise Over(unanswered=outcome.trial.evidence)
        self._budget.note((now_ns() - began_ns) / NS_PER_S, load.length_s)
        run = outcome.run
        if run is not None and self.first is None:
            self.first = Circumstances(run.plan, run.environment)
        if self._light_s is None and outcome.trial.passed:
            self._light_s = outcome.trial.p50
        return outcome

    def _run(self, load: Load) -> Outcome:
        assert self._place is not None
        doing = "settling" if load.length_s == _SETTLE_S else "loading"

        def tell(progress: Progress) -> None:
            self.show(progress.phase if doing == "loading" else doing, load.round, load.amount)

        try:
            return run_trial(self._setting, self._place, load, tell, self.is_to_end)
        except (PlanError, GeneratorError) as error:
            if not self.trials:
                raise
            self._check_there(self._place)
            raise Over(f"generator: {error}") from None
        except KeyboardInterrupt:
            if not self.is_to_end():
                raise
            raise Over(unanswered="no handshake had ended") from None

    def is_to_end(self) -> bool:
        """Return whether what is under way has to end now."""
        return self._interrupted() or self._budget.is_over()

    def _check_alive(self, load: Load, trial: Trial) -> None:
        """Check that a target that took no connection has not gone for good."""
        if not any(one.passed for one in self.trials):
            return  # the first loads tell it themselves
        light = Load(load.round, self._setting.first, _SETTLE_S)
        if all(self._try_once(light).run is None for _ in range(_LOOKS)):
            raise _gone(trial)

    def _check_there(self, place: Place) -> None:
        """Check that the target's process, if it is known by name, has not ended in the trial before."""
        try:
            target_meter(place.pid)
        except PlanError:
            raise _gone(self.trials[-1]) from None

    def _settle(self, load: Load) -> None:
        """Wait until the target answers a light load as fast as at first: a backlog may be left."""
        if self._light_s is None or self._setting.scenario == "connect":
            return
        light = Load(load.round, self._setting.first, _SETTLE_S)
        for _ in range(_SETTLING):
            seen = self._try_once(light).trial.p50
            if seen is not None and seen <= _LIGHT * self._light_s + _LIGHT_S:
                return


def _gone(trial: Trial) -> TargetFailed:
    return TargetFailed(f"the target is gone since a trial at {trial.load:,.4g}: {trial.evidence}")


def unreachable(trial: Trial) -> TargetError:
    """Return the error that not even the lightest load could be carried."""
    return TargetError(
        f"not even {trial.load:,.4g} could be carried: {trial.evidence}; lower the first load, or loosen --slo"
    )
