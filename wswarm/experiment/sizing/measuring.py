"""Cells one after another, each on a server of its own if that is ours to start: pilots first, then what they say."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from statistics import median

from wswarm.drive.clock import now_ns
from wswarm.drive.host.brokers import brokers, name_of
from wswarm.drive.host.limits import cores
from wswarm.errors import GeneratorError, TargetError
from wswarm.experiment.capacity.budget import Budget
from wswarm.experiment.capacity.targets import Place, fresh, there
from wswarm.experiment.sizing.cell import Taken, Target, take
from wswarm.experiment.sizing.design import Wanted, Work, agents_of, cells_of, rate_of
from wswarm.experiment.sizing.load import Load
from wswarm.experiment.sizing.pilots import Point, explore
from wswarm.experiment.sizing.quiet import wait_until_quiet
from wswarm.experiment.sizing.setting import LEAST_HOLD_S, Setting
from wswarm.results.progress import Progress
from wswarm.results.run import Environment
from wswarm.results.sizing import Cell
from wswarm.results.sizing_progress import SizingProgress
from wswarm.stats.sizing.handshakes import Ramp
from wswarm.stats.sizing.lindley import Floats
from wswarm.units import NS_PER_S

_PILOT_SHARE = 0.5
_REFUSALS = 2  # in a row, after which a server that is not ours is gone
_LEAST_CORES = 0.5  # that a machine has left for us, however busy others make it
_GOOD_HOLD_S, _LONGEST_HOLD_S = 6.0, 30.0
_FOR_CELLS = 0.9  # of what is left after the pilots: the rest is for those that are made again

OnProgress = Callable[[SizingProgress], None]


class Over(Exception):  # noqa: N818 - measuring ends, which is no error
    """It ends with what is known."""


class Measuring:
    """The cells of a target.

    Args:
        tell: Told how it stands.
        interrupted: Whether it is to end early.

    Attributes:
        cells: That were measured. `came`: when the publishes of each came. `ramps`: the opening of their connections.
        left_out: Why others are not among them.
        disturbed: What kept cells' times from being the target's alone. `untimed`: why others have no times.
        environment: Where they were measured, once one was.
        broker: Name of a process that the target has connected to, if one was found.
        wanted: How many cells there are to be, in all `repetitions`.
        is_cut: Whether the budget was over before.
        gone: How a server that is not ours ended, if it did. `unanswered`: how the target never answered, if so.
    """

    def __init__(
        self, setting: Setting, budget: Budget, tell: OnProgress, interrupted: Callable[[], bool]
    ) -> None:
        self.cells: list[Cell] = []
        self.came: list[Floats | None] = []
        self.left_out: list[str] = []
        self.disturbed: list[str] = []
        self.untimed: list[str] = []
        self.environment: Environment | None = None
        self.ramps: list[Ramp] = []
        self.broker: str | None = None
        self.wanted, self.repetitions, self.is_cut = 0, setting.starts, False
        self._setting, self._budget, self._tell, self._interrupted = setting, budget, tell, interrupted
        self.gone: str | None = None
        self.unanswered: str | None = None
        self._starts = self._refused = 0
        self._others: list[float] = []  # cores that neither target nor generator used, of each short trial
        self._doubtful: list[tuple[Load, Taken]] = []
        self._shown: list[Cell] = []  # in order, with those that are made again
        self._random = Random(setting.seed)

    def run(self) -> None:
        """Measure all cells, as far as there is time.

        Raises:
            PlanError: a load doesn't fit this machine. TargetError: the target does not start, or can't be reached.
            KeyboardInterrupt: interrupted before anything was measured.
        """
        setting = self._setting
        wanted = cells_of(setting)
        try:
            with self._target(setting.workers[0]) as target:
                work = self._pilot(target, wanted)
                if not setting.is_fresh:
                    self._take_all(wanted, work, target)
            if setting.is_fresh:
                self._take_all(wanted, work, None)
        except Over:
            self.is_cut = len(self.cells) + len(self.left_out) < self.wanted
            if self._interrupted() and not self.cells:
                raise KeyboardInterrupt from None

    @property
    def others(self) -> float:
        """Cores that neither target nor generator used: the median of the short trials, as one says little."""
        return median(self._others) if self._others else 0.0

    def _pilot(self, target: Target, wanted: list[Wanted]) -> Work:
        """Return what a publish costs, by short trials with few and with many subscribers."""
        fitted = [one for one in wanted if not one.held_out and one.workers == self._setting.workers[0]]
        ends = [min(fitted, key=_by_fanout), max(fitted, key=_by_fanout)]
        hold_s = self._setting.pilot_s

        def attempt(end: Wanted, rate: float, work: Work | None) -> Point:
            agents = 1 if work is None else agents_of(end, work, rate)
            return self._try(target, Load(end, rate, hold_s, agents))

        def rate_at(end: Wanted, work: Work) -> float:
            return self._load(end._replace(share=_PILOT_SHARE), work, hold_s).rate

        return explore(ends, attempt, rate_at)

    def _try(self, target: Target, load: Load) -> Point:
        """Return what a short trial used."""
        with self._noted(load.hold_s):
            taken = self._once(target, load, "pilot")
        if taken.others is not None:
            self._others.append(taken.others)
        if taken.cell is None or not taken.cell.rate or taken.own is None:
            raise TargetError(f"a short trial at {load.rate:,.3g}/s shows nothing: {taken.doubt}")
        return Point(taken.cell.rate, taken.cell.utilisation, taken.own)

    def _load(self, wanted: Wanted, work: Work, hold_s: float) -> Load:
        free = max(_LEAST_CORES, cores() - self.others)
        rate = rate_of(wanted, work, free, self._setting.rates)
        return Load(wanted, max(rate, 1.0 / hold_s), hold_s, agents_of(wanted, work, rate))

    def _take_all(self, wanted: list[Wanted], work: Work, there: Target | None) -> None:
        """Measure each cell, and each once more if there is time, in random order; then again what says nothing."""
        self.repetitions, hold_s = self._lengths(len(wanted))
        self.wanted = self.repetitions * len(wanted)
        loads = [self._load(one, work, hold_s) for one in wanted]
        doubtful = self._doubtful
        try:
            for _ in range(self.repetitions):
                for load in self._random.sample(loads, len(loads)):
                    taken = self._on(load, there)
                    if taken.doubt is None:
                        self._keep(load, taken)
                    else:
                        doubtful.append((load, taken))
            while doubtful:
                load, taken = max(doubtful, key=_doubtfulness)
                again = self._on(load, there)
                doubtful.remove((load, taken))
                self._keep(*min((load, again), (load, taken), key=_doubtfulness))
        finally:
            while doubtful:
                self._keep(*doubtful.pop(0))

    def _keep(self, load: Load, taken: Taken) -> None:
        """Take in a cell for good."""
        if taken.cell is None or not taken.cell.valid:
            self.left_out.append(f"{load}: {taken.doubt}")
            return
        if taken.doubt is not None:
            (self.disturbed if taken.is_timed else self.untimed).append(taken.doubt)
        self.cells.append(taken.cell)
        self.came.append(taken.came)
        if taken.ramp is not None:
            self.ramps.append(taken.ramp)

    def _lengths(self, count: int) -> tuple[int, float]:
        """Return how often each cell is measured, and how long."""
        left_s, overhead_s = _FOR_CELLS * self._budget.left_s, self._budget.overhead_s
        given_s = self._setting.hold_s
        for repetitions in range(self._setting.starts, 0, -1):
            hold_s = left_s / (repetitions * count) - overhead_s
            if hold_s >= (given_s or _GOOD_HOLD_S):
                break
        return repetitions, given_s or min(_LONGEST_HOLD_S, max(LEAST_HOLD_S, hold_s))

    def _on(self, load: Load, there: Target | None) -> Taken:
        """Return what a load shows of a server that is there, or of a fresh one."""
        taken = self._tried(load, there)
        if taken.cell is not None:
            self._shown.append(taken.cell)
            self._show("cell over")
        return taken

    def _tried(self, load: Load, there: Target | None) -> Taken:
        try:
            with self._noted(load.hold_s):
                if there is None:
                    with self._target(load.wanted.workers) as target:
                        return self._once(target, load)
                taken = self._once(there, load)
                self._refused = 0
                return taken
        except (TargetError, GeneratorError) as error:
            if not self.cells and not self._doubtful:
                raise
            self._refused += there is not None and isinstance(error, TargetError)
            if self._refused == _REFUSALS:
                self.gone = str(error)
                raise Over from None
            return Taken(None, doubt=str(error))

    def _once(self, target: Target, load: Load, doing: str | None = None) -> Taken:
        if self._is_to_end() or not self._budget.has_room(1, load.hold_s):
            raise Over

        def tell(progress: Progress) -> None:
            self._show(doing or progress.phase)

        try:
            plan = load.plan(self._setting, target.place.url, self._random.getrandbits(32))
            taken = take(self._setting, target, load.wanted, plan, tell, self._is_to_end)
        except KeyboardInterrupt:
            if not self._is_to_end():
                raise
            self.unanswered = f"no connection to {self._setting.target} opened: see that it takes some"
            raise Over from None
        if taken.run is not None:
            if taken.run.interrupted:
                raise Over
            self.environment = taken.run.environment
        return taken

    @contextmanager
    def _noted(self, hold_s: float) -> Iterator[None]:
        """Take in how long a load takes besides its hold, with its server's start and end."""
        began_ns = now_ns()
        yield
        self._budget.note((now_ns() - began_ns) / NS_PER_S, hold_s)

    @contextmanager
    def _target(self, workers: int) -> Iterator[Target]:
        """Yield the target, freshly started if it is ours to start.

        Raises:
            Over: there is no time left for it. TargetError: it does not start.
        """
        self._show("starting")
        setting = self._setting
        self._starts += 1
        if setting.is_fresh:
            with ExitStack() as stack:
                yield self._known(self._start(stack, workers))
        else:
            assert setting.url is not None
            yield self._known(there(setting.url, setting.plan(), setting.target_pid))

    def _start(self, stack: ExitStack, workers: int) -> Place:
        try:
            return stack.enter_context(
                fresh(self._setting.url, self._setting.serve, workers, self._is_to_end)
            )
        except TargetError as error:
            if not self._is_to_end():
                raise
            self.unanswered = str(error)
            raise Over from None

    def _known(self, place: Place) -> Target:
        wait_until_quiet(place.pids)
        found = tuple(brokers(place.pids))
        self.broker = self.broker or name_of(found)
        return Target(place, self._starts, found)

    def _is_to_end(self) -> bool:
        return self._interrupted() or self._budget.is_over()

    def _show(self, doing: str) -> None:
        self._tell(
            SizingProgress(
                elapsed_s=self._budget.elapsed_s,
                budget_s=self._budget.length_s,
                doing=doing,
                cells=tuple(self._shown),
                wanted=self.wanted,
                left_out=tuple(self.left_out),
            )
        )


def _by_fanout(wanted: Wanted) -> int:
    return wanted.fanout


def _doubtfulness(made: tuple[Load, Taken]) -> int:
    """Return how little a cell says: 0 if it is sound, 1 if disturbed, 2 without times, 3 if it says nothing."""
    taken = made[1]
    if taken.cell is None or not taken.cell.valid:
        return 3
    return 1 + (not taken.is_timed) if taken.doubt is not None else 0
