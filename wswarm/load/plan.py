"""What load: every setting of one measurement, checked."""

from typing import Any, Literal

from wswarm.errors import PlanError
from wswarm.load.manner import Manner, converted
from wswarm.load.message import check_size
from wswarm.load.number import check_number
from wswarm.load.profile import profile_for
from wswarm.load.rooms import in_some_room

PAIRS_LIMIT = 10_000_000
SENDS_LIMIT = 1 << 32
SEED_LIMIT = 1 << 63
_OF_A_ROOM = " of each room"
DEFAULT_CONNECTIONS = {"connect": 100, "echo": 10, "fanout": 100}
DEFAULT_RATE = {"echo": 100.0, "fanout": 5.0}


class Plan(Manner, frozen=True, kw_only=True):
    """A manner, and the load: every setting of one measurement; times in s, rates per s over all connections.

    Attributes:
        connections: Sockets; in `fanout` the subscribers, publishers come on top.
        rate: Messages per s in all; `None` sends none (`connect`) or as fast as replies come (`closed`).
        duration: The hold.
        drain: Longest wait for what is still owed after the hold.
        seed: Of random arrivals; `None`: chosen at random when the run begins.
        processes: Agents that hold the connections; `None`: one per 10,000.
        publishers: Of each room.

    Raises:
        PlanError: a value can't be; the message names it and the mend.
    """

    scenario: Literal["connect", "echo", "fanout"]
    connections: int
    rate: float | None = None
    duration: float = 10.0
    warmup: float = 1.0
    drain: float = 5.0
    connect_rate: float = 500.0
    arrivals: Literal["constant", "poisson"] = "constant"
    pacing: Literal["auto", "exact", "batched"] = "auto"
    seed: int | None = None
    processes: int | None = None
    publishers: int = 1
    closed: bool = False
    target_pid: int | None = None
    slo: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        Manner.__post_init__(self)
        _check_numbers(self)
        _check_fit(self)
        if self.profile is not None:
            profile_for(self.profile, self.scenario)

    @property
    def manner(self) -> Manner:
        """How its connections are opened, and what they say."""
        return Manner(**{name: getattr(self, name) for name in Manner.__struct_fields__})

    @property
    def publisher_sockets(self) -> int:
        """Connections that publish, of all rooms."""
        return self.publishers * self.rooms if self.scenario == "fanout" else 0

    @property
    def sockets(self) -> int:
        """All connections of the run, publishers included."""
        return self.connections + self.publisher_sockets


def make_plan(scenario: str, url: str, **options: Any) -> Plan:
    """Return a plan in which the scenario's defaults fill what `options` leaves out or gives as `None`.

    Raises:
        PlanError: an option is unknown or a value can't be.
    """
    given = {name: value for name, value in options.items() if value is not None}
    given |= {"scenario": scenario, "url": url}
    if scenario == "connect":
        given.setdefault("warmup", 0.0)
    given.setdefault("connections", DEFAULT_CONNECTIONS.get(scenario, 1))
    if not given.get("closed") and scenario in DEFAULT_RATE:
        given.setdefault("rate", DEFAULT_RATE[scenario])
    return converted(given, Plan)


def _check_numbers(plan: Plan) -> None:
    positive = {
        "connections": plan.connections,
        "rate": plan.rate,
        "duration": plan.duration,
        "connect-rate": plan.connect_rate,
        "processes": plan.processes,
        "publishers": plan.publishers,
        "target-pid": plan.target_pid,
    }
    for name, value in positive.items():
        if value is not None and not 0 < value < float("inf"):
            raise PlanError(f"--{name} {value:g} must be a number above 0")
    for name, value in {"warmup": plan.warmup, "drain": plan.drain}.items():
        if not 0 <= value < float("inf"):
            raise PlanError(f"--{name} {value:g} must be a number from 0 on")
    if plan.seed is not None and not 0 <= plan.seed < SEED_LIMIT:
        raise PlanError(f"--seed {plan.seed} must be a whole number from 0 to {SEED_LIMIT - 1}")
    if plan.processes is not None and plan.processes > plan.connections:
        raise PlanError(f"--processes {plan.processes} is more than --connections {plan.connections}")
    if plan.rate is not None and plan.scenario != "connect" and round(plan.rate * plan.duration) < 1:
        raise PlanError(
            f"--rate {plan.rate:g}/s for --duration {plan.duration:g}s gives no message: raise one of them"
        )
    _check_amount(plan)
    if plan.connections * plan.publishers > PAIRS_LIMIT and plan.scenario == "fanout":
        raise PlanError(
            f"{plan.publishers:,} publishers{_OF_A_ROOM if plan.rooms > 1 else ''} × {plan.connections:,} subscribers"
            f" is more than {PAIRS_LIMIT:,} pairs to account for: use fewer --publishers"
        )


def _check_amount(plan: Plan) -> None:
    """Check that every message has a number of its own."""
    sends = (plan.rate or 0) * (plan.warmup + plan.duration)
    if sends > SENDS_LIMIT and plan.scenario != "connect":
        raise PlanError(
            f"--rate {plan.rate:g}/s for --duration {plan.duration:g}s is {sends:,.0f} messages, more than the"
            f" {SENDS_LIMIT:,} that a mark can number: lower one of them"
        )


def _check_fit(plan: Plan) -> None:
    """Check that the scenario can be measured with what the connections say."""
    if plan.is_numeric:
        option, message = ("--text", plan.text) if plan.json is None else ("--json", plan.json)
        check_number(plan.template, f"{option} {message!r}", plan.scenario, plan.size)
    longest = in_some_room(plan.template.decode("latin-1"), plan.rooms).replace("{id}", str(plan.sockets))
    check_size(longest.encode("latin-1"), plan.size)
    if plan.closed and plan.scenario != "echo":
        raise PlanError(f"--closed waits for replies, which only echo has; leave it out of {plan.scenario}")
