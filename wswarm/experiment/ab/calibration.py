"""Which load the slices carry: its length, and a rate that leaves the base some room."""

from statistics import median
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.errors import GeneratorError, TargetError
from wswarm.experiment.ab.arm import WARMUP_SHARE, ArmSession, Observation
from wswarm.experiment.ab.design import Timing
from wswarm.experiment.ab.record import broadcasts_per_s, cpu_per_message, received_in_all
from wswarm.load.plan import Plan
from wswarm.results import redact
from wswarm.stats.reach import put_together
from wswarm.stats.summary import arrivals_of
from wswarm.units import NS_PER_S

UTILISATION = 0.6
DRAIN_S = 2.0
_PROBE_S = 0.4
_FIRST_DELIVERIES = 3_000.0
_OVERLOAD, _IN_TIME, _MOST_LOADS = 1.5, 0.9, 8


class Calibration(NamedTuple):
    """What the base showed.

    Attributes:
        rate: Messages per s that keep it busy for `UTILISATION` of the time.
        cpu_per_message: Its CPU s per reply or delivery at about that rate; `None` if nobody can tell.
    """

    rate: float
    cpu_per_message: float | None


def open_load(plan: Plan, length_s: float, rate: float, seed: int) -> Plan:
    """Return the load of a slice at a rate; a tenth more is sent before it."""
    return _load(plan, length_s, seed, rate=rate, closed=False)


def closed_load(plan: Plan, length_s: float, seed: int) -> Plan:
    """Return the load of a slice as fast as replies come."""
    return _load(plan, length_s, seed, rate=None, closed=True)


def calibrate(
    session: ArmSession, plan: Plan, pause_s: float, seed: int, rate: float | None = None
) -> Calibration:
    """Return the rate for a version, unless it is given, and what a message costs it then.

    Echo: a share of what comes back in the closed model. Fan-out: the same share of what the dearest of server,
    generator and delivering one after the other would allow, each found out at a low rate first.

    Raises:
        TargetError: nothing comes back.
    """
    if rate is None:
        rate = float(f"{_find_rate(session, plan, pause_s, seed):.2g}")
    costs = [cpu_per_message(session.run(open_load(plan, _PROBE_S, rate, seed), pause_s)) for _ in range(3)]
    known = [cost for cost in costs if cost is not None]
    return Calibration(rate, median(known) if known else None)


def find_overload(session: ArmSession, plan: Plan, timing: Timing, rate: float, seed: int) -> float:
    """Return broadcasts per s that are too much for a version: half as many again as it delivers.

    Args:
        rate: That is not too much.

    Raises:
        TargetError: nothing is delivered. GeneratorError: it can't be loaded so much.
    """
    load = rate / UTILISATION
    for _ in range(_MOST_LOADS):
        load *= _OVERLOAD
        seen = session.run(open_load(plan, timing.slice_s, load, seed), timing.pause_s)
        delivered = broadcasts_per_s(seen)
        _check(delivered or 0.0, plan, seen)
        if delivered is not None and delivered < _IN_TIME * load:
            return float(f"{_OVERLOAD * delivered:.3g}")
    raise GeneratorError(
        f"base delivers {load:,.4g} broadcasts/s to {plan.connections:,} subscribers, and nothing was too much for"
        " it: its capacity can't be compared here; gate cpu, or give more -c"
    )


def _find_rate(session: ArmSession, plan: Plan, pause_s: float, seed: int) -> float:
    if plan.scenario == "echo":
        for _ in range(2):
            seen = session.run(closed_load(plan, _PROBE_S, seed), pause_s)
            rate = UTILISATION * received_in_all(seen) / (_PROBE_S * (1 + WARMUP_SHARE))
            _check(rate, plan, seen)
    else:
        rate = max(2 / _PROBE_S, _FIRST_DELIVERIES / plan.connections)
        for _ in range(2):
            seen = session.run(open_load(plan, _PROBE_S, rate, seed), pause_s)
            rate = _fanout_rate(seen, plan)
    return rate


def _fanout_rate(seen: Observation, plan: Plan) -> float:
    received = received_in_all(seen)
    _check(received, plan, seen)
    broadcasts = received / plan.connections
    cpu_s = (cpu_per_message(seen) or 0) * plan.connections
    generator_s = max(one.effort.cpu_s for one in seen.findings) / broadcasts
    return UTILISATION / max(cpu_s, generator_s, _spread_s(seen))


def _spread_s(seen: Observation) -> float:
    """Return the median time from the first delivery of a broadcast to its last."""
    reached = [put_together([one.broadcasts]) for one in arrivals_of(seen.findings)]
    spreads = np.concatenate([(one.last_ns - one.first_ns)[one.received > 0] for one in reached])
    return float(np.median(spreads)) / NS_PER_S if len(spreads) else 0.0


def _load(plan: Plan, length_s: float, seed: int, *, rate: float | None, closed: bool) -> Plan:
    return msgspec.structs.replace(
        plan,
        rate=rate,
        closed=closed,
        duration=length_s,
        warmup=WARMUP_SHARE * length_s,
        seed=seed,
    )


def _check(received: float, plan: Plan, seen: Observation) -> None:
    if seen.deaths:
        raise GeneratorError(f"{'; '.join(seen.deaths)}: run it again")
    if not received:
        raise TargetError(
            f"base: nothing came back from {redact.address(plan.address)}: does it answer as {plan.scenario} needs?"
            " Give the path with --url, or the rate with -r to do without calibration"
        )
