"""What load: every setting of one measurement, checked."""

from collections.abc import Sequence
from typing import Any

import msgspec

from wswarm.errors import PlanError
from wswarm.load.belonging import check_recording, check_script
from wswarm.load.by_http import ByHttp, by_http, is_https
from wswarm.load.changing import DEFAULT_PAIRS, check_belong
from wswarm.load.churn import check_churn, with_sessions
from wswarm.load.hours import check_trends
from wswarm.load.manner import Manner, converted
from wswarm.load.message import check_size
from wswarm.load.number import check_number
from wswarm.load.probing import check_probe
from wswarm.load.profiles.settings import check_needs, check_scenario
from wswarm.load.publishers import Publishers, check_publishers, elsewhere, is_wss
from wswarm.load.role import Role
from wswarm.load.rooms import check_rooms, in_some_room
from wswarm.load.settings import Settings
from wswarm.load.slow import check_readers, default_duration, readers_of
from wswarm.load.speech import speech_of
from wswarm.load.stages import check_stages, first_value, mean_rate, shown, with_stages
from wswarm.load.storm import check_storm, storm_defaults
from wswarm.load.template import MARKER

PAIRS_LIMIT = 10_000_000
SENDS_LIMIT = 1 << 32
SEED_LIMIT = 1 << 63
_OF_A_ROOM = " of each room"
MOST_AT_ONCE = 1_000
DEFAULT_CONNECTIONS = {
    "connect": 100,
    "echo": 10,
    "fanout": 100,
    "script": 10,
    "replay": 10,
    "storm": 100,
    "slow": 100,
}
DEFAULT_RATE = {"echo": 100.0, "fanout": 5.0, "storm": 20.0, "slow": 20.0}


class Plan(Settings, frozen=True, kw_only=True):
    """The settings of one measurement, checked.

    Raises:
        PlanError: a value can't be; the message names it and the mend.
    """

    def __post_init__(self) -> None:
        Manner.__post_init__(self)
        check_stages(self)
        _check_numbers(self)
        check_profile(self, self.roles, self.scenario)
        _check_fit(self)
        check_probe(self)
        check_churn(self)
        check_publishers(self.scenario, self._of_publishers, escape=self.escape)
        by_http(msgspec.structs.asdict(self))
        if self.scenario == "slow":
            check_readers(readers_of(self))
        if self.trends:
            check_trends(self.duration, is_staged=bool(self.stages))
        if self.rooms > 1 and self.is_published:
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
    def _of_publishers(self) -> Publishers:
        said = self.publisher_url, self.publisher_headers, self.publisher_steps
        return Publishers(*said, self.publishers)

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
        return range(first, first + (self.publishers * self.rooms if self.is_published else 0))


_NAMES = {field.encode_name for field in msgspec.structs.fields(Plan)}


def make_plan(scenario: str, url: str, **options: Any) -> Plan:
    """Return a plan in which the scenario's defaults fill what `options` leaves out or gives as `None`.

    Raises:
        PlanError: an option is unknown or a value can't be.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if not {*options, "scenario", "url"} >= _NAMES:  # else it is a stored plan, which has all of them
        check_belong(given, scenario)
    given = with_stages(given | {"scenario": scenario, "url": url})
    if scenario in ("connect", "script", "replay") or (scenario == "churn" and "rate" not in given):
        given.setdefault("warmup", 0.0)
    if scenario == "storm":
        given |= storm_defaults(given)
    if scenario == "slow":
        given.setdefault("duration", default_duration(given.get("pairs", DEFAULT_PAIRS)))
    if scenario == "churn":
        given = with_sessions(given)
    at_once = MOST_AT_ONCE if given.get("sessions") is not None else DEFAULT_CONNECTIONS.get(scenario, 1)
    given.setdefault("connections", at_once)
    if not given.get("closed") and not given.get("stages") and scenario in DEFAULT_RATE:
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
    if plan.connections * plan.publishers > PAIRS_LIMIT and plan.is_published:
        raise PlanError(
            f"{plan.publishers:,} publishers{_OF_A_ROOM if plan.rooms > 1 else ''} × {plan.connections:,} subscribers"
            f" is more than {PAIRS_LIMIT:,} pairs to account for: use fewer --publishers"
        )


def _check_amount(plan: Plan) -> None:
    """Check that every message has a number of its own."""
    sends, options = (plan.rate or 0) * (plan.warmup + plan.duration), f"--rate {plan.rate or 0:g}/s"
    if plan.stages:
        sends = mean_rate(plan.stages, plan.duration) * plan.duration + first_value(plan.stages) * plan.warmup
        options = f"--stages {shown(plan.stages)}"
    if sends > SENDS_LIMIT and plan.scenario != "connect":
        raise PlanError(
            f"{options} for --duration {plan.duration:g}s is {sends:,.0f} messages, more than the {SENDS_LIMIT:,}"
            " that a mark can number: lower one of them"
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
    check_script(plan)
    check_recording(plan)
    check_storm(plan)
    if plan.closed and plan.scenario != "echo":
        raise PlanError(f"--closed waits for replies, which only echo has; leave it out of {plan.scenario}")


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
