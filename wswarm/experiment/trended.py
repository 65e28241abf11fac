"""Which trends a run is looked through for."""

from wswarm.experiment.observed import Observed
from wswarm.load.hours import CHURN_S, LONG_S
from wswarm.load.plan import Plan
from wswarm.results.trends import Trend
from wswarm.stats.trends import trends
from wswarm.units import NS_PER_S


def trends_of(plan: Plan, observed: Observed) -> list[Trend]:
    """Return how times, and what the target holds, changed in a hold that is long, or was asked for it."""
    window = observed.window
    is_of_leaks = plan.scenario == "churn" and any(len(one.at) for one in observed.sampled.values())
    least_s = CHURN_S if is_of_leaks else LONG_S
    if not plan.trends and window.drain_ns - window.hold_ns < least_s * NS_PER_S:
        return []
    time = "response_time" if plan.scenario == "echo" else "delivery_time" if plan.is_published else None
    has_sessions = plan.scenario == "churn" or plan.sessions is not None
    return trends(observed.findings, window, time, observed.sampled, has_sessions=has_sessions)
