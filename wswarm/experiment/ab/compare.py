"""Two versions compared: fresh servers of both, loaded in turn, until it is clear whether head is slower."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random, SystemRandom

import msgspec

from wswarm.drive.clock import now_ns
from wswarm.drive.host.cores import Pinning, share_out
from wswarm.drive.host.server import check_command
from wswarm.experiment.ab.arm import ArmSession
from wswarm.experiment.ab.calibration import calibrate, find_overload
from wswarm.experiment.ab.design import full_load
from wswarm.experiment.ab.generation import Rates, Slicer, draw_blocks, draw_generation, started
from wswarm.experiment.ab.served import served_file
from wswarm.experiment.ab.setting import ARMS, Experiment
from wswarm.experiment.environment import environment
from wswarm.experiment.preflight import check
from wswarm.results import redact
from wswarm.stats.compare.ab import Comparison, judge
from wswarm.stats.compare.comparison import Ab, AbProgress, Doing, Generation, Record, Settings, Side
from wswarm.stats.compare.faults import compare_faults
from wswarm.stats.compare.slices import Arm, whole_blocks
from wswarm.units import NS_PER_S

OnProgress = Callable[[AbProgress], None]


def compare(
    experiment: Experiment,
    on_progress: OnProgress | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> Ab:
    """Return how head compares to base.

    Args:
        on_progress: Called after each slice, and when something else begins.
        interrupted: Asked as often; once it says true the experiment ends.

    Raises:
        PlanError: the plan doesn't fit this machine.
        TargetError: a server does not start, or takes no connections.
        KeyboardInterrupt: interrupted before the first slice.
    """
    check(experiment.plan(1))
    for arm in ARMS:
        check_command(experiment.commands[arm])
    pinning = share_out() if experiment.is_pinned else Pinning()
    return _Running(experiment, pinning, on_progress or _ignore, interrupted or _never).run()


class _Running:
    """The experiment while it goes on."""

    def __init__(
        self,
        experiment: Experiment,
        pinning: Pinning,
        on_progress: OnProgress,
        interrupted: Callable[[], bool],
    ) -> None:
        self._experiment, self._pinning = experiment, pinning
        self._on_progress, self._interrupted = on_progress, interrupted
        self._chance = Random(experiment.seed)
        self._origin_ns, self._started_at = now_ns(), datetime.now(UTC)
        self._records: list[Record] = []
        self._generations: list[Generation] = []
        self._comparison: Comparison | None = None
        self._rate = experiment.rate
        self._overload: float | None = None
        self._full = full_load(experiment.design)
        self._slices = 0
        self._served: dict[Arm, str | None] = {}

    def run(self) -> Ab:
        """Return the comparison."""
        while self._has_time():
            self._generation()
            if self._interrupted() and not self._records:
                raise KeyboardInterrupt
            self._comparison = self._judge(is_last=False)
            self._tell("starting")
            if self._comparison.is_decided:
                return self._result(self._comparison)
        return self._result(self._judge(is_last=True))

    def _has_time(self) -> bool:
        """Return whether another generation fits, if it takes as long as the others did on average."""
        if self._interrupted():
            if not self._records:
                raise KeyboardInterrupt
            return False
        elapsed_s, done = self._elapsed_s(), len(self._generations)
        return not done or elapsed_s * (1 + 1 / done) <= self._experiment.timing.budget_s

    def _generation(self) -> None:
        generation = draw_generation(self._chance, self._elapsed_s())
        blocks = draw_blocks(self._chance, self._experiment.timing, self._full)
        self._generations.append(generation)
        self._slices = 0
        self._tell("starting")
        with started(self._experiment, generation, self._pinning) as sessions:
            self._look_at(sessions)
            rates = self._rates(sessions["base"])
            slicer = Slicer(
                sessions,
                len(self._generations) - 1,
                self._experiment.plan(1),
                self._experiment.timing,
                self._origin_ns,
            )
            slicer.warm_up(rates)
            for block in blocks:
                for record in slicer.block(block, rates, self._interrupted):
                    self._records.append(record)
                    self._slices += 1
                    self._tell("measuring")
                if self._interrupted() or self._is_clear_without_statistics():
                    return

    def _look_at(self, sessions: dict[Arm, ArmSession]) -> None:
        """Find out what the first servers serve: before any load, and all others are started alike."""
        if not self._served:
            commands = self._experiment.commands
            self._served = {arm: served_file(commands[arm], sessions[arm].pid) for arm in ARMS}

    def _rates(self, base: ArmSession) -> Rates:
        """Return the rates: those that are not given are found out once."""
        experiment, timing = self._experiment, self._experiment.timing
        plan = experiment.plan(1)
        if self._rate is None:
            self._tell("calibrating")
            self._rate = calibrate(base, plan, timing.pause_s, experiment.seed).rate
        if self._full == "overload" and self._overload is None:
            self._tell("calibrating")
            self._overload = find_overload(base, plan, timing, self._rate, experiment.seed)
        return Rates(self._rate, self._overload)

    def _is_clear_without_statistics(self) -> bool:
        """Return whether head loses or duplicates messages and base none, or a version says nothing at all."""
        slices = [one.slice for one in self._records]
        received = {arm: sum(one.counts.received for one in slices if one.arm == arm) for arm in ARMS}
        faults = (
            compare_faults(slices, "lost", self._experiment.design.alpha, is_look=False),
            compare_faults(slices, "duplicated", self._experiment.design.alpha, is_look=False),
        )
        return not all(received.values()) or any(one.verdict == "regression" for one in faults)

    def _judge(self, *, is_last: bool) -> Comparison:
        slices = whole_blocks([one.slice for one in self._records])
        return judge(slices, self._experiment.design, is_last=is_last or self._interrupted())

    def _elapsed_s(self) -> float:
        return (now_ns() - self._origin_ns) / NS_PER_S

    def _tell(self, doing: Doing) -> None:
        timing = self._experiment.timing
        self._on_progress(
            AbProgress(
                doing=doing,
                generation=len(self._generations),
                most=self._experiment.design.looks[-1],
                slices=self._slices,
                slices_wanted=4 * (timing.blocks + timing.closed_blocks),
                elapsed=self._elapsed_s(),
                budget=timing.budget_s,
                comparison=self._comparison,
            )
        )

    def _result(self, comparison: Comparison) -> Ab:
        experiment = self._experiment
        plan = msgspec.to_builtins(experiment.plan(1)) | {"url": experiment.url, "rate": self._rate}
        return Ab(
            session=f"{SystemRandom().getrandbits(64):016x}",
            scenario=experiment.scenario,
            started_at=self._started_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            environment=environment(),
            base=self._side("base"),
            head=self._side("head"),
            plan=redact.plan(plan),
            settings=self._settings(),
            design=experiment.design,
            generations=self._generations,
            elapsed=self._elapsed_s(),
            is_interrupted=self._interrupted(),
            comparison=comparison,
            slices=self._records,
        )

    def _side(self, arm: Arm) -> Side:
        return msgspec.structs.replace(self._experiment.sides[arm], served=self._served.get(arm))

    def _settings(self) -> Settings:
        experiment, timing = self._experiment, self._experiment.timing
        return Settings(
            budget=timing.budget_s,
            blocks=timing.blocks,
            closed_blocks=timing.closed_blocks,
            slice=timing.slice_s,
            pause=timing.pause_s,
            seed=experiment.seed,
            rate=self._rate,
            is_rate_given=experiment.rate is not None,
            overload=self._overload,
            server_cores=self._pinning.servers,
            generator_cores=self._pinning.generator,
        )


def _ignore(_: AbProgress) -> None:
    """Show nothing."""


def _never() -> bool:
    """Return that nobody interrupts."""
    return False
