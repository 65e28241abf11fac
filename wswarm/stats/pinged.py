"""What a reader has to know first of the pings of a run."""

from wswarm.results.run import Connections


def notices(seen: Connections, interval_s: float | None) -> list[str]:
    """Return how many pings were not answered, if any were not.

    Args:
        interval_s: Between two pings of one connection, s; `None`: nobody pinged.
    """
    if not seen.pings or not seen.pings_unanswered or interval_s is None:
        return []
    return [
        f"{seen.pings_unanswered:,} of {seen.pings:,} pings were not answered within {interval_s:g} s: the target or"
        " something before it does not answer pings, is slower than that, or lost the connection unnoticed"
    ]
