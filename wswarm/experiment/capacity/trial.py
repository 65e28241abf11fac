"""One trial: a load on fresh connections, and what it says."""

from collections.abc import Callable
from math import inf
from typing import NamedTuple

import msgspec

from wswarm.errors import TargetError
from wswarm.experiment.capacity.beside import Watcher
from wswarm.experiment.capacity.setting import Setting, with_agents
from wswarm.experiment.capacity.targets import Place
from wswarm.experiment.measure import measure
from wswarm.results.capacity import Trial
from wswarm.results.progress import Progress
from wswarm.results.run import Run
from wswarm.stats import passing
from wswarm.stats.passing import Beside


class Load(NamedTuple):
    """What a trial is to do.

    Attributes:
        round: 0 is the bracket.
        amount: The rate, or the number of connections.
        agents: Times as many agents as usual.
        is_overload: Whether it is meant to be too much.
        patience_s: How long a handshake may take at most, if the plan allows for more.
    """

    round: int
    amount: float
    length_s: float
    agents: int = 1
    is_overload: bool = False
    patience_s: float = inf


class Outcome(NamedTuple):
    """What a trial showed.

    Attributes:
        has_rest: Whether messages may be left at the target.
        was_cut: Whether it was ended early, so that it says nothing.
        run: All that was measured, if anything was.
    """

    trial: Trial
    has_rest: bool = False
    was_cut: bool = False
    run: Run | None = None


def run_trial(
    setting: Setting,
    place: Place,
    load: Load,
    tell: Callable[[Progress], None],
    interrupted: Callable[[], bool],
) -> Outcome:
    """Return what a load showed.

    Raises:
        PlanError: the load doesn't fit this machine. GeneratorError: all agents died.
        KeyboardInterrupt: interrupted before the first handshake was done.
    """
    watcher = Watcher(place.pids, is_of_ramp=setting.scenario == "connect")

    def note(progress: Progress) -> None:
        watcher.note(progress)
        tell(progress)

    plan = with_agents(setting.plan(load.amount, load.length_s, url=place.url, pid=place.pid), load.agents)
    if plan.connect_timeout > load.patience_s:
        plan = msgspec.structs.replace(plan, connect_timeout=load.patience_s)
    try:
        run = measure(plan, note, interrupted)
    except TargetError as error:
        trial = _trial(load, passed=False, evidence=str(error), refused=plan.connections)
        return Outcome(trial, has_rest=True)
    return _outcome(setting, load, run, watcher.found)


def _outcome(setting: Setting, load: Load, run: Run, beside: Beside) -> Outcome:
    why = passing.why_not_carried(run, setting.limit_s)
    cause = None
    is_its_own = passing.is_refused(run) or passing.is_overrun(run, load.amount, beside)
    if why is not None and not is_its_own:
        cause = passing.spoilt(run, beside) or passing.unclean(run, beside, setting.limit_s)
    seen = passing.time_of(run)
    trial = _trial(
        load,
        passed=None if cause else why is None,
        evidence=cause or why or _carried(setting),
        duration_s=run.phases.drain - run.phases.hold,
        delivered=passing.delivered(run),
        p50=seen.p50 if seen is not None else None,
        p99=seen.p99 if seen is not None else None,
        p50_interval=passing.interval_of(seen, 50),
        p99_interval=passing.interval_of(seen, 99),
        send_lag_p99=run.send_lag.p99 if run.send_lag is not None else None,
        loop_lag_p99=run.generator.loop_lag.p99,
        generator_cpu=beside.own_cpu,
        target_cpu=beside.target_cpu,
        target_process=beside.target_process,
        target_wait=beside.target_wait,
        broker_cpu=beside.broker_cpu,
        broker_process=beside.broker_process,
        listen_overflows=beside.overflows,
        listen_drops=beside.drops,
        steal=beside.steal,
        refused=passing.refusals(run) + passing.unpublished(run),
    )
    found = run.messages
    has_rest = found is not None and (found.received < found.owed or found.sent < found.offered)
    return Outcome(trial, has_rest, run.interrupted, run)


def _carried(setting: Setting) -> str:
    return "all objectives were met" if setting.slo else "all of it was carried"


def _trial(load: Load, **found: object) -> Trial:
    known: dict[str, object] = {"duration_s": load.length_s} | found
    return Trial(round=load.round, load=load.amount, is_overload=load.is_overload, **known)  # type: ignore[arg-type]  # as its callers name them
