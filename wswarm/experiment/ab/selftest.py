"""The comparison against itself: versions whose difference is known, because we made it."""

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from statistics import median
from typing import Any, Literal

from wswarm.drive.host.application import application_path, check_application
from wswarm.drive.host.cores import Pinning, share_out
from wswarm.drive.host.neighbour import neighbour
from wswarm.drive.host.server import Command
from wswarm.experiment.ab.calibration import Calibration, calibrate
from wswarm.experiment.ab.compare import OnProgress, compare
from wswarm.experiment.ab.generation import draw_generation, started
from wswarm.experiment.ab.setting import ARMS, Experiment
from wswarm.stats.compare.comparison import Ab, Side
from wswarm.stats.compare.selftest import Decision, changes_of, other_calls
from wswarm.stats.compare.slices import Arm
from wswarm.units import NS_PER_S

_APPLICATION = "target_app.main:app"


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How head is slower: a share of the CPU of a message, or seconds that 2 % of them wait."""

    kind: Literal["none", "cpu", "tail"]
    amount: float = 0.0

    @property
    def name(self) -> str:
        """As on the command line."""
        if self.kind == "none":
            return ""
        return f"cpu:{100 * self.amount:g}%" if self.kind == "cpu" else f"tail:{1000 * self.amount:g}ms"


def selftest_commands(spin_ns: int = 0, delay_s: float = 0.0) -> dict[Arm, Command]:
    """Return what serves the reference application, and the same with a head that is slower.

    Raises:
        NotInstalled: what it is made with is not.
    """
    check_application()
    variables = application_path()
    server = f"{shlex.quote(sys.executable)} -P -m wswarm.drive.host.slowed {_APPLICATION} --port {{port}}"
    return {
        "base": Command("base", f"{server} --spin 0 --delay 0", variables=variables),
        "head": Command("head", f"{server} --spin {spin_ns} --delay {delay_s:g}", variables=variables),
    }


def find_load(experiment: Experiment) -> Calibration:
    """Return the rate for the reference application on this machine, and what a message costs it."""
    pinning = share_out() if experiment.is_pinned else Pinning()
    generation = draw_generation(Random(experiment.seed), 0.0)
    with started(experiment, generation, pinning) as sessions:
        return calibrate(
            sessions["base"], experiment.plan(1), experiment.timing.pause_s, experiment.seed, experiment.rate
        )


def decide(
    draft: Experiment,
    slowdown: Slowdown,
    load: Calibration,
    *,
    has_neighbour: bool,
    on_progress: OnProgress | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> tuple[Decision, Ab]:
    """Return one complete comparison, and what it says.

    Raises:
        TargetError: the reference application does not start.
        KeyboardInterrupt: interrupted before the first slice.
    """
    spin_ns = round(spin_s(draft, slowdown, load) * NS_PER_S)
    delay_s = slowdown.amount if slowdown.kind == "tail" else 0.0
    commands = selftest_commands(spin_ns, delay_s)
    options: dict[str, Any] = {**draft.options, "rate": load.rate}
    sides = {arm: Side(arm=arm, version="target_app", command=commands[arm].line) for arm in ARMS}
    experiment = replace(draft, commands=commands, sides=sides, options=options)
    with neighbour(is_there=has_neighbour):
        ab = compare(experiment, on_progress, interrupted)
    slices = [one.slice for one in ab.slices]
    decision = Decision(
        kind="aa" if slowdown.kind == "none" else "ab",
        slow=slowdown.name,
        injected=_injected(ab, spin_ns) if slowdown.kind == "cpu" else None,
        has_neighbour=has_neighbour,
        seed=experiment.seed,
        verdict=ab.comparison.verdict,
        generations=ab.comparison.generations,
        elapsed=ab.elapsed,
        changes=changes_of(ab.comparison),
        calls={metric.name: other_calls(slices, metric) for metric in experiment.design.metrics},
    )
    return decision, ab


def spin_s(draft: Experiment, slowdown: Slowdown, load: Calibration) -> float:
    """Return the CPU to add to the taking of a message: one is delivered to all subscribers."""
    if slowdown.kind != "cpu" or load.cpu_per_message is None:
        return 0.0
    return slowdown.amount * load.cpu_per_message * _deliveries(draft)


def _injected(ab: Ab, spin_ns: int) -> float | None:
    costs = [one.slice.values.get("cpu") for one in ab.slices if one.slice.arm == "base"]
    known = [cost for cost in costs if cost]
    receivers = int(ab.plan["connections"]) if ab.scenario == "fanout" else 1
    return spin_ns / NS_PER_S / receivers / median(known) if known else None


def _deliveries(draft: Experiment) -> int:
    plan = draft.plan(1)
    return plan.connections if plan.scenario == "fanout" else 1
