"""Who of a fleet sends, in which order, and at which paces."""

import numpy as np
from msgspec.structs import replace

from wswarm.drive.fleet.fleet import AgentProcess, Fleet
from wswarm.load.pace import Pace
from wswarm.load.plan import Plan
from wswarm.load.stages import first_value, spans_of
from wswarm.stats.findings import Int64s, Window, pack, unpack

GROUP = 0  # of those who send, there is one in each agent


def places_of(fleet: Fleet, plan: Plan) -> dict[str, Int64s]:
    """Return per sending agent its rows' places among all open senders, in order of their ids; -1 for none."""
    if not plan.is_published and plan.scenario != "echo":
        return {}
    agents = [fleet.publisher] if fleet.publisher is not None else fleet.holders
    total = len(plan.publisher_ids) if fleet.publisher is not None else plan.connections
    step = len(agents)
    opened = [rows_open(agent) * step + place for place, agent in enumerate(agents)]
    order = np.sort(np.concatenate(opened))
    places = {}
    for place, (agent, own) in enumerate(zip(agents, opened, strict=True)):
        places[agent.name] = np.full(len(range(place, total, step)), -1, np.int64)
        places[agent.name][own // step] = np.searchsorted(order, own)
    return places


def rows_open(agent: AgentProcess) -> Int64s:
    """Return those of an agent's senders that were open when it told of them last."""
    return unpack(agent.open_rows.get(GROUP, b""))


def has_open(agent: AgentProcess) -> bool:
    """Return whether any of an agent's connections was open when it told of them last."""
    return any(agent.open_rows.values())


def paces(plan: Plan, window: Window, places: Int64s, senders: int) -> list[Pace]:
    """Return the paces of warm-up and hold: so many messages in each as the rate says; as replies come, one.

    The warm-up of stages has the rate that they begin with.
    """
    hold = Pace(
        group=GROUP,
        at_ns=window.hold_ns,
        until_ns=window.drain_ns,
        rate=plan.rate,
        senders=senders,
        places=pack(places),
        is_anew=True,
        is_closed=plan.closed,
        arrivals=plan.arrivals,
        seed=plan.seed or 0,
        pacing=plan.pacing,
        stages=spans_of(plan.stages),
    )
    if plan.stages:
        hold = replace(hold, in_hold=hold.count)
    rate = first_value(plan.stages) if plan.stages else plan.rate
    is_one = plan.closed
    warmup = replace(
        hold,
        at_ns=window.start_ns,
        until_ns=window.drain_ns if is_one else window.hold_ns,
        rate=rate,
        stages=[],
    )
    if is_one:
        return [warmup]
    if warmup.length_ns == 0 or not warmup.count:
        return [hold]
    return [warmup, replace(hold, first_turn=warmup.count)]
