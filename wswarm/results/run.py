"""The result of a measurement: what one scenario found out, as values and as one JSON object.

`Run` is the single source of the run file's form: `json_schema` derives the published schema from it.
Times are seconds, sizes bytes, CPU seconds. Unknown is `None`, never 0.
"""

from collections.abc import Generator
from inspect import cleandoc
from typing import Any, Literal

import msgspec

from wswarm.results.broadcasts import Broadcast as Broadcast
from wswarm.results.broadcasts import Fanout as Fanout
from wswarm.results.connections import Connections as Connections
from wswarm.results.connections import Handshake as Handshake
from wswarm.results.connections import Moment as Moment
from wswarm.results.costs import GeneratorCost as GeneratorCost
from wswarm.results.costs import TargetCost as TargetCost
from wswarm.results.distribution import Distribution as Distribution
from wswarm.results.environment import Environment as Environment
from wswarm.results.messages import Lost as Lost
from wswarm.results.messages import Messages as Messages
from wswarm.results.messages import Rates as Rates
from wswarm.results.messages import Unsent as Unsent
from wswarm.results.penalty import Penalty as Penalty
from wswarm.results.population import Population as Population
from wswarm.results.probe import Probe as Probe
from wswarm.results.publish import Publish as Publish
from wswarm.results.recovery import Recovery as Recovery
from wswarm.results.rooms import Room as Room
from wswarm.results.rooms import Rooms as Rooms
from wswarm.results.scenario import Scenario as Scenario
from wswarm.results.scripted import Sessions as Sessions
from wswarm.results.scripted import Step as Step
from wswarm.results.stages import Stage as Stage
from wswarm.results.trends import Trend as Trend

SCHEMA = "wswarm/run@1"

Verdict = Literal["valid", "suspect", "invalid"]


class Validity(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of a run on itself; each reason says what was seen and what to do.

    Attributes:
        verdict: Whether the figures are the target's: `valid`, `suspect` or `invalid`.
        reasons: What was seen, what it touches, and what to do; one each.
    """

    verdict: Verdict
    reasons: list[str] = []


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """One second of the run, or of a long one `series_step` seconds together.

    Attributes:
        t: Its start, s since the run began.
        connections: Open sockets at its end.
        opened: Handshakes completed in it; `failed`: refused, reset or timed out in it.
        handshake_p50: Median handshake time of those, s; `handshake_max` the longest.
        sent: Messages sent in it, warm-up included; `received`: deliveries or replies that arrived in it.
        lost: Messages sent in it that were lost.
        p50: Response or delivery time of the messages intended in it, s, bins of at most 2 %; `None` when they
            are too few for the percentile, as are `p90` and `p99`.
        p90: Likewise.
        p99: Likewise.
        max: The longest of those times, s.
    """

    t: float
    connections: int
    opened: int = 0
    failed: int = 0
    handshake_p50: float | None = None
    handshake_max: float | None = None
    sent: int = 0
    received: int = 0
    lost: int = 0
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    max: float | None = None


class Phases(msgspec.Struct, frozen=True, kw_only=True):
    """When each phase began, s since the first connect.

    Attributes:
        warmup: Messages are sent, and count in nothing.
        hold: What figures come from.
        drain: Nothing is sent any more; what is owed is waited for.
        end: When the drain was over.
    """

    warmup: float
    hold: float
    drain: float
    end: float


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """What the target said where something else was expected: at most 200 characters each, secrets left out.

    Attributes:
        unmarked: A few different messages without our marker, as text, control characters escaped.
        refusals: What came with failed handshakes, by their reason, and with requests to publish that failed
            (`publish 503`): one of each.
    """

    unmarked: list[str] = []
    refusals: dict[str, str] = {}


class SloResult(msgspec.Struct, frozen=True, kw_only=True):
    """One service-level objective.

    Attributes:
        expression: As it was given.
        met: Whether the objective was met.
        value: In the figure's unit; `None`: it could not be measured, and then it is not met.
        why: Why it could not be measured.
    """

    expression: str
    value: float | None
    met: bool
    why: str | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One measured scenario.

    Attributes:
        schema: Which form this is.
        scenario: What was measured.
        started_at: When the run began, UTC.
        environment: Where it was made.
        validity: Its verdict on itself.
        phases: When its phases began.
        connections: What became of its sockets.
        messages: What became of the messages of the hold; `None` in `connect`.
        rates: Offered, achieved and received messages per second; `None` in `connect`.
        send_lag: From when a message should have been sent until it was: the generator's own lateness.
        service_time: From when a message was sent to its reply (echo).
        response_time: From when a message should have been sent to its reply (echo): what counts in the open model.
        fanout: How broadcasts reached their subscribers; `None` where nothing is broadcast.
        series: Second by second.
        generator: What the load cost this machine.
        target: What it cost the target; `None` where its process id is not known.
        slo: The objectives, in the order given.
        name: What the front end calls it (Locust: the user class); `None` where it has no name.
        plan: Every setting as it was used, the seed included.
        series_step: How many seconds a row of the series stands for: more than one in runs of more than half an hour.
        clock_error: Delivery times that were taken between machines may be wrong by so much, s, and smaller ones are
            not given; `None`: all times are of one clock.
        interrupted: Whether it was ended early (Ctrl-C): the hold lasted from `phases.hold` to `phases.drain`, which
            is less than `plan.duration` if it was not ended in the drain; the first notice says so.
        notices: What a reader has to know first: what the target did to the connections.
        failure: How the target failed before the hold's end, if it did (exit code 95): it died, or hung up on so
            many that the rest says little.
        publish: Of broadcasts that were published by HTTP; `None`: by WebSockets, or there are none.
        samples: What the target said where something else was expected.
        rooms: Of a fan-out in several rooms which of them fared worst; `None` where there is only one.
        sessions: How a script's sessions fared; `None` without a script. `steps`: by their names.
        recovery: Of a storm. `penalty`: of slow readers. `population`: of churn; `None` elsewhere.
        stages: Of a load in stages, one each. `trends`: of a long run. `probe`: what a probe beside the load saw.
    """

    schema: str = SCHEMA
    name: str | None = None
    scenario: Scenario
    started_at: str
    plan: dict[str, Any]
    environment: Environment
    notices: list[str] = []
    interrupted: bool = False
    failure: str | None = None
    validity: Validity
    phases: Phases
    connections: Connections
    messages: Messages | None
    rates: Rates | None
    send_lag: Distribution | None
    service_time: Distribution | None
    response_time: Distribution | None
    fanout: Fanout | None
    rooms: Rooms | None = None
    publish: Publish | None = None
    sessions: Sessions | None = None
    steps: dict[str, Step] = {}
    recovery: Recovery | None = None
    penalty: Penalty | None = None
    population: Population | None = None
    stages: list[Stage] = []
    trends: list[Trend] = []
    probe: Probe | None = None
    series_step: int = 1
    series: list[Second]
    generator: GeneratorCost
    target: TargetCost | None
    samples: Samples = Samples()
    slo: list[SloResult] = []
    clock_error: float | None = None

    def __await__(self) -> Generator[Any, None, "Run"]:
        """Return the run itself: `await wswarm.echo(...)` and `wswarm.echo(...)` both give a `Run`."""
        yield from ()
        return self


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the run file (draft 2020-12), the same under every Python."""
    schema = msgspec.json.schema(Run)
    for part in schema["$defs"].values():
        part["description"] = cleandoc(part["description"])  # Python 3.13 takes the indentation off by itself
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
