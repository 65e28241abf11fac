"""What load: every setting of one measurement, checked."""

from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from wswarm.errors import PlanError
from wswarm.load.message import check_size
from wswarm.load.number import NUMBER, check_number
from wswarm.load.profile import profile_for
from wswarm.load.template import MARKER, Opening, as_text, check_utf8, in_bytes, openings
from wswarm.load.tls import check_tls
from wswarm.load.url import check_url
from wswarm.results import redact

PAIRS_LIMIT = 10_000_000
SENDS_LIMIT = 1 << 32
SIZE_LIMIT = 16 * 1024 * 1024
SEED_LIMIT = 1 << 63
DEFAULT_CONNECTIONS = {"connect": 100, "echo": 10, "fanout": 100}
DEFAULT_RATE = {"echo": 100.0, "fanout": 5.0}
HEADER_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting of one measurement; times in s, rates per s over all connections.

    Attributes:
        connections: Sockets; in `fanout` the subscribers, publishers come on top.
        rate: Messages per s in all; `None` sends none (`connect`) or as fast as replies come (`closed`).
        duration: The hold, s.
        drain: Longest wait for what is still owed after the hold, s.
        seed: Of random arrivals; `None`: chosen at random when the run begins.
        processes: Agents that hold the connections; `None`: one per 10,000.
        size: Payload size in bytes, reached by padding the marker; `None`: as the template gives.
        text: Template of the message; `{marker}` (or `{marker:int}`) and `{id}` are replaced literally. `json`:
            the same, checked.
        ping: Between two pings of ours on one connection, s; `None`: none.
        escape: Whether `text` and `on_open` hold escapes, as `load.escapes` has them; so are bytes kept.
        on_open: Sent when a connection opens. `on_open_binary`: which of them as binary frames; empty: none.
        profile: The reference application's endpoint that `url` is the base of; `None`: any server.

    Raises:
        PlanError: a value can't be; the message names it and the mend.
    """

    scenario: Literal["connect", "echo", "fanout"]
    url: str
    connections: int
    rate: float | None = None
    duration: float = 10.0
    warmup: float = 1.0
    drain: float = 5.0
    connect_rate: float = 500.0
    connect_timeout: float = 10.0
    arrivals: Literal["constant", "poisson"] = "constant"
    pacing: Literal["auto", "exact", "batched"] = "auto"
    seed: int | None = None
    processes: int | None = None
    publishers: int = 1
    size: int | None = None
    text: str | None = None
    json: str | None = None
    binary: bool = False
    escape: bool = False
    on_open: tuple[str, ...] = ()
    on_open_binary: tuple[bool, ...] = ()
    profile: str | None = None
    headers: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    subprotocols: tuple[str, ...] = ()
    origin: str | None = None
    insecure: bool = False
    cacert: str | None = None
    cert: str | None = None
    key: str | None = None
    deflate: bool = False
    sni: str | None = None
    follow: bool = False
    bind: tuple[str, ...] = ()
    ping: float | None = None
    closed: bool = False
    driver: Literal["picows", "websockets"] = "picows"
    target_pid: int | None = None
    slo: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_url(self.url)
        _check_numbers(self)
        _check_message(self)
        _check_connection(self)
        if self.profile is not None:
            profile_for(self.profile, self.scenario)

    @property
    def template(self) -> bytes:
        """The message's template, `{marker}` included."""
        if self.text is not None:
            return in_bytes(self.text, "--text", escape=self.escape)
        return in_bytes(self.json, "--json", escape=False) if self.json is not None else MARKER

    @property
    def is_numeric(self) -> bool:
        """Whether the marks are whole numbers."""
        return NUMBER in self.template

    @property
    def openings(self) -> tuple[Opening, ...]:
        """What to send when a connection opens."""
        return openings(self.on_open, self.on_open_binary, escape=self.escape)

    @property
    def address(self) -> str:
        """The URL that connections use, `{id}` not yet replaced."""
        return profile_for(self.profile, self.scenario).url(self.url) if self.profile else self.url

    @property
    def is_secure(self) -> bool:
        """Whether the connections use TLS."""
        return urlsplit(self.url).scheme == "wss"

    @property
    def sockets(self) -> int:
        """All connections of the run, publishers included."""
        return self.connections + (self.publishers if self.scenario == "fanout" else 0)


def make_plan(scenario: str, url: str, **options: Any) -> Plan:
    """Return a plan in which the scenario's defaults fill what `options` leaves out or gives as `None`.

    Raises:
        PlanError: an option is unknown or a value can't be.
    """
    unknown = sorted(set(options) - set(Plan.__struct_fields__))
    if unknown:
        raise PlanError(f"no option {unknown[0]!r}; the options are {', '.join(Plan.__struct_fields__)}")
    given = as_text({name: value for name, value in options.items() if value is not None})
    given |= {"scenario": scenario, "url": url}
    if scenario == "connect":
        given.setdefault("warmup", 0.0)
    given.setdefault("connections", DEFAULT_CONNECTIONS.get(scenario, 1))
    if not given.get("closed") and scenario in DEFAULT_RATE:
        given.setdefault("rate", DEFAULT_RATE[scenario])
    try:
        return msgspec.convert(given, Plan)
    except msgspec.ValidationError as error:
        raise PlanError(_reworded(error, given)) from None


def _check_numbers(plan: Plan) -> None:
    positive = {
        "connections": plan.connections,
        "rate": plan.rate,
        "duration": plan.duration,
        "connect-rate": plan.connect_rate,
        "connect-timeout": plan.connect_timeout,
        "ping": plan.ping,
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
            f"{plan.publishers:,} publishers × {plan.connections:,} subscribers is more than"
            f" {PAIRS_LIMIT:,} pairs to account for: use fewer --publishers"
        )


def _check_amount(plan: Plan) -> None:
    """Check that every message has a number of its own."""
    sends = (plan.rate or 0) * (plan.warmup + plan.duration)
    if sends > SENDS_LIMIT and plan.scenario != "connect":
        raise PlanError(
            f"--rate {plan.rate:g}/s for --duration {plan.duration:g}s is {sends:,.0f} messages, more than the"
            f" {SENDS_LIMIT:,} that a mark can number: lower one of them"
        )


def _check_message(plan: Plan) -> None:
    if plan.text is not None and plan.json is not None:
        raise PlanError("--text and --json both give the message: use one")
    _check_frames(plan)
    option, message = ("--text", plan.text) if plan.json is None else ("--json", plan.json)
    if plan.is_numeric:
        check_number(plan.template, f"{option} {message!r}", plan.scenario, plan.size)
    elif MARKER not in plan.template:
        raise PlanError(f"{option} {message!r} has no {{marker}}: put it where the receiver relays it")
    if plan.json is not None:
        try:
            msgspec.json.decode(plan.json.replace("{id}", "0").replace("{marker:int}", "1"))
        except (msgspec.DecodeError, RecursionError) as error:
            raise PlanError(f"--json {plan.json!r} is not JSON: {error}") from None
    if plan.size is not None and plan.size > SIZE_LIMIT:
        raise PlanError(
            f"--size {plan.size} is too large: the drivers take up to {SIZE_LIMIT} bytes (16 MiB)"
        )
    check_size(plan.template.replace(b"{id}", b"%d" % plan.sockets), plan.size)
    if plan.closed and plan.scenario != "echo":
        raise PlanError(f"--closed waits for replies, which only echo has; leave it out of {plan.scenario}")


def _check_frames(plan: Plan) -> None:
    """Check that what goes out as text is text."""
    if len(plan.on_open_binary) not in (0, len(plan.on_open)):
        raise PlanError("on_open_binary says of each message of on_open whether it is binary: give as many")
    for opening in plan.openings:
        if not opening.is_binary:
            check_utf8(opening.payload, "--on-open", "give it as --on-open-binary")
    if plan.json is not None:
        check_utf8(plan.template, "--json", "write it as UTF-8")
    elif not plan.binary:
        check_utf8(plan.template, "--text", "add --binary")


def _check_connection(plan: Plan) -> None:
    for header in plan.headers:
        name, colon, value = header.partition(":")
        if not colon or not _is_token(name) or not value.strip().isprintable():
            raise PlanError(f"--header {redact.header(header)!r} is not a header: write 'Name: value'")
        if name.lower().startswith("sec-websocket-") or name.lower() in ("upgrade", "connection"):
            raise PlanError(
                f"--header {redact.header(header)!r} belongs to the handshake: use --subprotocol, --deflate or"
                " --origin"
            )
    _check_tokens(plan)
    for address in plan.bind:
        _check_bind(address)
    tls = {name: getattr(plan, name) for name in ("insecure", "cacert", "cert", "key", "sni")}
    check_tls(tls, is_possible=plan.is_secure or plan.follow)
    if plan.deflate and plan.driver != "websockets":
        raise PlanError("--deflate needs --driver websockets: picows does not compress")


def _check_tokens(plan: Plan) -> None:
    for cookie in plan.cookies:
        if "=" not in cookie or not cookie.isprintable() or ";" in cookie:
            raise PlanError(f"--cookie {redact.cookie(cookie)!r} is not a cookie: write name=value")
    for protocol in plan.subprotocols:
        if not _is_token(protocol):
            raise PlanError(
                f"--subprotocol {protocol!r} is not a token: it may not hold spaces or separators"
            )
    if plan.origin is not None and not plan.origin.isprintable():
        raise PlanError(f"--origin {plan.origin!r} holds a control character")


def _is_token(text: str) -> bool:
    return text.isascii() and text != "" and set(text.lower()) <= HEADER_TOKEN


def _check_bind(address: str) -> None:
    try:
        ip_address(address)
    except ValueError:
        raise PlanError(f"--bind {address!r} is not an IP address: write one of this machine's") from None


def _reworded(error: msgspec.ValidationError, given: dict[str, Any]) -> str:
    text, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`").split("[")[0]
    return f"{name.replace('_', '-')}: {given.get(name)!r} will not do: {text}" if name else text
