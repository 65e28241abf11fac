"""What commands and test runs exit with; docs/exit_codes.md says what each means."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wswarm.results.capacity import Search
    from wswarm.results.forecast import Outlook
    from wswarm.results.run import Run

INTERRUPTED = 130
TARGET_FAILED = 95
INCONCLUSIVE = 96
REGRESSION = 97
INVALID = 98
SLO_MISSED = 99


def of_runs(runs: "Sequence[Run]", *, is_interrupted: bool = False) -> int:
    """Return the exit code that runs deserve; when several hold, the first of 130, 95, 98, 99."""
    if is_interrupted:
        return INTERRUPTED
    if any(run.failure is not None for run in runs):
        return TARGET_FAILED
    if any(run.validity.verdict == "invalid" for run in runs):
        return INVALID
    if any(not result.met for run in runs for result in run.slo):
        return SLO_MISSED
    return 0


def of_search(search: "Search") -> int:
    """Return the exit code that a search for a capacity deserves: the first of 130, 95, 98 (a lower bound) and 99."""
    if search.interrupted:
        return INTERRUPTED
    if search.failure is not None:
        return TARGET_FAILED
    if not search.is_bounded:
        return INVALID
    return 0 if all(one.met for one in search.objectives) else SLO_MISSED


def of_outlook(outlook: "Outlook") -> int:
    """Return the exit code that a forecast deserves."""
    return 0 if all(one.met for one in outlook.slo) else SLO_MISSED
