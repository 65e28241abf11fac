"""Which trends a run is looked through for."""

from wswarm.experiment.observed import Observed
from wswarm.load.hours import LONG_S
from wswarm.load.plan import Plan
from wswarm.results.trends import Trend
from wswarm.stats.trends import trends
from wswarm.units import NS_PER_S


def trends_of(plan: Plan, observed: Observed) -> list[Trend]:
    """Return how times, and what the target holds, changed in a hold that is long, or was asked for it."""
    window = observed.window
    if not plan.trends and window.drain_ns - window.hold_ns < LONG_S * NS_PER_S:
        return []
    time = "response_time" if plan.scenario == "echo" else "delivery_time" if plan.is_published else None
    has_sessions = plan.scenario == "churn" or plan.sessions is not None
    return trends(observed.findings, window, time, observed.sampled, has_sessions=has_sessions)
