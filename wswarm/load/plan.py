"""What load: every setting of one measurement, checked."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from wswarm.errors import PlanError
from wswarm.load.by_http import ByHttp, by_http, is_https
from wswarm.load.manner import Manner, converted
from wswarm.load.message import check_size
from wswarm.load.number import check_number
from wswarm.load.profiles.settings import check_needs, check_scenario
from wswarm.load.publishers import Publishers, check_publishers, elsewhere, is_wss
from wswarm.load.role import ROLES, Role
from wswarm.load.rooms import check_rooms, in_some_room
from wswarm.load.script import SESSION
from wswarm.load.speech import speech_of
from wswarm.load.steps import Step
from wswarm.load.template import MARKER

PAIRS_LIMIT = 10_000_000
SENDS_LIMIT = 1 << 32
SEED_LIMIT = 1 << 63
_OF_A_ROOM = " of each room"
SESSIONS_LIMIT = 1_000_000
MOST_AT_ONCE = 1_000
DEFAULT_CONNECTIONS = {"connect": 100, "echo": 10, "fanout": 100, "script": 10, "replay": 10}
DEFAULT_RATE = {"echo": 100.0, "fanout": 5.0}


class Plan(Manner, frozen=True, kw_only=True):
    """A manner, and the load: every setting of one measurement; times in s, rates per s over all connections.

    Attributes:
        connections: Sockets; in `fanout` the subscribers, publishers come on top.
        rate: Messages per s in all; `None` sends none (`connect`) or as fast as replies come (`closed`).
        duration: The hold.
        drain: Longest wait for what is still owed after the hold.
        seed: Of random arrivals; `None`: chosen at random when the run begins.
        script: File of which each connection lives a function, `session`.
        sessions: Sessions per s that begin at random instants, each on a connection of its own, of which there are at
            most `connections` at once; `None`: each connection lives one.
        recording: File with a recorded WebSocket that each connection plays; `socket` says which of several,
            `speed` how many times as fast.
        trace: Connections of each kind whose conversation is shown.
        processes: Agents that hold the connections; `None`: one per 10,000.
        publishers: Of each room.
        publisher_url: Where publishers connect to; `None`: where the subscribers do. `publisher_headers`: theirs
            alone, in place of those of the same name; `publisher_steps` in place of the conversation before the load.
        publish: Method and address of the requests that publish, in place of sockets; `None`: sockets do.
            `publish_body` and `publish_headers` are theirs.

    Raises:
        PlanError: a value can't be; the message names it and the mend.
    """

    scenario: Literal["connect", "echo", "fanout", "script", "replay"]
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
    publisher_url: str | None = None
    publisher_headers: tuple[str, ...] = ()
    publisher_steps: tuple[Step, ...] = ()
    publish: str | None = None
    publish_body: str | None = None
    publish_headers: tuple[str, ...] = ()
    closed: bool = False
    target_pid: int | None = None
    slo: tuple[str, ...] = ()
    script: str | None = None
    session: str = SESSION
    sessions: float | None = None
    recording: str | None = None
    socket: str | None = None
    speed: float = 1.0
    trace: int = 0

    def __post_init__(self) -> None:
        Manner.__post_init__(self)
        _check_numbers(self)
        check_profile(self, self.roles, self.scenario)
        _check_fit(self)
        check_publishers(self.scenario, self._of_publishers, escape=self.escape)
        by_http(msgspec.structs.asdict(self))
        if self.rooms > 1 and self.scenario == "fanout":
            _check_rooms_of_publishers(self)

    @property
    def manner(self) -> Manner:
        """How its connections are opened, and what they say."""
        manner, requests = elsewhere(self, self.url), self.by_http
        if requests is None:
            return manner
        return msgspec.structs.replace(manner, text=requests.marker.decode() * requests.copies)

    @property
    def publishing(self) -> Manner:
        """How its publishers' connections are opened, and what they say; by HTTP they say the marker."""
        if self.publish is not None:
            return Manner(url=self.url)
        return elsewhere(self, self.publisher_url or self.url, self._of_publishers)

    @property
    def roles(self) -> tuple[Role, ...]:
        """What its connections are for."""
        return ROLES[self.scenario] if self.publish is None else ("subscribe",)

    @property
    def _of_publishers(self) -> Publishers:
        return Publishers(self.publisher_url, self.publisher_headers, self.publisher_steps)

    @property
    def by_http(self) -> ByHttp | None:
        """The requests that publish, `None` where sockets do."""
        return by_http(msgspec.structs.asdict(self))

    @property
    def may_use_tls(self) -> bool:
        """Whether a connection can come to use TLS."""
        is_published_so = is_https((self.publish or "").partition(" ")[2].strip())
        return self.is_secure or self.follow or is_published_so or is_wss(self.publisher_url or "")

    @property
    def sockets(self) -> int:
        """All WebSockets of the run, publishers included."""
        return self.connections + (len(self.publisher_ids) if self.publish is None else 0)

    @property
    def publisher_ids(self) -> range:
        """The numbers of its publishers: those after the subscribers'."""
        first = self.connections + 1
        return range(first, first + (self.publishers * self.rooms if self.scenario == "fanout" else 0))


def make_plan(scenario: str, url: str, **options: Any) -> Plan:
    """Return a plan in which the scenario's defaults fill what `options` leaves out or gives as `None`.

    Raises:
        PlanError: an option is unknown or a value can't be.
    """
    given = {name: value for name, value in options.items() if value is not None}
    given |= {"scenario": scenario, "url": url}
    if scenario in ("connect", "script", "replay"):
        given.setdefault("warmup", 0.0)
    at_once = MOST_AT_ONCE if given.get("sessions") is not None else DEFAULT_CONNECTIONS.get(scenario, 1)
    given.setdefault("connections", at_once)
    if not given.get("closed") and scenario in DEFAULT_RATE:
        given.setdefault("rate", DEFAULT_RATE[scenario])
    return converted(given, Plan)


def check_profile(manner: Manner, roles: Sequence[Role], scenario: str) -> None:
    """Check that the manner's profile has what the scenario is about, and all that it needs for it.

    Raises:
        PlanError: it has not.
    """
    protocol = manner.protocol
    if protocol is not None:
        check_scenario(protocol, scenario)
        for role in roles:
            check_needs(protocol, role, manner.settings)


def _check_numbers(plan: Plan) -> None:
    positive = {
        "connections": plan.connections,
        "rate": plan.rate,
        "duration": plan.duration,
        "connect-rate": plan.connect_rate,
        "processes": plan.processes,
        "publishers": plan.publishers,
        "sessions": plan.sessions,
        "speed": plan.speed,
        "target-pid": plan.target_pid,
    }
    for name, value in positive.items():
        if value is not None and not 0 < value < float("inf"):
            raise PlanError(f"--{name} {value:g} must be a number above 0")
    for name, value in {"warmup": plan.warmup, "drain": plan.drain, "trace": plan.trace}.items():
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
    for role in plan.roles:
        speech = speech_of(plan, role)
        if plan.is_numeric and plan.profile is not None and MARKER in speech.message:
            raise PlanError(
                f"{option} {message!r}: profile {plan.profile} tells replies by {{marker}}, beside which"
                " {marker:int} can't stand: write {marker}"
            )
        sent = speech.message if speech.message_wrap is None else speech.message_wrap(speech.message)
        whole = in_some_room(sent.decode("latin-1"), plan.rooms)
        check_size(whole.replace("{id}", str(plan.sockets)).encode("latin-1"), plan.size)
    _check_script(plan)
    _check_recording(plan)
    if plan.closed and plan.scenario != "echo":
        raise PlanError(f"--closed waits for replies, which only echo has; leave it out of {plan.scenario}")


def _check_script(plan: Plan) -> None:
    if plan.scenario != "script":
        for name in ("script", "sessions"):
            if getattr(plan, name) is not None:
                raise PlanError(f"{name} belongs to a script: use wswarm script FILE.py, or leave it out")
        return
    if plan.script is None:
        raise PlanError("a script has a file: give script='session.py'")
    if plan.rate is not None:
        raise PlanError(f"--rate {plan.rate:g} is a load of ours: a script says when it sends; leave it out")
    if plan.sessions is None:
        return
    expected = plan.sessions * (plan.warmup + plan.duration)
    if expected > SESSIONS_LIMIT:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s is {expected:,.0f} sessions, more than"
            f" {SESSIONS_LIMIT:,}: lower one of them"
        )
    if round(expected) < 1:
        raise PlanError(
            f"--sessions {plan.sessions:g}/s for --duration {plan.duration:g}s gives no session: raise one of them"
        )


def _check_recording(plan: Plan) -> None:
    if (plan.scenario == "replay") != (plan.recording is not None):
        raise PlanError("a recording belongs to a replay: use wswarm replay FILE.har, or leave it out")
    if plan.scenario == "replay" and plan.rate is not None:
        raise PlanError(
            f"--rate {plan.rate:g} is a load of ours: a recording says when it sends; leave it out"
        )


def _check_rooms_of_publishers(plan: Plan) -> None:
    """Check that publishers, too, say which room they are in."""
    if plan.publish is not None:
        said = plan.publish, plan.publish_body, plan.publish_headers
        check_rooms(plan.rooms, said, "the address of --publish, --publish-body or --publish-header, too")
        return
    try:
        _ = plan.publishing
    except PlanError as error:
        raise PlanError(f"publishers: {error}") from None
