"""What a run cost its generator and its target."""

from collections.abc import Sequence

from wswarm.drive.clock import has_kernel_timer
from wswarm.experiment.observed import Observed
from wswarm.load.plan import Plan
from wswarm.results.run import GeneratorCost, TargetCost
from wswarm.stats import summary
from wswarm.stats.agents import efforts_of
from wswarm.stats.findings import Findings, unpack

_RSS_SOCKETS = 100


def generator_cost(plan: Plan, findings: Sequence[Findings], arrived: int) -> GeneratorCost:
    """Return what the agents took, in all and for each of what arrived in the hold: replies, deliveries or steps."""
    efforts = efforts_of(findings)
    cpu_s = sum(one.cpu_s for one in efforts)
    sockets = sum(len(unpack(one.sockets.opened_ns)) for one in findings)
    growth = sum(one.rss_open - one.rss_before for one in efforts)
    return GeneratorCost(
        processes=len(efforts),
        cpu_s=cpu_s,
        cpu_s_per_message=cpu_s / arrived if arrived else None,
        peak_rss=sum(one.rss_peak for one in efforts),
        rss_per_connection=_rss_per_socket(growth, sockets),
        loop_lag=summary.distribution(summary.merged(one.loop_lag for one in efforts)),
        driver=plan.driver,
        pacing=_pacing(plan, findings) + ("" if has_kernel_timer() else ", timers of 1 ms"),
    )


def _pacing(plan: Plan, findings: Sequence[Findings]) -> str:
    """Return how sends were paced in the end: `auto` decides for each agent and each pace."""
    if plan.pacing != "auto":
        return plan.pacing
    gaps_ns = {gap_ns for one in findings if one.sends is not None for gap_ns in one.sends.gaps_ns}
    return " and ".join(
        f"{gap_ns // 1000}µs batched" if gap_ns else "exact" for gap_ns in sorted(gaps_ns or {0})
    )


def target_cost(observed: Observed, arrived: int) -> TargetCost | None:
    """Return what the target's processes took over hold and drain, `None` if they are not known."""
    uses, target = observed.target_uses, observed.target
    hold, end = uses.get("hold"), uses.get("end")
    if target is None or hold is None:
        return None
    cpu_s = end.cpu_s - hold.cpu_s if end is not None else None
    before, filled = uses.get("before"), uses.get("open")
    growth = filled.rss - before.rss if before is not None and filled is not None else None
    opened = sum(len(unpack(one.sockets.opened_ns)) for one in observed.findings)
    return TargetCost(
        pid=target.pid,
        cpu_s=cpu_s,
        cpu_s_per_message=cpu_s / arrived if cpu_s is not None and arrived else None,
        peak_rss=observed.target_peak,
        rss_per_connection=_rss_per_socket(growth, opened),
        command=target.command,
    )


def _rss_per_socket(growth: int | None, sockets: int) -> float | None:
    """Return the growth per socket; unknown when it is not the sockets' doing: too few, or memory used again."""
    if growth is None or growth <= 0 or sockets < _RSS_SOCKETS:
        return None
    return growth / sockets
