"""Everything about sizing a target that is settled before its first load."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom
from typing import Any, NamedTuple

from wswarm.drive.host.application import check_application
from wswarm.errors import PlanError
from wswarm.experiment.capacity.budget import Trials, check_length
from wswarm.experiment.capacity.served import address_at, check_publishing, check_served, filled
from wswarm.experiment.preflight import check, target_meter
from wswarm.load.plan import Plan, make_plan
from wswarm.results import redact
from wswarm.results.sizing import SizedScenario

BUDGET_S, STARTS = 900.0, 2
MOST_STARTS = 20
MOST_WORKERS = 64
_CONNECTIONS, _SIZES = (50.0, 1000.0), (100.0, 1000.0)
_REFERENCE = {"echo": "echo", "fanout": "chat"}
_DEFAULTS: Mapping[str, Any] = {"arrivals": "poisson", "warmup": 1.0, "drain": 2.0, "probe": "off"}
_BACKPLANE = "TARGET_BACKPLANE"  # of the reference application
_LOADS = ("closed", "stages", "trends", "slo")
_SHORTEST_S, LEAST_HOLD_S = 0.5, 3.0
_PILOT_S, _MOST_PILOTS, _CELLS = 2.0, 8, 8  # with one number of workers


class Between(NamedTuple):
    """The lowest and the highest value."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is sized, and within which loads.

    Attributes:
        url: Of the target, with `{port}` where a command serves it; `None`: the reference application.
        serve: Command that serves it, with `{port}` and perhaps `{workers}`.
        workers: Each number of processes that is measured.
        options: Of each cell's plan, as `make_plan` takes them, the load apart.
        connections: Lowest and highest number. `sizes`: of a message, bytes.
        rates: Bounds of the rate, per s; `None`: what the target's utilisation asks for.
        rooms: That the connections are spread over; 1: all are one audience.
        starts: How often each cell is measured, on a fresh server if that is ours to start, if there is time.
        hold_s: How long each cell is held; `None`: as long as the budget allows.
        target_pid: Process of a target that is there already, if it was named.
    """

    scenario: SizedScenario
    url: str | None
    serve: str | None
    workers: tuple[int, ...]
    options: Mapping[str, Any]
    connections: Between
    rates: Between | None
    sizes: Between
    rooms: int
    budget_s: float
    seed: int
    hold_s: float | None
    starts: int
    target_pid: int | None

    @property
    def is_fresh(self) -> bool:
        """Whether each cell has a server of its own."""
        return self.url is None or self.serve is not None

    @property
    def target(self) -> str:
        """What is loaded, in words."""
        if self.serve is not None:
            return redact.address(self.serve)
        return "the reference application" if self.url is None else redact.address(self.url)

    @property
    def backplane(self) -> str | None:
        """What carries broadcasts from worker to worker, as far as that is set here."""
        address = os.environ.get(_BACKPLANE) if self.url is None else None
        return address.partition("://")[0] if address else None

    @property
    def pilot_s(self) -> float:
        """How long a short trial is held that says how much load the target carries."""
        return min(_PILOT_S, self.hold_s or _PILOT_S)

    def plan(self, url: str | None = None, **load: Any) -> Plan:
        """Return the plan of a load.

        Args:
            url: Where the target is; `None`: somewhere.
            load: `connections`, `rate`, `size`, `rooms`, `duration` and what else differs from the usual.

        Raises:
            PlanError: a value can't be.
        """
        options = {**filled(self.options, url), **load}
        return make_plan(self.scenario, url or address_at(self.url, 1), **options)

    @property
    def enough(self) -> tuple[Trials, Trials]:
        """The trials that a model mostly needs."""
        return (_MOST_PILOTS, self.pilot_s), (_CELLS, self.hold_s or LEAST_HOLD_S)

    def check(self) -> None:
        """Check that the lightest and the heaviest load can be, in that time, on a target that is there.

        Raises:
            PlanError: one can't.
        """
        target_meter(self.target_pid)
        low, high = map(round, self.connections)
        # what the heaviest lacks is told by values that were given
        for connections, rooms in ((high, self.rooms), (low, min(self.rooms, low))):
            for size in self.sizes:
                in_rooms: dict[str, Any] = {"rooms": rooms} if self.rooms > 1 else {}
                check(self.plan(connections=connections, size=round(size), **in_rooms))
        check_length(self.budget_s, self.enough, self.options)


def make_setting(url: str | None = None, **options: Any) -> Setting:
    """Return the setting that options ask for.

    Args:
        options: Those of a plan, with `connections`, `rate` and `size` as pairs of lowest and highest; `serve`,
            `workers`, `scenario` and `budget`.

    Raises:
        PlanError: a value can't be.
    """
    given = {name: value for name, value in options.items() if value is not None}
    scenario: SizedScenario = given.pop("scenario", "fanout")
    serve = given.pop("serve", None)
    workers = tuple(sorted(dict.fromkeys(given.pop("workers", (1,)))))
    _check_options(given)
    check_publishing(scenario, given)
    _check_server(url, serve, workers)
    if url is None and serve is None:
        check_application()
        given["profile"] = _REFERENCE[scenario]
        _check_backplane(scenario, workers)
    setting = Setting(
        scenario=scenario,
        url=address_at(None, 0).replace(":0", ":{port}") if serve is not None and url is None else url,
        serve=serve,
        workers=workers,
        connections=_between("connections", given.pop("connections", None) or _CONNECTIONS),
        rates=_rates(given.pop("rate", None)),
        sizes=_between("size", given.pop("size", None) or _SIZES),
        rooms=_rooms(given.pop("rooms", 1)),
        budget_s=float(given.pop("budget", BUDGET_S)),
        seed=int(given.pop("seed", SystemRandom().getrandbits(32))),
        starts=_starts(given.pop("starts", STARTS)),
        hold_s=_hold_s(given.pop("duration", None)),
        target_pid=given.pop("target_pid", None),
        options={**_DEFAULTS, **given},
    )
    setting.check()
    return setting


def _check_options(given: Mapping[str, Any]) -> None:
    for name in _LOADS:
        if given.get(name):
            raise PlanError(f"--{name} has no place in sizing, whose loads are its own: leave it out")


def _between(option: str, pair: tuple[float, float]) -> Between:
    low, high = pair
    if not 0 < low < float("inf"):
        raise PlanError(f"--{option} {low:g},{high:g}: {low:g} must be a number above 0")
    if low > high:
        raise PlanError(f"--{option} {low:g},{high:g}: the lowest comes first: write {high:g},{low:g}")
    return Between(low, high)


def _rates(pair: tuple[float, float] | None) -> Between | None:
    return None if pair is None else _between("rate", pair)


def _hold_s(given_s: float | None) -> float | None:
    if given_s is not None and not _SHORTEST_S <= given_s < float("inf"):
        raise PlanError(
            f"--duration {given_s:g}s is too short for a cell's hold: use -d {_SHORTEST_S:g}s or more"
        )
    return given_s


def _starts(given: int) -> int:
    if not 1 <= given <= MOST_STARTS:
        raise PlanError(f"--starts {given} must be a whole number from 1 to {MOST_STARTS}")
    return given


def _rooms(given: int) -> int:
    if given < 1:
        raise PlanError(f"--rooms {given} must be a whole number of 1 or more")
    return given


def _check_server(url: str | None, serve: str | None, workers: tuple[int, ...]) -> None:
    shown = ",".join(map(str, workers))
    if not workers or not all(1 <= one <= MOST_WORKERS for one in workers):
        raise PlanError(f"--workers {shown}: each must be a whole number from 1 to {MOST_WORKERS}")
    check_served(url, serve)
    if serve is None:
        if url is not None and len(workers) > 1:
            raise PlanError(
                f"--workers {shown}: a server that is there already has one number of workers: name that one, or give"
                " --serve 'CMD {port} {workers}'"
            )
        return
    if len(workers) > 1 and "{workers}" not in serve:
        raise PlanError(
            f"--workers {shown}: the command {serve!r} has no {{workers}}: put it where their number goes"
        )


def _check_backplane(scenario: SizedScenario, workers: tuple[int, ...]) -> None:
    """Check that broadcasts reach the clients of every worker of the reference application."""
    address = os.environ.get(_BACKPLANE, "memory://")
    if scenario == "fanout" and max(workers) > 1 and address.startswith("memory:"):
        raise PlanError(
            f"--workers {','.join(map(str, workers))}: without a backplane each worker has a chat of its own: set"
            f" {_BACKPLANE}=redis://127.0.0.1:6379/0 for a Redis that runs there"
        )
