"""Whether settings of scripts and recordings belong to the plan that has them."""

from wswarm.errors import PlanError
from wswarm.load.settings import Settings

SESSIONS_LIMIT = 1_000_000


def check_script(plan: Settings) -> None:
    """Check a script and its sessions.

    Raises:
        PlanError: they belong to another scenario, or there are too many sessions or none.
    """
    if plan.scenario != "script":
        if plan.script is not None:
            raise PlanError("a script has a scenario of its own: use wswarm script FILE.py, or leave it out")
        if plan.sessions is not None and plan.scenario != "churn":
            raise PlanError(f"--sessions belongs to churn and script: leave it out of {plan.scenario}")
        return
    if plan.script is None:
        raise PlanError("a script has a file: give script='session.py'")
    if plan.rate is not None:
        raise PlanError(f"--rate {plan.rate:g} is a load of ours: a script says when it sends; leave it out")
    if plan.sessions is None:
        return
    expected = plan.sessions * (plan.warmup + plan.duration)
    if expected > SESSIONS_LIMIT:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s is {expected:,.0f} sessions, more than"
            f" {SESSIONS_LIMIT:,}: lower one of them"
        )
    if round(expected) < 1:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s gives no session: raise one of them"
        )


def check_recording(plan: Settings) -> None:
    """Check a recording.

    Raises:
        PlanError: it belongs to another scenario, or something else is to say when to send.
    """
    if (plan.scenario == "replay") != (plan.recording is not None):
        raise PlanError("a recording belongs to a replay: use wswarm replay FILE.har, or leave it out")
    if plan.scenario == "replay" and plan.rate is not None:
        raise PlanError(
            f"--rate {plan.rate:g} is a load of ours: a recording says when it sends; leave it out"
        )
