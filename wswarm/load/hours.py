"""Which loads last so long that trends are looked for in what they find."""

from wswarm.errors import PlanError

LONG_S = 600.0
LEAST_S = 60.0


def check_trends(hold_s: float) -> None:
    """Check that a hold of `hold_s` has room for the trends that are asked for.

    Raises:
        PlanError: it is too short.
    """
    if hold_s < LEAST_S:
        raise PlanError(
            f"--trends takes a hold of {LEAST_S:g} s at least, not one of {hold_s:g} s: use --duration"
            f" {LEAST_S:g}s or more"
        )
