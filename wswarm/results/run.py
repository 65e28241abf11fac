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
from wswarm.results.costs import GeneratorCost as GeneratorCost
from wswarm.results.costs import TargetCost as TargetCost
from wswarm.results.distribution import Distribution as Distribution
from wswarm.results.environment import Environment as Environment
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
    """The verdict of a run on itself; each reason says what was seen and what to do."""

    verdict: Verdict
    reasons: list[str] = []


class Moment(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """How many connections were open from `t` on, s since the run began."""

    t: float
    open: int


class Handshake(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One handshake: done at `t`, s since the run began, after `time` s."""

    t: float
    time: float


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """Every socket of the run, publishers included, one attempt each.

    Attributes:
        failures: Failed handshakes by reason (`http 403`, `timeout`, `reset`, `refused`, …).
        dropped: Connections lost after they had opened, whoever began it, up to the end of the drain.
        closes: Those of them that the peer began, by close code (`1006`: without a close frame).
        close_reasons: All dropped ones by close code and the reason that came with it (`4401 token expired`);
            of many different ones those beyond the first are together under `other`.
        open_time: How long the dropped ones had been open; `None` if there is none.
        subprotocols: Opened ones by the subprotocol agreed on, `none` among them; empty if none was offered.
        left: Connections that were told to leave before the end, which is no loss.
        addresses: Opened ones by the IP address (or the socket file) that they lead to; a name may have several.
        handshake_time: TCP connect start to upgrade response; split into tcp, tls and upgrade.
        ready_time: TCP connect start to the message that ended the conversation before the load; without one, to the
            upgrade response.
        ping_time: Round trips of the pings that `--ping` asks for, from the frame sent to its pong; `None` without.
        pings: Those sent; `pings_unanswered`: without a pong by the time that the next one of the connection was due.
        timeline: Each change of the open connections; of more than 1,000, every k-th and the last.
        handshakes: Completed ones in order; of more than 1,000, every k-th.
    """

    requested: int
    opened: int
    failed: int
    peak: int
    dropped: int
    failures: dict[str, int]
    closes: dict[str, int]
    close_reasons: dict[str, int] = {}
    open_time: Distribution | None = None
    subprotocols: dict[str, int] = {}
    left: int = 0
    addresses: dict[str, int] = {}
    handshake_time: Distribution
    ready_time: Distribution | None = None
    tcp_time: Distribution | None = None
    tls_time: Distribution | None = None
    upgrade_time: Distribution | None = None
    ping_time: Distribution | None = None
    pings: int | None = None
    pings_unanswered: int | None = None
    timeline: list[Moment] = []
    handshakes: list[Handshake] = []


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Owed and never received: the receiver's socket had closed, or nobody knows why."""

    disconnected: int = 0
    silent: int = 0


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """Offered and never sent: their connection had closed, or they were still waiting when the drain ended."""

    disconnected: int = 0
    late: int = 0


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the messages of the hold; offered = sent + unsent, owed = received + lost.

    Of a replay: of all messages of the recording, on each connection that opened; what came and is none of them is
    `unmarked`.

    Attributes:
        protocol: Of the whole run: messages of the conversation around the load, which are none of it.
        extra: Messages with marks of ours that their receiver was not owed. `extra_kinds`: by what they are.
    """

    offered: int
    sent: int
    unsent: Unsent | None = None
    owed: int
    received: int
    lost: Lost
    duplicated: int
    reordered: int
    extra: int
    extra_kinds: dict[str, int] = {}
    unmarked: int
    protocol: int = 0


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Messages per second over the hold; `received` counts deliveries (echo: replies)."""

    offered: float | None
    achieved: float
    received: float


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
            are too few for the percentile.
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
    """When each phase began, s since the first connect; `end` is the end of the drain."""

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
