"""Which loads last so long that trends are looked for in what they find."""

from wswarm.errors import PlanError

LONG_S = 600.0
CHURN_S = 300.0  # of sessions at a known target: as many are there all along, so what grows is what they leave behind
LEAST_S = 60.0


def check_trends(hold_s: float, *, is_staged: bool) -> None:
    """Check that a hold of `hold_s`, which stages may give, has room for the trends that are asked for.

    Raises:
        PlanError: it is too short.
    """
    if hold_s < LEAST_S:
        mend = f"let --stages last {LEAST_S:g} s" if is_staged else f"use --duration {LEAST_S:g}s"
        raise PlanError(
            f"--trends takes a hold of {LEAST_S:g} s at least, not one of {hold_s:g} s: {mend} or more"
        )
