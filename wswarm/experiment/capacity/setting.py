"""Everything about a search for a capacity that is settled before its first trial."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import msgspec

from wswarm.drive.host.application import check_application
from wswarm.errors import PlanError
from wswarm.experiment.capacity.budget import Trials, check_length
from wswarm.experiment.capacity.objectives import read_objectives
from wswarm.experiment.capacity.served import (
    UNKNOWN,
    address_at,
    check_publishing,
    check_served,
    filled,
)
from wswarm.experiment.preflight import check
from wswarm.load.plan import DEFAULT_CONNECTIONS, Plan, make_plan
from wswarm.load.profiles import protocol_named
from wswarm.load.profiles.settings import has_scenario
from wswarm.results import redact
from wswarm.results.capacity import CapacityScenario
from wswarm.stats import figures
from wswarm.stats.histogram import values_needed
from wswarm.stats.passing import limit_of
from wswarm.stats.search import FIRST_TRIALS
from wswarm.stats.slo import parse_objective

ROUNDS, BUDGET_S = 4, 900.0
_FIRST = {"echo": 100.0, "fanout": 5.0, "connect": 100.0}
_OF_SLO, _SHORTEST_S, _LONGEST_S, _USUAL_S, _LEAST_S = 200.0, 5.0, 60.0, 10.0, 3.0
_REFERENCE = {"connect": "echo", "echo": "echo", "fanout": "chat"}
_SHORTEST_GIVEN_S, _MORE = 2.0, 1.05
_BRACKET = 8  # trials that it mostly takes at most
_HELD_S = 1.0  # of connections: what is refused is known when they are open
_MOST_DRAIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is searched for, and how.

    Attributes:
        url: Of the target, with `{port}` where a command serves it; `None`: the reference application.
        serve: Command that serves it.
        options: Of a trial's plan, as `make_plan` takes them, the load apart.
        objectives: Of the answer, as `stats.capacity_slo` reads them; those of each trial are among the options.
        first: The first load.
        trial_s: How long a trial in a round lasts; `bracket_s`: one before. Where the load is so low that objectives
            need more values, it lasts longer: see `length_s`.
        limit_s: The shortest time of the objectives.
    """

    scenario: CapacityScenario
    url: str | None
    serve: str | None
    options: Mapping[str, Any]
    objectives: tuple[str, ...]
    first: float
    rounds: int
    budget_s: float
    trial_s: float
    bracket_s: float
    limit_s: float | None

    @property
    def is_fresh(self) -> bool:
        """Whether each round has a server of its own."""
        return self.url is None or self.serve is not None

    @property
    def slo(self) -> tuple[str, ...]:
        """The objectives."""
        return tuple(self.options.get("slo") or ())

    @property
    def is_overloading(self) -> bool:
        """Whether the answer is what is delivered under too much load, as nothing says what is good enough."""
        return not self.slo and self.scenario != "connect"

    @property
    def target(self) -> str:
        """What is loaded, in words."""
        if self.serve is not None:
            return redact.address(self.serve)
        return "the reference application" if self.url is None else redact.address(self.url)

    def length_s(self, load: float, usual_s: float) -> float:
        """Return how long a trial at that load lasts, so that it has values enough for the objectives."""
        if self.scenario == "connect":
            return usual_s
        rates = (needed / (load * each) for needed, each in map(self._values, self.slo))
        return max(usual_s, min(_LONGEST_S, ceil(_MORE * max(rates, default=0.0))))

    @property
    def least(self) -> float:
        """The lightest load that can tell anything."""
        if self.scenario != "connect":
            return 1.0
        return float(max((self._values(one)[0] for one in self.slo), default=1) or 1)

    def _values(self, expression: str) -> tuple[int, int]:
        """Return how many values an objective needs, and how many each message gives."""
        path = figures.full_path(parse_objective(expression).path, self.scenario)
        percent = figures.percent_of(path)
        is_each = self.scenario == "fanout" and path.startswith("fanout.delivery_time")
        audience = int(self.options.get("connections") or DEFAULT_CONNECTIONS["fanout"])
        return 0 if percent is None else values_needed(percent), audience if is_each else 1

    @property
    def enough(self) -> tuple[Trials, Trials]:
        """The trials that an answer mostly needs."""
        return (_BRACKET, self.length_s(self.first, self.bracket_s)), (FIRST_TRIALS, self.trial_s)

    def check(self) -> None:
        """Check that the first trial's plan can be, and fits, and that it can tell whether the objectives are met.

        Raises:
            PlanError: it can't.
        """
        check_length(self.budget_s, self.enough, self.options)
        length_s = self.length_s(self.first, self.bracket_s)
        check(self.plan(self.first, length_s))
        for expression in self.slo:
            needed, each = self._values(expression)
            is_silent = self.scenario == "connect"
            if needed > (self.first if is_silent else self.first * length_s * each):
                least = needed if is_silent else ceil(_MORE * needed / (length_s * each))
                raise PlanError(
                    f"--slo {expression!r} needs {needed:,} values, more than the first trial has: begin with"
                    f" {f'-c {least}' if is_silent else f'-r {least}/s'}"
                )

    def plan(self, load: float, length_s: float, *, url: str | None = None, pid: int | None = None) -> Plan:
        """Return the plan of a trial.

        Args:
            url: Where the target is; `None`: somewhere.

        Raises:
            PlanError: a value can't be.
        """
        options = {**filled(self.options, url), "duration": length_s}
        if self.scenario == "connect":
            options["connections"] = round(load)
        else:
            options["rate"] = load
        if pid is not None:
            options.setdefault("target_pid", pid)
        return make_plan(self.scenario, url or address_at(self.url, 1), **options)


def make_setting(scenario: CapacityScenario, url: str | None, **options: Any) -> Setting:
    """Return the setting that options ask for: those of a plan, `serve`, `rounds` and `budget`.

    Raises:
        PlanError: a value can't be.
    """
    given = {name: value for name, value in options.items() if value is not None}
    serve = given.pop("serve", None)
    rounds, budget_s = _rounds_and_budget(given)
    _check(scenario, url, serve, given)
    first = float(given.pop("connections" if scenario == "connect" else "rate", _FIRST[scenario]))
    given_s = given.pop("duration", None)
    given["slo"], objectives = read_objectives(scenario, given.get("slo", ()))
    if scenario != "connect":
        given.setdefault("arrivals", "poisson")
    if url is None and serve is None:
        check_application()
        given["profile"] = _profile(given.get("profile"), scenario)
    if serve is not None and url is None:
        url = UNKNOWN
    limit_s = limit_of(given["slo"])
    if scenario != "connect":
        given.setdefault("drain", min(_MOST_DRAIN_S, max(1.0, 2 * (limit_s or 1.0))))
    trial_s, bracket_s = _lengths(scenario, given_s, limit_s)
    setting = Setting(
        scenario=scenario,
        url=url,
        serve=serve,
        options=given,
        objectives=objectives,
        first=first,
        rounds=rounds,
        budget_s=budget_s,
        trial_s=trial_s,
        bracket_s=bracket_s,
        limit_s=limit_s,
    )
    setting.check()
    return setting


def _rounds_and_budget(given: dict[str, Any]) -> tuple[int, float]:
    rounds, budget_s = int(given.pop("rounds", ROUNDS)), float(given.pop("budget", BUDGET_S))
    if rounds < 1:
        raise PlanError(f"--rounds {rounds} must be 1 or more")
    return rounds, budget_s


def _lengths(scenario: CapacityScenario, given_s: float | None, limit_s: float | None) -> tuple[float, float]:
    """Return how long a trial lasts in a round and before it: an overload by a share e shows once e·T > objective."""
    if given_s is not None:
        return given_s, given_s
    if scenario == "connect":
        return _HELD_S, _HELD_S
    trial_s = _USUAL_S if limit_s is None else min(_LONGEST_S, max(_SHORTEST_S, _OF_SLO * limit_s))
    return trial_s, max(_LEAST_S, trial_s / 2)


def _check(scenario: CapacityScenario, url: str | None, serve: str | None, given: Mapping[str, Any]) -> None:
    check_served(url, serve)
    check_publishing(scenario, given)
    for name in ("closed", "stages", "trends"):
        if given.get(name):
            raise PlanError(f"--{name} has no place in a search, whose loads are its own: leave it out")
    if scenario == "connect" and given.get("rate") is not None:
        raise PlanError(
            "--rate: connect sends no messages: give the first number of connections, as in -c 100"
        )
    length_s = given.get("duration")
    if length_s is not None and scenario != "connect" and length_s < _SHORTEST_GIVEN_S:
        raise PlanError(
            f"--duration {length_s:g}s is too short for a trial, which has to hold a whole second: use -d 2s or more"
        )
    first = given.get("connections" if scenario == "connect" else "rate", 1)
    if not first > 0:
        option = "connections" if scenario == "connect" else "rate"
        raise PlanError(f"--{option} {first:g} must be a number above 0: it is the first load")


def _profile(wanted: str | None, scenario: str) -> str:
    """Return the profile of the reference application for a scenario: the wanted one if it fits there."""
    if wanted is None or not has_scenario(protocol_named(wanted), scenario):
        return _REFERENCE[scenario]
    return wanted


def with_agents(plan: Plan, times: int) -> Plan:
    """Return the plan with so many times as many agents, where the user has not said how many."""
    if times == 1 or plan.processes is not None:
        return plan
    return msgspec.structs.replace(plan, processes=min(plan.connections, times))
