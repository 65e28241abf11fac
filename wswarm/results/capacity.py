"""What a search for a capacity found, as it is stored and handed on; rates per s, times in s."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from wswarm.results.run import Environment, SloResult

CAPACITY_SCHEMA = "wswarm/capacity@1"

CapacityScenario = Literal["echo", "fanout", "connect"]
Unit = Literal["messages/s", "broadcasts/s", "connections"]
LimitedBy = Literal["target", "generator", "neither"]

UNITS: dict[CapacityScenario, Unit] = {
    "echo": "messages/s",
    "fanout": "broadcasts/s",
    "connect": "connections",
}


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One load, and whether it was carried.

    Attributes:
        round: 0 is the bracket.
        passed: `None`: the trial says nothing of the target, and `evidence` says why.
        evidence: What decided.
        duration_s: The hold.
        delivered: What came of the load: replies or complete broadcasts per s, connections that opened and stayed.
        p50: Of response, delivery or handshake time; the intervals take the values for independent.
        generator_cpu: Of a core, by the busiest of the generator's processes; `target_cpu` by the busiest of the
            target's, which `target_process` names, `broker_cpu` by that of those which it is connected to on this
            machine, which `broker_process` names.
        target_wait: For how much of the time the target's busiest process was ready to run and had no core.
        listen_overflows: Handshakes for which an accept queue of this machine had no room; `listen_drops`: all that
            its listeners have thrown away, those among them.
        refused: Connections that did not open, or did not stay, and requests to publish that were answered by no.
        is_overload: Whether it was meant to be too much.
    """

    round: int
    load: float
    passed: bool | None
    evidence: str
    duration_s: float
    delivered: float | None = None
    p50: float | None = None
    p99: float | None = None
    p50_interval: tuple[float, float] | None = None
    p99_interval: tuple[float, float] | None = None
    send_lag_p99: float | None = None
    loop_lag_p99: float | None = None
    generator_cpu: float | None = None
    target_cpu: float | None = None
    target_process: str | None = None
    target_wait: float | None = None
    broker_cpu: float | None = None
    broker_process: str | None = None
    listen_overflows: int | None = None
    listen_drops: int | None = None
    steal: float | None = None
    refused: int = 0
    is_overload: bool = False


class RoundFound(msgspec.Struct, frozen=True, kw_only=True):
    """What one round found.

    Attributes:
        value: Its answer.
        loads: At which the posterior is given; empty where the answer was counted. `posterior`: the probability of
            each.
    """

    round: int
    value: float
    trials: int
    loads: list[float] = []
    posterior: list[float] = []


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the trials that were too much, whoever gave in; `None`: unknown.

    Attributes:
        target_cpu: The most of a core that a process of the target's used, `target_process`; `broker_cpu` and
            `generator_cpu` likewise. `target_wait`: as of a trial, the most.
        listen_overflows: As of a trial, of all of them together; `listen_drops` likewise.
    """

    target_cpu: float | None = None
    target_process: str | None = None
    target_wait: float | None = None
    broker_cpu: float | None = None
    broker_process: str | None = None
    generator_cpu: float | None = None
    listen_overflows: int | None = None
    listen_drops: int | None = None


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """The answer.

    Attributes:
        interval: Where the truth lies in 95 of 100 searches; no upper end: it is at least `value`.
        is_bracket: Whether the interval is between a load below which all were carried and one above which none
            was, as there were fewer than two rounds.
        limited_by: Who gave in. `because`: by what that is known.
        carried: The highest load that was carried in each of its trials. `failed`: the lowest that was in none.
        delivered: What came of the lowest load that was too much.
        known: What is known beside that; `None` where no load was too much.
    """

    value: float
    interval: tuple[float, float | None]
    unit: Unit
    limited_by: LimitedBy
    because: str
    carried: float | None
    failed: float | None
    delivered: float | None
    known: Known | None = None
    is_bracket: bool = False


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """A search from its first trial to its answer.

    Attributes:
        plan: Of a trial, the load apart.
        target: What was loaded, in words.
        slo: What a trial had to keep. `objectives`: what came of those that the answer was held against.
        trial_s: The hold of a trial in a round.
        elapsed_s: From the command to the answer.
        failure: How the target ended before the search did; `None`: it lives.
    """

    schema: str = CAPACITY_SCHEMA
    scenario: CapacityScenario
    started_at: str
    plan: dict[str, Any]
    target: str
    environment: Environment
    slo: list[str]
    objectives: list[SloResult] = []
    rounds_wanted: int
    budget_s: float
    trial_s: float
    elapsed_s: float
    interrupted: bool = False
    failure: str | None = None
    notices: list[str] = []
    capacity: Capacity
    rounds: list[RoundFound]
    trials: list[Trial]

    @property
    def is_bounded(self) -> bool:
        """Whether the load was reached that is too much for the target."""
        return self.capacity.interval[1] is not None

    @property
    def is_found(self) -> bool:
        """Whether it has an answer: with both ends, of a target that is still there."""
        return self.is_bounded and self.failure is None

    def __await__(self) -> Generator[Any, None, "Search"]:
        """Return the search itself, as `Run` does."""
        yield from ()
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProgress:
    """One moment of a search.

    Attributes:
        doing: What goes on, in a word or two. `load`: of the trial under way.
        trials: Those that are over.
        carried: Highest load that passed so far; `failed`: the lowest that did not.
        answers: Of the rounds that are over.
    """

    elapsed_s: float
    budget_s: float
    round: int
    rounds_wanted: int
    doing: str
    load: float | None
    trials: tuple[Trial, ...]
    carried: float | None
    failed: float | None
    answers: tuple[float, ...]
