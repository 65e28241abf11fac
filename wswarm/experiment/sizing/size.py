"""Sizing a target: cells are measured, and a model follows from them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from wswarm.drive.clock import now_ns
from wswarm.drive.host.files import file_limit
from wswarm.drive.host.lazy import psutil
from wswarm.errors import GeneratorError, TargetError, TargetFailed
from wswarm.experiment.capacity.budget import Budget, unanswered_in
from wswarm.experiment.sizing.design import cells_of
from wswarm.experiment.sizing.measuring import Measuring, OnProgress
from wswarm.experiment.sizing.remarks import remarks
from wswarm.experiment.sizing.setting import Setting
from wswarm.results.run import Environment
from wswarm.results.sizing import Machine, Mechanism, Model
from wswarm.stats.sizing.fit import About, model_of
from wswarm.stats.sizing.handshakes import with_handshakes


class Sized(NamedTuple):
    """What was found.

    Attributes:
        was_interrupted: Whether it was ended early, so that cells are missing.
        is_gone: Whether the target, which is not ours, ended meanwhile.
    """

    model: Model
    was_interrupted: bool
    is_gone: bool


def size(
    setting: Setting,
    on_progress: OnProgress | None = None,
    interrupted: Callable[[], bool] | None = None,
    began_ns: int | None = None,
) -> Sized:
    """Return what the target costs.

    Args:
        on_progress: Called some ten times a second.
        interrupted: Asked as often; once it says true it ends with what is known.
        began_ns: When the budget began; `None`: now.

    Raises:
        PlanError: a load doesn't fit this machine, or nobody knows what the target spends.
        TargetError: it does not start, can't be reached, or too little was measured of it.
        TargetFailed: it is not ours, and has ended. GeneratorError: nothing is known of it, as all agents died.
        KeyboardInterrupt: interrupted before enough was known.
    """
    asked = interrupted or _never
    started_at = datetime.now(UTC)
    budget = Budget(
        setting.budget_s, now_ns() if began_ns is None else began_ns, float(setting.options["drain"])
    )
    measuring = Measuring(setting, budget, on_progress or _ignore, asked)
    measuring.run()
    about = About(
        started_at=f"{started_at:%Y-%m-%dT%H:%M:%SZ}",
        target=setting.target,
        machine=_machine(measuring.environment),
        mechanism=_mechanism(setting, measuring),
        reasons=tuple(remarks(setting, measuring, was_interrupted=asked())),
        held_out=sum(one.held_out for one in cells_of(setting)),
    )
    try:
        model = model_of(about, measuring.cells, setting.seed, measuring.came)
    except GeneratorError as error:
        longer = f"use --budget {budget.length_for(setting.enough)}s"
        raise _too_little(f"{error}: {longer}", setting, measuring, was_interrupted=asked()) from None
    return Sized(with_handshakes(model, measuring.ramps), asked(), measuring.gone is not None)


def _too_little(why: str, setting: Setting, measuring: Measuring, *, was_interrupted: bool) -> BaseException:
    """Return why there is no model."""
    if was_interrupted:
        return KeyboardInterrupt()
    if measuring.gone is not None:
        return TargetFailed(f"the target is gone: {measuring.gone}")
    if measuring.unanswered is not None and not measuring.cells:
        return TargetError(unanswered_in(setting.budget_s, measuring.unanswered))
    if not measuring.left_out:
        return TargetError(why)
    count = len(measuring.left_out)
    return TargetError(f"{why}, or mend why {count} cells say nothing; the first: {measuring.left_out[0]}")


def _machine(seen: Environment | None) -> Machine:
    memory = int(psutil.virtual_memory().total)
    if seen is None:
        return Machine(cores=1, cpu="", memory=memory, descriptors=file_limit())
    return Machine(cores=seen.cores, cpu=seen.cpu, memory=memory, descriptors=file_limit())


def _mechanism(setting: Setting, measuring: Measuring) -> Mechanism:
    plan = setting.plan()
    return Mechanism(
        scenario=setting.scenario,
        tls=plan.is_secure,
        deflate=plan.deflate,
        backplane=setting.backplane or measuring.broker,
        arrivals=plan.arrivals,
        is_shared=True,  # whose processes can be looked at is here
    )


def _ignore(_: object) -> None:
    """Show nothing."""


def _never() -> bool:
    """Return that nobody interrupts."""
    return False
