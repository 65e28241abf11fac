"""From all that the stations found to runs, a report and an exit code."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from wswarm import exit_codes
from wswarm.cli.drawing import Drawing, Plain
from wswarm.drive.host.probes import MachineUse
from wswarm.errors import TargetError
from wswarm.experiment.assemble import UNASKED, assemble
from wswarm.experiment.observe import refusal_of
from wswarm.experiment.observed import Observed
from wswarm.installation import absent, lack_of
from wswarm.load.plan import Plan
from wswarm.locust.master import shift
from wswarm.locust.master.conductor import Conductor
from wswarm.locust.master.roster import Member
from wswarm.locust.master.unheard import with_unheard
from wswarm.locust.order import Order
from wswarm.locust.words import in_locusts_words
from wswarm.report import store
from wswarm.results.run import Run
from wswarm.stats import figures, slo
from wswarm.stats.findings import Effort, Findings, Sockets
from wswarm.units import NS_PER_S

UNREACHABLE = TargetError.exit_code
INVALID, MISSED, TARGET_FAILED = exit_codes.INVALID, exit_codes.SLO_MISSED, exit_codes.TARGET_FAILED
_WEIGHTS = {None: 0, 0: 0, 1: 1, MISSED: 2, INVALID: 3, TARGET_FAILED: 4}
_NOTHING = Findings(
    sockets=Sockets(requested=0),
    effort=Effort(
        cpu_s=0.0, cpu_share=0.0, rss_before=0, rss_open=0, rss_peak=0, loop_lag=b"", longest_stop_ns=0
    ),
)
_log = logging.getLogger(__name__)


def runs_of(conductor: Conductor) -> list[Run]:
    """Return a run per user class that had a connection, from what the stations told, the lost ones too."""
    runs = [
        _run(conductor, number, order)
        for number, order in enumerate(conductor.orders)
        if any(state.requested for state in conductor.states(number))
    ]
    return [_with_own_objectives(run, runs) for run in runs]


def write(runs: Sequence[Run], root: Path, *, plots: bool) -> Path:
    """Write the report and return its folder; drawing is left to a process of its own, for it takes seconds.

    Raises:
        ResultError: it can't be written.
    """
    folder = store.new_folder(root, "locust", datetime.now(UTC))
    lacking = absent("plots") if plots else []
    if lacking:
        _log.warning("no pictures: %s", lack_of("plots", "drawing", lacking))
    with Drawing(folder) if plots and not lacking else Plain(folder) as pages:
        if len(runs) == 1:
            store.keep(runs[0], folder)
        else:
            store.keep_suite(runs, folder)
        store.link_latest(folder)
        pages.begin()
        pages.wait()
    return folder


def exit_code(runs: Sequence[Run], objectives: Sequence[str], *, has_other_errors: bool) -> int | None:
    """Return what Locust is to exit with; `None`: as it sees fit, which is 1 if anything failed.

    With objectives they decide: failures that one of them is about are no failure beyond it.

    Args:
        has_other_errors: Whether anything else than our connections and messages failed.
    """
    if refusals_of(runs):
        return UNREACHABLE
    code = exit_codes.of_runs(runs) if runs else INVALID
    if code != 0:
        return code
    if not objectives or has_other_errors:
        return None
    paths = {figures.full_path(slo.parse_objective(expression).path, "echo") for expression in objectives}
    failed = {
        ("messages.lost",): any(run.messages is not None and _lost(run) for run in runs),
        ("connections.",): any(run.connections.failed or run.connections.dropped for run in runs),
        ("sessions.", "steps."): any(_has_failed(run) for run in runs),
    }
    is_covered = all(
        any(path.startswith(about) for path in paths) for about, has_failed in failed.items() if has_failed
    )
    return 0 if is_covered else None


def _has_failed(run: Run) -> bool:
    """Return whether a session or a step has failed."""
    failed = run.sessions.failed if run.sessions is not None else 0
    return failed > 0 or any(step.failed for step in run.steps.values())


def refusals_of(runs: Sequence[Run]) -> list[str]:
    """Return a line per class, in Locust's words, if no connection of any opened; otherwise none."""
    if not runs or any(run.connections.opened for run in runs):
        return []
    return [
        f"{run.name}: "
        + in_locusts_words(
            refusal_of(
                msgspec.convert(run.plan, Plan), Counter(run.connections.failures), run.samples.refusals
            )
        )
        for run in runs
        if run.connections.failures
    ]


def lost_of(runs: Sequence[Run], name: str) -> dict[str, int]:
    """Return what a class lost, by reason, as Locust's table shows it; nothing before the test has ended."""
    run = next((run for run in runs if run.name == name), None)
    if run is None or run.messages is None:
        return {}
    lost = run.messages.lost
    counts = {"lost: silent": lost.silent, "lost: disconnected": lost.disconnected}
    return {reason: count for reason, count in counts.items() if count}


def worse(before: int | None, code: int | None) -> int | None:
    """Return what to exit with after one more test; what the user's own code has set stays if that is no worse."""
    if before in (None, 0):
        return code
    return (
        code
        if code is not None and _WEIGHTS.get(code, 0) >= _WEIGHTS.get(before, 1) and code != 0
        else before
    )


def _with_own_objectives(run: Run, runs: Sequence[Run]) -> Run:
    """Return the run without objectives about figures that only other runs have."""
    elsewhere = {result.expression for one in runs for result in one.slo if result.value is not None}
    own = [result for result in run.slo if result.value is not None or result.expression not in elsewhere]
    return msgspec.structs.replace(run, slo=own)


def _lost(run: Run) -> int:
    return run.messages.lost.disconnected + run.messages.lost.silent if run.messages is not None else 0


def _run(conductor: Conductor, number: int, order: Order) -> Run:
    members = list(conductor.members.values())
    findings = [found for member in members for found in _findings(conductor, member, number)]
    losses = [member.loss for member in members if member.loss is not None]
    deaths = [death for member in members if member.found is not None for death in member.found.deaths]
    window = conductor.window
    observed = Observed(
        started_at=conductor.started_at,
        window=window,
        end_ns=max(window.drain_ns, min(window.end_ns, _last_ns(conductor))),
        findings=findings or [_NOTHING],
        deaths=(*losses, *deaths),
        machine=_machine(members),
        was_cut=window.hold_ns >= window.drain_ns,
        was_connecting=False,
        is_shared=any(member.found.is_local for member in members if member.found is not None),
        target=conductor.target.meter,
        target_uses=conductor.target.uses,
        target_peak=conductor.target.peak,
        clock_error_ns=max((member.error_ns for member in members), default=0),
        died=_death(conductor),
    )
    plan = _plan(conductor, number, order, findings)
    run = assemble(plan, observed)
    reasons = [in_locusts_words(reason) for reason in run.validity.reasons]
    notices = [in_locusts_words(notice) for notice in run.notices]
    if order.role == "script":  # the engine marks nothing of what they say, so it takes replies for unasked
        notices = [notice.replace(UNASKED, "among others, the target said", 1) for notice in notices]
    validity = msgspec.structs.replace(run.validity, reasons=reasons)
    run = msgspec.structs.replace(run, name=order.name, notices=notices, validity=validity)
    found = [member.found for member in members if member.found is not None]
    unheard = sum(sum(one.unheard[number : number + 1]) for one in found)
    missed = sum(sum(one.missed[number : number + 1]) for one in found)
    return with_unheard(run, unheard, missed, is_script=order.role == "script")


def _death(conductor: Conductor) -> str | None:
    """Return that the target's process has ended, if it was there when the hold began."""
    target, uses = conductor.target.meter, conductor.target.uses
    if target is None or uses.get("hold") is None or uses.get("end") is not None or not target.has_ended():
        return None
    return f"process {target.pid} ended in the hold"


def _findings(conductor: Conductor, member: Member, number: int) -> list[Findings]:
    """Return what a station found of a group: its subscribers, and its publishers if they are there."""
    found = member.found
    if found is None:
        return []
    parts = found.groups[number : number + 1]
    publishing = [place for place, order in enumerate(conductor.orders) if order.publishers]
    if found.publishing and number in publishing:
        parts = [*parts, found.publishing[publishing.index(number)]]
    return [shift.findings(part, -member.ahead_ns) for part in parts]


def _plan(conductor: Conductor, number: int, order: Order, findings: Sequence[Findings]) -> Plan:
    """Return the plan with what became of it: connections, rate, times."""
    window = conductor.window
    states = conductor.states(number)
    requested = max(1, sum(state.requested for state in states))
    hold_s = max(0.0, (window.drain_ns - window.hold_ns) / NS_PER_S)
    rate = order.rate_for(max(1, sum(state.opened for state in states)))
    offered = sum(one.sends.offered for one in findings if one.sends is not None)
    if order.rate_per_user is not None and offered and hold_s:
        rate = offered / hold_s
    changed: dict[str, Any] = {
        "connections": requested,
        "warmup": max(0.0, (window.hold_ns - window.start_ns) / NS_PER_S),
        "duration": max(hold_s, 1 / rate if rate else 0.0, 1e-3),
        "processes": min(requested, len(conductor.members)),
        "rate": rate or order.plan.rate,
        "publishers": max(1, order.publishers // order.plan.rooms),
        "seed": 0 if order.plan.seed is None else order.plan.seed,
    }
    if order.role == "script" and findings and all(one.arrivals is None for one in findings):
        changed |= {"scenario": "connect", "closed": False, "rate": None}  # its tasks expect nothing
    return msgspec.structs.replace(order.plan, **changed)


def _machine(members: Sequence[Member]) -> MachineUse:
    found = [member.found for member in members if member.found is not None]
    steal = [one.steal for one in found if one.steal is not None]
    busy = [one.busy for one in found if one.busy is not None]
    loads = [one.load for one in found if one.load is not None]
    return MachineUse(max(steal, default=None), max(busy, default=None), max(loads, default=None))


def _last_ns(conductor: Conductor) -> int:
    return max((member.heard_ns for member in conductor.members.values()), default=conductor.window.drain_ns)
