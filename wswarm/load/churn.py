"""Whether sessions can come and go as a plan says; the sessions are in `load.sessions`."""

import math
from collections.abc import Mapping
from typing import Any

from wswarm.errors import PlanError
from wswarm.load.belonging import SESSIONS_LIMIT
from wswarm.load.settings import Settings
from wswarm.results import redact

DEFAULT_SESSIONS, DEFAULT_STAY = 10.0, 20.0
_SPARE = 1_000  # sessions at once beyond those expected, unless -c says how many


def with_sessions(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's settings, with how many sessions there are, and may be at once, where nobody says so.

    The latter is more than there ever are at once, unless the target stalls.
    """
    found: dict[str, Any] = {"sessions": DEFAULT_SESSIONS, "stay": DEFAULT_STAY, **given}
    try:
        expected = max(0.0, found["sessions"] * found["stay"])
        return {"connections": round(expected + max(_SPARE, 10 * math.sqrt(expected))), **found}
    except (TypeError, ValueError, OverflowError):
        return {"connections": _SPARE, **found}  # what is no number is told by who checks it


def check_churn(plan: Settings) -> None:
    """Check that sessions can come and go as the plan says.

    Raises:
        PlanError: they can't.
    """
    if plan.scenario != "churn":
        return
    if plan.sessions is None:
        raise PlanError("churn has sessions: say how many begin per s, as in --sessions 50/s")
    if not 0 < plan.stay < float("inf"):
        raise PlanError(f"--stay {plan.stay:g} must be a number above 0")
    length_s = plan.warmup + plan.duration
    in_all = plan.sessions * (length_s + plan.stay)
    if in_all > SESSIONS_LIMIT:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s, and --stay {plan.stay:g}s of them"
            f" before, is {in_all:,.0f} sessions, more than {SESSIONS_LIMIT:,}: lower one of them"
        )
    if round(plan.sessions * length_s) < 1:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s gives no session: raise one of them"
        )
    if plan.rate is None:
        _check_silent(plan)


def _check_silent(plan: Settings) -> None:
    """Check that nothing is said of what is published where nothing is."""
    said = {
        "--publishers": plan.publishers if plan.publishers != 1 else None,
        "--publish": plan.publish and repr(redact.address(plan.publish)),
        "--publisher-url": plan.publisher_url and repr(redact.address(plan.publisher_url)),
        "--publisher-header": "" if plan.publisher_headers else None,
        **{f"--publisher-{step.kind}": "" for step in plan.publisher_steps},
        "--size": plan.size,
        "--text": plan.text and repr(plan.text),
        "--json": plan.json and repr(plan.json),
        "--binary": "" if plan.binary else None,
    }
    for option, value in said.items():
        if value is not None:
            shown = f"{option} {value}".strip()
            raise PlanError(
                f"{shown} publishes nothing without a rate: leave it out, or add -r, as in -r 5/s"
            )
