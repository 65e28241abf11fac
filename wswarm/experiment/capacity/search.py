"""The search: a bracket, then rounds around where the answer is thought to be, with fresh servers if ours."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

from wswarm.drive.clock import now_ns
from wswarm.errors import GeneratorError, TargetError, TargetFailed
from wswarm.experiment.capacity.bench import Bench, OnProgress, Over, unreachable
from wswarm.experiment.capacity.budget import Budget, unanswered_in
from wswarm.experiment.capacity.rounds import Bisecting, Counting, Kind, Overloading
from wswarm.experiment.capacity.setting import Setting
from wswarm.experiment.capacity.targets import Place, target_of
from wswarm.experiment.capacity.trial import Load
from wswarm.results.capacity import RoundFound, Search
from wswarm.stats import carrying
from wswarm.stats.capacity_slo import check_answer
from wswarm.stats.search import CONNECT_STEP, STEP, Bracket, centre_of

_MOST_DOWN = 12  # trials without one that passes


def search(
    setting: Setting,
    on_progress: OnProgress | None = None,
    interrupted: Callable[[], bool] | None = None,
    began_ns: int | None = None,
) -> Search:
    """Return which load the target carries.

    Args:
        on_progress: Called some ten times a second.
        interrupted: Asked as often; once it says true the search ends with what is known.
        began_ns: When the budget began; `None`: now.

    Raises:
        PlanError: the first load doesn't fit this machine.
        TargetError: it does not start, can't be reached, or carries not even a light load.
        TargetFailed: it has ended.
        GeneratorError: nothing is known of the target, as the generator could not keep up from the first.
        KeyboardInterrupt: interrupted before anything was known.
    """
    return _Search(setting, on_progress or _ignore, interrupted or _never, began_ns).run()


class _Search:
    """The phases of a search, in order."""

    def __init__(
        self,
        setting: Setting,
        on_progress: OnProgress,
        interrupted: Callable[[], bool],
        began_ns: int | None,
    ) -> None:
        self._setting, self._interrupted = setting, interrupted
        self._started_at = datetime.now(UTC)
        drain_s = float(setting.options.get("drain", 0.0))
        self._budget = Budget(setting.budget_s, now_ns() if began_ns is None else began_ns, drain_s)
        self._bench = Bench(setting, self._budget, on_progress, interrupted)
        self._bracket = Bracket(setting.first, CONNECT_STEP if setting.scenario == "connect" else STEP)
        self._rounds: list[RoundFound] = []
        self._failure: TargetFailed | None = None

    def run(self) -> Search:
        """Return what was found."""
        try:
            self._search()
        except Over as end:
            return self._found(end.gave_in, end.unanswered)
        except TargetFailed as error:
            self._failure = error
        return self._found(None)

    def _search(self) -> None:
        self._bench.show("starting", 0)
        with ExitStack() as stack:
            place = self._start(stack)
            self._open_bracket(place)
            if not self._setting.is_fresh:
                for number in range(1, self._setting.rounds + 1):
                    self._do_round(number, place)
        for number in range(len(self._rounds) + 1, self._setting.rounds + 1):
            self._bench.show("starting", number)
            with ExitStack() as stack:
                self._do_round(number, self._start(stack))

    def _start(self, stack: ExitStack) -> Place:
        """Return where the target is, which ends with the stack if it is ours.

        Raises:
            Over: there is no time left for it. TargetError: it does not start.
        """
        try:
            return stack.enter_context(target_of(self._setting, self._bench.is_to_end))
        except TargetError as error:
            if self._bench.is_to_end():
                raise Over(unanswered=str(error)) from None
            if self._bench.trials:
                raise TargetFailed(f"the target could not be started again: {error}") from None
            raise

    def _open_bracket(self, place: Place) -> None:
        """Double the load until it is too much."""
        setting, bracket = self._setting, self._bracket
        self._bench.move_to(place)
        down = 0
        while not bracket.is_closed:
            load = bracket.load = self._whole(bracket.load)
            outcome = self._bench.try_load(Load(0, load, setting.length_s(load, setting.bracket_s)))
            trial, down = outcome.trial, down + (not outcome.trial.passed)
            is_counted = setting.scenario == "connect" and trial.refused > 0
            if outcome.run is None and len(self._bench.trials) == 1:
                raise TargetError(trial.evidence)
            hint = trial.delivered if is_counted or setting.scenario != "connect" else None
            bracket.note(bool(trial.passed), hint, is_counted=is_counted)
            if bracket.carried is None and (down >= _MOST_DOWN or bracket.load < setting.least):
                raise unreachable(trial)

    def _do_round(self, number: int, place: Place) -> None:
        self._bench.move_to(place)
        answers = [one.value for one in self._rounds]
        found = self._kind()(self._bench, number, centre_of(answers, self._bracket.hint), self._rounds)
        self._rounds.append(found)
        self._bench.answers.append(found.value)
        self._bench.show("round over", number)

    def _kind(self) -> Kind:
        if self._setting.is_overloading:
            return Overloading(self._setting)
        bisecting = Bisecting(self._setting, self._budget)
        return Counting(self._setting, bisecting) if self._setting.scenario == "connect" else bisecting

    def _whole(self, load: float) -> float:
        return float(max(1, round(load))) if self._setting.scenario == "connect" else load

    def _found(self, gave_in: str | None, unanswered: str | None = None) -> Search:
        setting, trials = self._setting, self._bench.trials
        failure = str(self._failure) if self._failure is not None else None
        ended = carrying.Ended(gave_in, failure)
        capacity = carrying.capacity_of(setting.scenario, trials, self._rounds, ended)
        first = self._bench.first
        if capacity is None or first is None:
            raise self._nothing(gave_in, unanswered)
        return Search(
            scenario=setting.scenario,
            started_at=f"{self._started_at:%Y-%m-%dT%H:%M:%SZ}",
            plan=first.plan,
            target=setting.target,
            environment=first.environment,
            slo=list(setting.slo),
            objectives=check_answer(capacity, setting.objectives),
            rounds_wanted=setting.rounds,
            budget_s=setting.budget_s,
            trial_s=setting.trial_s,
            elapsed_s=self._budget.elapsed_s,
            interrupted=self._interrupted(),
            failure=failure,
            notices=carrying.notices(trials, capacity, setting.rounds, ended),
            capacity=capacity,
            rounds=self._rounds,
            trials=trials,
        )

    def _nothing(self, gave_in: str | None, unanswered: str | None) -> BaseException:
        """Return why nothing is known."""
        if self._failure is not None:
            return self._failure
        if self._interrupted():
            return KeyboardInterrupt()
        if gave_in is not None and carrying.is_ours(gave_in):
            return GeneratorError(f"no load could be judged, as the generator could not keep up: {gave_in}")
        if gave_in is not None:
            return GeneratorError(f"no load could be judged: {gave_in}; run it again on a quieter machine")
        how = self._bench.trials[-1].evidence if self._bench.trials else unanswered
        if how is not None and self._bench.first is None:
            return TargetError(unanswered_in(self._setting.budget_s, how))
        return TargetError(
            f"--budget {self._setting.budget_s:g}s was over before one load was carried: use --budget"
            f" {self._budget.length_for(self._setting.enough)}s, or give shorter trials by -d"
        )


def _ignore(_: object) -> None:
    """Show nothing."""


def _never() -> bool:
    """Return that nobody interrupts."""
    return False
