"""How a connection is opened and what it says, as a user class says it, or one user for itself."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import msgspec
from locust import User
from locust.env import Environment

from wswarm.drive.drivers.tls import client_context
from wswarm.drive.fleet import wire
from wswarm.errors import PlanError
from wswarm.experiment.filling import addresses_of, variables_of
from wswarm.experiment.own_profile import with_own_profile
from wswarm.load.manner import Manner, converted
from wswarm.load.plan import Plan, check_profile, make_plan
from wswarm.load.url import UNIX, below, origin_of
from wswarm.locust.options import Options, read_options
from wswarm.locust.words import in_locusts_words
from wswarm.results.run import Scenario

_CLASS = "the attribute of that name of the class"
ELSEWHERE = {  # settings of a plan that are not the class's `settings` to say
    **dict.fromkeys(("url", "rate", "text", "profile", "publishers", "rooms", "scenario"), _CLASS),
    **dict.fromkeys(("connections", "connect_rate", "processes"), "Locust's users, spawn rate and workers"),
    **dict.fromkeys(("duration", "warmup"), "Locust's run time or --ws-hold"),
    "stages": "a LoadTestShape, with rate_per_user,",
    "drain": "--ws-drain",
    **dict.fromkeys(
        ("publish", "publish_body", "publish_headers"), "`wswarm fanout`, which publishes by HTTP,"
    ),
    "slo": "--ws-fail",
    "target_pid": "--ws-target-pid",
    "probe": "`wswarm echo` or `wswarm fanout`, which have a probe,",
    "closed": "the scenario: give the class tasks that send and expect",
}
OF_EACH_USER = frozenset(
    {"url", "host", "settings", "profile", "text"}
)  # attributes that may be a user's own
_OF_THE_CLASS = ("scenario", "rate", "rate_per_user", "publishers", "rooms")
_SETTINGS_OF_THE_CLASS = (
    "arrivals",
    "pacing",
    "seed",
    "ping",
    "publisher_url",
    "publisher_headers",
    "publisher_steps",
)
SCENARIO: dict[wire.Role, Scenario] = {
    "connect": "connect",
    "echo": "echo",
    "subscribe": "fanout",
    "script": "echo",
}
_TLS = {"http": "ws", "https": "wss"}


class Own(NamedTuple):
    """The manner of a connection that is not its class's, where its host is, and what its variables stand for."""

    manner: Manner
    addresses: list[tuple[str, int]]
    values: dict[str, str]

    def join(self, join: wire.Join) -> wire.Join:
        """Return the command to open a connection, in this manner."""
        return msgspec.structs.replace(
            join,
            manner=self.manner,
            addresses=self.addresses,
            columns=list(self.values),
            data=[list(self.values.values())],
        )


class OwnManners:
    """What users of one test say of their own connections; the same said twice is looked at once."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._known: dict[str, Own | None] = {}

    def of(self, user: User, group: wire.Group) -> Own | None:
        """Return the manner of the user's own connection; `None`: it is that of its class.

        Raises:
            PlanError: something that it says can't be, or is not a single user's to say.
            TargetError: its host is not known.
        """
        _check_alone(user)
        said = repr([group.name, *(getattr(user, name, None) for name in sorted(OF_EACH_USER))])
        if said not in self._known:
            if len(self._known) > _KNOWN:
                self._known.clear()
            self._known[said] = self._look(user, group)
        return self._known[said]

    def _look(self, user: User, group: wire.Group) -> Own | None:
        settings, of_class = settings_of(user), settings_of(type(user))
        for name in _SETTINGS_OF_THE_CLASS:
            if settings.pop(name, None) != of_class.get(name):
                raise PlanError(
                    f"{_user_name(user)}.settings[{name!r}] is not one user's to say: {_TO_THE_CLASS}"
                )
        manner, options = group.manner, read_options(self._environment.parsed_options)
        host = vars(user).get("host") or self._environment.host or user.host or origin_of(manner.url)
        given = spoken(user, group.role, options) | settings
        own = manner_of(type(user).__name__, group.role, url_of(user, host), given, manner)
        if own == manner:
            return None
        client_context(own)  # reads the certificate files
        is_elsewhere = origin_of(own.url) != origin_of(manner.url)
        addresses = addresses_of(own) if is_elsewhere else list(group.addresses)
        return Own(own, addresses, variables_of(own))


_KNOWN = 1_000
_TO_THE_CLASS = "give it to the class"


def manner_of(name: str, role: wire.Role, url: str, given: dict[str, Any], of_class: Manner) -> Manner:
    """Return the manner of one user's connection.

    Args:
        of_class: That of its class, whose pings and rooms are its own, too.

    Raises:
        PlanError: something can't be, in Locust's words.
    """
    given = {key: value for key, value in given.items() if value is not None and key != "closed"}
    try:
        given |= {"url": url, "ping": of_class.ping, "rooms": of_class.rooms}
        manner = converted(with_own_profile(given), Manner)
        check_profile(manner, (role,), SCENARIO[role])
    except PlanError as error:
        raise PlanError(in_locusts_words(f"{name}: {error}")) from None
    _check_textual(name, manner)
    return manner


def plan_of(name: str, scenario: str, url: str, given: dict[str, Any]) -> Plan:
    """Return the plan of a user's connection.

    Raises:
        PlanError: something can't be, in Locust's words.
    """
    try:
        plan = make_plan(scenario, url, connections=1, **with_own_profile(given))
    except PlanError as error:
        raise PlanError(in_locusts_words(f"{name}: {error}")) from None
    _check_textual(name, plan)
    return plan


def _check_textual(name: str, manner: Manner) -> None:
    if manner.is_numeric:
        raise PlanError(f"{name}: {{marker:int}} is for `wswarm echo`; under Locust write {{marker}}")


def spoken(user: User | type[User], role: wire.Role, options: Options) -> dict[str, Any]:
    """Return what the connection says, but for its settings, in the words of a plan."""
    profile = options.profile or getattr(user, "profile", None)
    said = {
        "text": options.text or getattr(user, "text", None),
        "closed": True if role == "script" else None,
        "profile": profile if role != "script" else None,
    }
    if role == "connect":
        said.pop("text")
    return said


def settings_of(user: User | type[User]) -> dict[str, Any]:
    """Return the further settings of a plan.

    Raises:
        PlanError: they are no mapping, or one of them is said elsewhere.
    """
    settings = getattr(user, "settings", {})
    if not isinstance(settings, Mapping):
        raise PlanError(
            f"{_user_name(user)}.settings {settings!r}: write a dict, as in {{'headers': ['Name: value']}}"
        )
    for key in settings:
        if key in ELSEWHERE:
            raise PlanError(f"{_user_name(user)}.settings[{key!r}]: that is for {ELSEWHERE[key]} to say")
    return dict(settings)


def url_of(user: User | type[User], host: str | None) -> str:
    """Return the address: the user's own, or its path on the host.

    Raises:
        PlanError: there is none.
    """
    url: str | None = getattr(user, "url", None)
    if url is not None and not isinstance(url, str):
        raise PlanError(f"{_user_name(user)}.url {url!r}: write an address or a path, as text")
    if url is not None and ("://" in url or url.startswith(f"{UNIX}:")):
        return url
    base = host or user.host
    if not base:
        raise PlanError(
            f"{_user_name(user)} has no target: give --host ws://127.0.0.1:8000, --ws-start-target,"
            " or the class's url or host"
        )
    parts = urlsplit(base)
    base = urlunsplit(parts._replace(scheme=_TLS.get(parts.scheme, parts.scheme)))
    if url is not None and parts.scheme == UNIX:
        return below(base, *url.partition("?")[::2])
    return base.rstrip("/") + url if url is not None else base


def _check_alone(user: User) -> None:
    """Check that a user says nothing for itself that is its class's to say.

    Raises:
        PlanError: it does.
    """
    for name in _OF_THE_CLASS:
        if name in vars(user) and vars(user)[name] != getattr(type(user), name, None):
            raise PlanError(
                f"{_user_name(user)}.{name} {vars(user)[name]!r} is not one user's to say: {_TO_THE_CLASS}"
            )


def _user_name(user: User | type[User]) -> str:
    return user.__name__ if isinstance(user, type) else type(user).__name__
