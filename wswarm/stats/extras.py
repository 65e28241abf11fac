"""Messages with our marks that nobody was owed: which they are, and what that says of the target."""

from collections.abc import Mapping

from wswarm.results.run import Messages, Scenario
from wswarm.results.scenario import BROADCASTS

OF_OTHERS = "of another connection"
OTHER_ROOM = "for another room"
NEVER_SENT = "never sent"
EARLY = "sent before the receiver's connection opened"
REFUSED = "published by requests that failed"
LATE = "sent after the receiver's connection ended"

_TOLD_FROM = 0.01  # of what is owed: a few are sent while a connection is just being opened or closed


def listed(kinds: Mapping[str, int]) -> str:
    """Return `120 of another connection, 3 never sent`, the most first."""
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{amount:,} {kind}" for kind, amount in ordered)


def notices(found: Messages, scenario: Scenario = "echo") -> list[str]:
    """Return what extra messages say of the target; a few at the edge of a connection say nothing."""
    told = []
    kinds = found.extra_kinds
    if others := kinds.get(OF_OTHERS, 0):
        why = _why(found, others, scenario)
        told.append(f"{others:,} messages belong to other connections than those that got them: {why}")
    if foreign := kinds.get(OTHER_ROOM, 0):
        came = (
            "1 message came into a room that it was"
            if foreign == 1
            else f"{foreign:,} messages came into rooms that they were"
        )
        told.append(f"{came} not for: does the target relay beyond the room that was asked for?")
    if never := kinds.get(NEVER_SENT, 0):
        told.append(
            f"{never:,} messages carry marks that were never sent: does the target change what it relays?"
        )
    early = kinds.get(EARLY, 0) if scenario != "storm" else 0  # there many come in while others publish
    if early > _TOLD_FROM * found.owed:
        told.append(
            f"{early:,} messages had been sent before their receiver's connection opened:"
            " does the target replay what was said before?"
        )
    return told


def _why(found: Messages, others: int, scenario: Scenario) -> str:
    """Tell an answer to everybody from an answer to somebody else, whose own reply is then missing."""
    if scenario in BROADCASTS:
        return "does somebody else of this run publish to the same room?"
    lost = found.lost.silent + found.lost.disconnected
    if others > lost:
        return "does the target relay to everybody? use fanout"
    return f"{lost:,} replies are missing where they are owed: does the target answer the wrong connection?"
