"""Subscribers that received nothing while others did: are they subscribed at all?"""

from collections.abc import Sequence

from wswarm.results.run import Messages
from wswarm.stats.findings import Findings, unpack


def notices(findings: Sequence[Findings], found: Messages) -> list[str]:
    """Return how many subscribers received nothing; empty if all did, or none."""
    arrivals = [one for one in findings if one.arrivals is not None]
    deaf = sum(one.arrivals.deaf for one in arrivals if one.arrivals is not None)
    if not deaf or not found.received:
        return []
    subscribers = sum(len(unpack(one.sockets.opened_ns)) for one in arrivals)
    return [
        f"{deaf:,} of {subscribers:,} subscribers received nothing: are they subscribed? Let the conversation end"
        " with the confirmation (--expect), and look at it with --trace"
    ]
