"""What the agents of a fleet are told: which connections to open, when to send, and when all is accounted for."""

import numpy as np

from wswarm.drive import wire
from wswarm.drive.fleet import AgentProcess, Fleet
from wswarm.experiment.observe import open_rows
from wswarm.load.plan import Plan
from wswarm.stats.findings import Int64s, Window, pack
from wswarm.units import NS_PER_S


def tell_open(
    fleet: Fleet, plan: Plan, addresses: list[tuple[str, int]], prefix: bytes, start_ns: int
) -> None:
    """Have all connections opened at the plan's rate from `start_ns` on."""
    gap_ns = NS_PER_S / plan.connect_rate
    numbers = {
        agent: list(range(1 + place, plan.connections + 1, len(fleet.holders)))
        for place, agent in enumerate(fleet.holders)
    }
    if fleet.publisher is not None:
        numbers[fleet.publisher] = list(range(plan.connections + 1, plan.sockets + 1))
    for agent, own in numbers.items():
        starts_ns = start_ns + (np.array(own, np.int64) - 1) * gap_ns
        agent.tell(
            wire.Open(
                role=_role(fleet, plan, agent),
                plan=plan,
                prefix=prefix,
                addresses=addresses,
                numbers=own,
                starts_ns=pack(starts_ns.astype(np.int64)),
            )
        )


def tell_load(fleet: Fleet, plan: Plan, window: Window) -> None:
    """Have the plan's messages sent at the window's times on the connections that the fleet has open."""
    places = _places(fleet, plan)
    senders = sum(int(np.count_nonzero(place >= 0)) for place in places.values()) if places else 0
    settle_ns = window.drain_ns + round(plan.drain / 2 * NS_PER_S)
    for agent in fleet.agents:
        positions = places.get(agent.name, np.full(_rows(fleet, plan, agent), -1, np.int64))
        agent.tell(
            wire.Load(
                window=window, positions=pack(positions), senders=senders, settle_ns=settle_ns, plan=plan
            )
        )


def tell_settle(fleet: Fleet, deadline_ns: int) -> None:
    """Have every ledger closed, when all is accounted for or at the deadline."""
    for agent in fleet.living:
        agent.tell(wire.Settle(deadline_ns=deadline_ns))


def _role(fleet: Fleet, plan: Plan, agent: AgentProcess) -> wire.Role:
    if plan.scenario == "echo":
        return "echo"
    if plan.scenario == "fanout":
        return "publish" if agent is fleet.publisher else "subscribe"
    return "connect"


def _rows(fleet: Fleet, plan: Plan, agent: AgentProcess) -> int:
    if agent is fleet.publisher:
        return plan.publishers
    holders = fleet.holders
    return len(range(holders.index(agent), plan.connections, len(holders)))


def _places(fleet: Fleet, plan: Plan) -> dict[str, Int64s]:
    """Return per sending agent its rows' places among all open senders, in order of their numbers."""
    if plan.scenario == "connect":
        return {}
    senders = [fleet.publisher] if fleet.publisher else fleet.holders
    step = len(senders)
    open_numbers = np.sort(
        np.concatenate([open_rows(agent) * step + place for place, agent in enumerate(senders)])
    )
    places = {}
    for place, agent in enumerate(senders):
        positions = np.full(_rows(fleet, plan, agent), -1, np.int64)
        rows = open_rows(agent)
        positions[rows] = np.searchsorted(open_numbers, rows * step + place)
        places[agent.name] = positions
    return places
