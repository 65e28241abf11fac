"""One load on one target, and what it cost."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.drive.host.socket_memory import socket_memory
from wswarm.errors import PlanError
from wswarm.experiment.capacity.beside import Watcher
from wswarm.experiment.capacity.targets import Place
from wswarm.experiment.measure import measure
from wswarm.experiment.sizing.design import Wanted
from wswarm.experiment.sizing.meter import Meter, Used
from wswarm.experiment.sizing.setting import Setting
from wswarm.experiment.sizing.stalls import stalls_of
from wswarm.load.plan import Plan
from wswarm.results.progress import Progress
from wswarm.results.run import Run
from wswarm.results.sizing import Cell
from wswarm.stats import passing
from wswarm.stats.passing import Beside
from wswarm.stats.sizing.handshakes import Ramp
from wswarm.stats.sizing.lindley import Floats

_LOOK_S = 0.2  # of a load that only shows whether anybody is there


class Target(NamedTuple):
    """A target that was started, or is there.

    Attributes:
        start: Its number, from 1 on; the same for all that one server is loaded with.
        brokers: Processes that it has connected to.
    """

    place: Place
    start: int
    brokers: tuple[int, ...] = ()


class Taken(NamedTuple):
    """What a load showed.

    Attributes:
        cell: `None`: it was not measured. `ramp`: the opening of its connections.
        doubt: Why the cell says nothing, or less than it should; `None`: it is sound.
        is_timed: Whether the cell's times are the target's, as far as is known.
        own: Cores that the generator used. `others`: that neither target nor generator did.
        came: When its publishes came, s from the start of the hold on, ascending; `None`: not known of each.
    """

    cell: Cell | None
    ramp: Ramp | None = None
    doubt: str | None = None
    is_timed: bool = True
    own: float | None = None
    others: float | None = None
    came: Floats | None = None
    run: Run | None = None


def take(
    setting: Setting,
    target: Target,
    wanted: Wanted,
    plan: Plan,
    tell: Callable[[Progress], None],
    interrupted: Callable[[], bool],
) -> Taken:
    """Return what the plan's load costs the target.

    Raises:
        PlanError: it doesn't fit this machine, or nobody knows what a target that is there spends.
        TargetError: nothing opened.
        GeneratorError: all agents died. KeyboardInterrupt: interrupted before the first handshake was done.
    """
    meter, watcher = Meter(target.place.pids, target.brokers), Watcher(target.place.pids)
    if not meter.idle.target:
        raise _unknown(setting, plan, tell, interrupted)

    def note(progress: Progress) -> None:
        meter.note(progress)
        watcher.note(progress)
        tell(progress)

    run = measure(plan, note, interrupted)
    known = _Known(target.start, wanted, plan, meter, socket_memory())
    return _taken(known, run, watcher.found)


def _unknown(
    setting: Setting, plan: Plan, tell: Callable[[Progress], None], interrupted: Callable[[], bool]
) -> BaseException:
    """Return why nobody knows what the target spends.

    Raises:
        TargetError: there is none, told as every command tells it.
    """
    measure(msgspec.structs.replace(plan, duration=_LOOK_S, warmup=0.0, drain=_LOOK_S), tell, interrupted)
    if interrupted():
        return KeyboardInterrupt()
    return PlanError(
        f"what {setting.target} spends is not known: no process of this machine that may be looked at listens"
        " there: run it where the service runs, as its user or as root, or name its process by --target-pid"
    )


class _Known(NamedTuple):
    """What a hold and its ramp have in common."""

    start: int
    wanted: Wanted
    plan: Plan
    meter: Meter
    socket_bytes: int | None


def _taken(known: _Known, run: Run, beside: Beside) -> Taken:
    used, messages = known.meter.hold, run.messages
    is_held = used is not None and known.meter.memory is not None and run.rates is not None
    if not is_held or run.interrupted or not messages or not messages.sent:
        return Taken(None, doubt="it had no hold", run=run)
    assert used is not None
    if not used.cpu:
        return Taken(
            None, doubt="none of the target's processes was there from its beginning to its end", run=run
        )
    nothing, untimed = _nothing(run), _untimed(run)
    disturbed = passing.spoilt(run, beside) or passing.unclean(run, beside, None)
    cell = _cell(known, used, run, is_valid=nothing is None)
    if untimed is not None:
        cell = msgspec.structs.replace(cell, p50=None, p99=None, last_p50=None)
    return Taken(
        cell=cell if disturbed is None else msgspec.structs.replace(cell, stalls=None),
        ramp=_ramp(known, known.meter.ramp, run),
        doubt=nothing or untimed or disturbed,
        is_timed=untimed is None,
        own=beside.own_cores,
        others=beside.others,
        came=_came(run),
        run=run,
    )


def _nothing(run: Run) -> str | None:
    """Return why a run says nothing of what its load costs; `None`: it does."""
    if passing.refusals(run):
        return f"{passing.refusals(run):,} of {run.connections.requested:,} connections did not open, or stay"
    why = passing.why_not_carried(run, None)
    return None if why is None else f"too much load: {why}"


def _untimed(run: Run) -> str | None:
    """Return why a run's times are not the target's; its counts stand, and what was spent on them."""
    return run.validity.reasons[0].partition(";")[0] if run.validity.verdict == "invalid" else None


def _cell(known: _Known, used: Used, run: Run, *, is_valid: bool) -> Cell:
    wanted, seen = known.wanted, passing.time_of(run)
    busy = used.cpu[: wanted.workers]  # whoever else there is starts them, and waits
    fanout = run.fanout
    assert run.rates is not None
    assert known.meter.memory is not None
    return Cell(
        start=known.start,
        workers=wanted.workers,
        connections=wanted.connections,
        rate=known.plan.rate or 0.0,
        fanout=wanted.fanout if fanout is not None else 1,
        size=known.plan.size or 0,
        hold_s=run.phases.drain - run.phases.hold,
        held_out=wanted.held_out,
        cpu=busy,
        deliveries=run.rates.received,
        handshakes=0.0,
        memory=known.meter.memory,
        kernel_memory=_kernel(known, run.connections.opened),
        idle_memory=known.meter.idle.memory,
        broker_cpu=used.broker,
        stalls=stalls_of(run, known.plan.rate or 0.0, max(busy, default=0.0)),
        p50=seen.p50 if seen is not None else None,
        p99=seen.p99 if seen is not None else None,
        last_p50=fanout.completion_time.p50 if fanout is not None else None,
        valid=is_valid,
        utilisation=max(busy, default=0.0),
        readers=int(run.plan.get("processes") or 1),
    )


def _came(run: Run) -> Floats | None:
    """Return when the publishes of the hold came; `None` where a run does not keep each."""
    found = run.fanout
    if found is None or len(found.per_broadcast) < max(1, found.broadcasts):
        return None
    return np.sort(np.array([row.t for row in found.per_broadcast])) - run.phases.hold


def _ramp(known: _Known, used: Used | None, run: Run) -> Ramp | None:
    """Return what opening the connections cost; `None` where that can't be told."""
    if used is None or run.connections.failed:
        return None
    cpu_s = sum(used.cpu[: known.wanted.workers]) * used.length_s
    return Ramp(known.wanted.workers, run.connections.opened, used.length_s, cpu_s)


def _kernel(known: _Known, sockets: int) -> int | None:
    return None if known.socket_bytes is None else known.socket_bytes * sockets
