"""Deliveries of which nobody can tell whether they were lost or not due, where that is much of all."""

from wswarm.results.run import Messages, Scenario

_TOLD_FROM = 0.01  # of what is owed: a few are under way whenever somebody comes or leaves


def notices(found: Messages, scenario: Scenario) -> list[str]:
    """Return how many there are, if they could change what is said of losses; a storm cuts many off on their way."""
    if scenario == "storm" or found.unclear <= _TOLD_FROM * found.owed:
        return []
    return [
        f"{found.unclear:,} deliveries did not come to subscribers that had just opened or were about to leave: they"
        " are neither owed nor lost, as they may not have been due; have subscribers stay longer, or let the"
        " conversation end with the confirmation (--expect)"
    ]
