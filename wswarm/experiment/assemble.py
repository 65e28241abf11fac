"""From what was observed to the `Run`."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from wswarm.experiment.costs import generator_cost, target_cost
from wswarm.experiment.environment import environment
from wswarm.experiment.evidence import SHOWN, below_zero, evidence, measured
from wswarm.experiment.observed import Observed
from wswarm.experiment.trended import trends_of
from wswarm.load.changing import is_of
from wswarm.load.plan import Plan
from wswarm.results import redact
from wswarm.results.quoted import quoted
from wswarm.results.run import (
    Connections,
    Distribution,
    Fanout,
    Messages,
    Phases,
    Rooms,
    Run,
    Samples,
)
from wswarm.stats import (
    answers,
    deaf,
    drops,
    extras,
    penalty,
    pinged,
    refused,
    samples,
    sessions,
    slo,
    summary,
    unclear,
)
from wswarm.stats.certainty import certain
from wswarm.stats.findings import Arrivals, Findings, Window, unpack
from wswarm.stats.scripted import Scripted
from wswarm.stats.series import series_of
from wswarm.stats.validity import Evidence, judge
from wswarm.stats.worst_rooms import rooms
from wswarm.units import NS_PER_S

_UNTOLD = {"own"}
UNASKED = "unasked, the target said"


def assemble(plan: Plan, observed: Observed, add_to: Callable[[Run, Observed], Run] | None = None) -> Run:
    """Return the run.

    Args:
        add_to: Returns the run with what its scenario is about.
    """
    findings, window = observed.findings, observed.window
    counted = sessions.relayed(findings) if plan.scenario == "script" else findings
    hold_s = _hold_s(plan, window)
    sends, arrivals = summary.sends_of(counted), summary.arrivals_of(counted)
    has_messages = bool(sends and arrivals)
    messages = summary.messages(counted) if has_messages else None
    scripted = sessions.scripted_of(findings)
    arrived = _arrived(None if plan.scenario == "replay" else messages, scripted)
    run = Run(
        scenario=plan.scenario,
        started_at=observed.started_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        plan=redact.plan(told(plan)),
        environment=environment(),
        validity=judge(Evidence(scenario=plan.scenario)),
        phases=_phases(window, observed.end_ns),
        connections=_connections(plan, observed),
        messages=messages,
        rates=summary.rates(messages, plan.rate, hold_s) if messages else None,
        send_lag=summary.distribution(summary.merged(one.lag for one in sends)) if has_messages else None,
        service_time=_time_of(plan, arrivals, "service"),
        response_time=_time_of(plan, arrivals, "response"),
        fanout=_fanout(plan, observed) if arrivals and sends else None,
        rooms=_rooms(plan, findings, window),
        publish=answers.publish_of(findings),
        sessions=sessions.sessions(scripted),
        steps=sessions.steps(scripted),
        trends=trends_of(plan, observed),
        **series_of(findings, window, observed.end_ns),
        samples=_samples(plan, findings),
        generator=generator_cost(plan, findings, arrived),
        target=target_cost(observed, arrived),
    )
    run = _judged(add_to(run, observed) if add_to is not None else run, plan, observed)
    return msgspec.structs.replace(run, slo=slo.check(run, plan.slo))


def told(plan: Plan) -> dict[str, Any]:
    """Return the plan's settings as JSON has them; of a profile that is a file its path is told."""
    settings = {
        name: getattr(plan, name)
        for name in plan.__struct_fields__
        if name != "own" and is_of(name, plan.scenario)
    }
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(settings))
    return found


def _time_of(plan: Plan, arrivals: Sequence[Arrivals], name: str) -> Distribution | None:
    if plan.scenario != "echo":
        return None
    return summary.distribution(summary.merged(getattr(one, name) for one in arrivals))


def _connections(plan: Plan, observed: Observed) -> Connections:
    found = summary.connections(observed.findings, observed.window)
    if observed.deaths and plan.sessions is None:  # a dead agent's sockets were asked for too
        return msgspec.structs.replace(found, requested=plan.sockets)
    return found


def _hold_s(plan: Plan, window: Window) -> float:
    """Return the length of the hold; a recording is played from when the first connection opens."""
    began_ns = window.origin_ns if plan.scenario == "replay" else window.hold_ns
    return max(1, window.drain_ns - began_ns) / NS_PER_S


def _samples(plan: Plan, findings: Sequence[Findings]) -> Samples:
    """Return what the target said, without what is a secret of others than those who heard it."""
    hide, found = redact.Redactor(msgspec.structs.asdict(plan)), samples.samples(findings)
    return Samples(
        unmarked=[hide(one) for one in found.unmarked],
        refusals={reason: hide(said) for reason, said in found.refusals.items()},
    )


def _judged(run: Run, plan: Plan, observed: Observed) -> Run:
    """Return the run without times that clocks can't tell, with what the target did to it, and the verdict."""
    error_s = observed.clock_error_ns / NS_PER_S
    wrong = tuple(below_zero(run, error_s))
    if observed.clock_error_ns and run.fanout is not None:
        run = certain(run, error_s)
    lost = drops.drops_of(observed.findings, observed.window)
    ping_s = run.plan.get("ping")
    notices = [
        *drops.notices(lost, is_pinged=ping_s is not None),
        *observed.notices,
        *run.notices,
        *sessions.notices(sessions.scripted_of(observed.findings)),
        *pinged.notices(run.connections, ping_s),
        *answers.notices(run.publish, run.samples.refusals),
        *(extras.notices(run.messages, run.scenario) if run.messages else []),
        *refused.notices(observed.findings),
        *penalty.notices(run.penalty, run.plan.get("pairs") if observed.interruption is None else None),
        *(deaf.notices(observed.findings, run.messages) if run.messages else []),
        *(unclear.notices(run.messages, run.scenario) if run.messages else []),
    ]
    if observed.died is not None:
        notices.insert(0, f"the target's {observed.died}")
    if lost.count and run.samples.unmarked:
        notices.append(f"{UNASKED} {_shown(run.samples.unmarked)}")
    is_nothing_measured = measured(run, observed) == 0
    notices += _words_to_publishers(plan, run, observed)
    if observed.interruption is not None:
        notices.insert(0, observed.interruption)
    return msgspec.structs.replace(
        run,
        interrupted=observed.interruption is not None,
        probe=observed.probe,
        notices=notices,
        failure=observed.died or drops.failure(lost, is_nothing_measured=is_nothing_measured),
        validity=judge(evidence(run, observed, lost, wrong)),
    )


def _words_to_publishers(plan: Plan, run: Run, observed: Observed) -> list[str]:
    """Return what publishers heard, where what they sent did not come to all."""
    heard = samples.said_to_publishers(observed.findings)
    lost = run.messages.lost if run.messages is not None else None
    is_missing = lost is not None and lost.silent + lost.disconnected > 0
    if not heard or not (is_missing or measured(run, observed) == 0):
        return []
    hide = redact.Redactor(msgspec.structs.asdict(plan))
    return [f"to publishers the target said {_shown([hide(one) for one in heard])}"]


def _shown(said: Sequence[str]) -> str:
    return ", ".join(f'"{quoted(one, SHOWN)}"' for one in said)


def _phases(window: Window, end_ns: int) -> Phases:
    since = [
        (moment - window.origin_ns) / NS_PER_S
        for moment in (window.start_ns, window.hold_ns, window.drain_ns, max(end_ns, window.drain_ns))
    ]
    return Phases(warmup=since[0], hold=since[1], drain=since[2], end=since[3])


def _rooms(plan: Plan, findings: Sequence[Findings], window: Window) -> Rooms | None:
    """Return how the rooms of a fan-out fared, `None` where there is only one."""
    is_measured = plan.is_published and bool(summary.arrivals_of(findings))
    return rooms(findings, window, plan.rooms) if is_measured and plan.rooms > 1 else None


def _fanout(plan: Plan, observed: Observed) -> Fanout | None:
    if plan.scenario == "script":
        return sessions.fanout(observed.findings, observed.window)
    if not plan.is_published:
        return None
    publishers = sum(
        len(unpack(one.sockets.opened_ns))
        for one in observed.findings
        if one.sends is not None and one.arrivals is None
    )
    return summary.fanout(observed.findings, observed.window, publishers=publishers)


def _arrived(messages: Messages | None, scripted: Sequence[Scripted]) -> int:
    """Return how many replies or deliveries came in the hold, or steps were answered: what costs are shared among."""
    if messages is not None:
        return messages.received
    return sum(one.answered for one in scripted)
