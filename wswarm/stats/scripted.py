"""What one agent found out about the sessions of a script, in the form in which it travels."""

import msgspec

Packed = bytes


class StepFound(msgspec.Struct, frozen=True, kw_only=True):
    """One step of all sessions.

    Attributes:
        count: How often it was answered or failed. `times`: histogram of the times until answers.
    """

    count: int
    failed: int
    times: Packed


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a script at which the loop stood still: how often, and for how long at most."""

    count: int
    longest_ns: int


class Scripted(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions of one agent, over the whole run.

    Attributes:
        started: Sessions begun; those that neither finished nor failed were cut off at the end.
        refused: Arrivals that found as many sessions as there may be.
        failures: Failed ones by reason, bounded.
        sent: Messages that they sent.
        answered: Steps answered from the hold's beginning on.
        overflowed: Messages that nobody had taken when an inbox was full.
        unanswered: Steps by name that had no answer when the run ended; they are among the failed ones.
        blocks: By place, `file.py:LINE`.
    """

    started: int
    finished: int
    failed: int
    refused: int
    failures: dict[str, int]
    steps: dict[str, StepFound]
    sent: int
    answered: int
    overflowed: int
    unanswered: dict[str, int] = {}
    blocks: dict[str, Block] = {}
