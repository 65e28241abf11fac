"""One line of `--events`: what happened in one second of a run."""

from inspect import cleandoc
from typing import Any, Literal

import msgspec

from wswarm.results.progress import Phase
from wswarm.results.run import Verdict
from wswarm.results.scenario import Scenario


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happened since the record before it, of the same run; some second.

    What is counted adds up over a run's records to what its run file says. Messages are those of the hold: in ramp
    and warm-up they are 0, and the drain is in the last record. Unknown is `null`, never 0.

    Attributes:
        at: When it was written, UTC.
        name: The scenario, or what a plan file calls it.
        t: The end of what it tells, s since the first connect.
        phase: At that moment; `end`: the last record of a run.
        connections: Open at that moment.
        opened: Connections that opened; `failed`: handshakes that failed; `dropped`: connections lost.
        owed: Replies or deliveries that were accounted for: received or lost.
        lost: Those that were given up; one that comes after all takes itself back.
        rate: Messages sent per s over the last two seconds, warm-up included.
        p50: Response, delivery, step or handshake time of what came, s; `null` where that is too little to say.
        verdict: Of the run on itself, in its last record.
    """

    at: str
    scenario: Scenario
    name: str
    t: float
    phase: Phase | Literal["end"]
    connections: int
    opened: int
    failed: int
    dropped: int
    offered: int | None
    sent: int | None
    owed: int | None
    received: int | None
    lost: int | None
    duplicated: int | None
    reordered: int | None
    extra: int | None
    rate: float | None
    p50: float | None
    p90: float | None
    p99: float | None
    max: float | None
    verdict: Verdict | None = None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a line (draft 2020-12), the same under every Python."""
    schema = msgspec.json.schema(Event)
    for part in schema["$defs"].values():
        part["description"] = cleandoc(part["description"])  # Python 3.13 takes the indentation off by itself
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
