"""What a reader has to know about a comparison besides its figures: what was compared, where, and by what command."""

import msgspec

from wswarm.results.run import Environment


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two versions.

    Attributes:
        name: What the user called it: a ref, a folder, a command.
        commit: The commit it is, if it is one.
        served: The file that its server served; `command`: what started the server, as far as that is known.
    """

    name: str
    commit: str | None = None
    served: str | None = None
    command: str = ""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Where a comparison comes from.

    Attributes:
        command: What the user typed; `title` is the name of that command.
        made_at: ISO 8601, UTC, as in run files.
        scenario: What was measured; `seconds` how long that took, `None` for stored runs.
        advisory: Why the verdict does not decide anything; `None` if it does.
        notes: Doubts that a reader should know of, as sentences.
        confidence: Of the intervals.
    """

    title: str
    base: Side
    head: Side
    command: str
    made_at: str
    scenario: str | None = None
    seconds: float | None = None
    seed: int | None = None
    environment: Environment | None = None
    advisory: str | None = None
    notes: tuple[str, ...] = ()
    confidence: float = 0.98
