"""Who of a fleet sends, in which order, and at which paces."""

import numpy as np

from wswarm.drive.fleet.fleet import AgentProcess, Fleet
from wswarm.load.pace import Pace
from wswarm.load.plan import Plan
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
    """Return the paces of warm-up and hold: so many messages in each as the rate says; as replies come, one."""
    spans = [(window.start_ns, window.hold_ns), (window.hold_ns, window.drain_ns)]
    if plan.closed:
        spans = [(window.start_ns, window.drain_ns)]
    told: list[Pace] = []
    turn = 0
    for at_ns, until_ns in spans:
        pace = Pace(
            group=GROUP,
            at_ns=at_ns,
            until_ns=until_ns,
            rate=plan.rate,
            senders=senders,
            places=pack(places),
            first_turn=turn,
            is_anew=True,
            is_closed=plan.closed,
            arrivals=plan.arrivals,
            seed=plan.seed or 0,
            pacing=plan.pacing,
        )
        if until_ns > at_ns:
            told.append(pace)
            turn += pace.count or 0
    return told
