"""Exit codes of a comparison."""

from wswarm.cli.terminal import INCONCLUSIVE, INVALID, REGRESSION
from wswarm.stats.compare.ab import Comparison


def of_comparison(comparison: Comparison, *, is_advisory: bool = False, strict: bool = False) -> int:
    """Return the exit code that the comparison deserves.

    Args:
        comparison: Decided.
        is_advisory: Whether its verdict is only told: then nothing but an invalid one fails.
        strict: Whether inconclusive is a failure too.
    """
    if comparison.verdict == "invalid":
        return INVALID
    if is_advisory:
        return 0
    if comparison.verdict == "regression":
        return REGRESSION
    return INCONCLUSIVE if strict and comparison.verdict == "inconclusive" else 0
