"""How connections are opened, and what they say: the same whatever the load."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from wswarm.errors import PlanError
from wswarm.load.fill import is_json, with_any_values, with_any_variables
from wswarm.load.headers import check_handshake_headers, is_token
from wswarm.load.message import check_size
from wswarm.load.number import NUMBER
from wswarm.load.pattern import pattern
from wswarm.load.profiles import protocol_named
from wswarm.load.profiles.protocol import Protocol
from wswarm.load.profiles.settings import address_of, settings_of
from wswarm.load.reworded import reworded
from wswarm.load.rooms import check_rooms
from wswarm.load.steps import Step, check_steps
from wswarm.load.template import MARKER, SIZE_LIMIT, Opening, as_text, check_utf8, in_bytes, openings
from wswarm.load.tls import check_tls
from wswarm.load.typed import unknown
from wswarm.load.url import check_url
from wswarm.results import redact

_UNFILLED = frozenset(
    {"profile", "refuse", "data", "subprotocols", "origin", "cacert", "cert", "key", "sni", "bind"}
)

Kind = TypeVar("Kind", bound=msgspec.Struct)


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How connections are opened, and what they say; times in s.

    Attributes:
        profile: Name of the protocol to speak, see `load.profiles`; `None`: what the other settings say.
        own: What the file says that `profile` is the path of; `None`: it is a name.
        topic: What to subscribe to in the protocol. `event`: what to publish. `set`: its other settings, in the form
            `NAME=VALUE`.
        size: Payload size in bytes, reached by padding the marker; `None`: as the template gives.
        text: Template of the message; `{marker}` (or `{marker:int}`), `{id}` and `{room}` are replaced literally.
            `json`: the same, checked.
        escape: Whether `text` and `on_open` hold escapes, as `load.escapes` has them; so are bytes kept.
        on_open: Sent when a connection opens. `on_open_binary`: which of them as binary frames; empty: none.
        steps: The conversation that follows, before the load; in order, see `load.steps`.
        refuse: Patterns of messages that mean no.
        data: A CSV file with a row per connection; `{column}` stands for its value anywhere.
        ping: Between two pings of ours on one connection; `None`: none.
        rooms: Connection `{id}` is in room `{id}` mod `rooms`, which is what `{room}` says.

    Raises:
        PlanError: a value can't be; the message names it and the mend.
    """

    url: str
    profile: str | None = None
    own: Protocol | None = None
    topic: str | None = None
    event: str | None = None
    set: tuple[str, ...] = ()
    size: int | None = None
    text: str | None = None
    json: str | None = None
    binary: bool = False
    escape: bool = False
    on_open: tuple[str, ...] = ()
    on_open_binary: tuple[bool, ...] = ()
    steps: tuple[Step, ...] = ()
    refuse: tuple[str, ...] = ()
    data: str | None = None
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
    connect_timeout: float = 10.0
    driver: Literal["picows", "websockets"] = "picows"
    rooms: int = 1

    def __post_init__(self) -> None:
        check_url(with_any_variables(self.url))
        self._check_profile()
        for name, value in (("connect-timeout", self.connect_timeout), ("ping", self.ping)):
            if value is not None and not 0 < value < float("inf"):
                raise PlanError(f"--{name} {value:g} must be a number above 0")
        filled = set(Manner.__struct_fields__) - _UNFILLED
        check_rooms(self.rooms, (getattr(self, name) for name in filled))
        _check_message(self)
        check_steps(self.steps, escape=self.escape)
        for refusal in self.refuse:
            pattern(refusal, "--refuse")
        _check_connection(self)

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
    def protocol(self) -> Protocol | None:
        """What its profile says."""
        return self.own or (protocol_named(self.profile) if self.profile is not None else None)

    @property
    def settings(self) -> dict[str, str]:
        """The values of the profile's settings that have one."""
        protocol = self.protocol
        return settings_of(protocol, self.topic, self.event, self.set) if protocol is not None else {}

    @property
    def address(self) -> str:
        """The URL that connections use, `{id}` and `{room}` not yet replaced."""
        protocol = self.protocol
        return address_of(protocol, self.url, self.settings) if protocol is not None else self.url

    @property
    def offers(self) -> tuple[str, ...]:
        """The subprotocols to offer."""
        protocol = self.protocol
        return self.subprotocols or (protocol.subprotocols if protocol is not None else ())

    @property
    def is_binary(self) -> bool:
        """Whether messages go out as binary frames."""
        protocol = self.protocol
        return self.binary or (protocol is not None and protocol.is_binary)

    @property
    def is_secure(self) -> bool:
        """Whether the connections use TLS."""
        return urlsplit(self.url).scheme == "wss"

    @property
    def may_use_tls(self) -> bool:
        """Whether a connection can come to use TLS."""
        return self.is_secure or self.follow

    def _check_profile(self) -> None:
        """Check that the profile is there, and that its settings can be."""
        for option, value in (("--topic", self.topic), ("--event", self.event), ("--set", self.set)):
            if value and self.profile is None:
                raise PlanError(f"{option} is for a protocol: name it with --profile, see wswarm profiles")
        check_url(with_any_variables(self.address))


def converted(given: Mapping[str, Any], kind: type[Kind]) -> Kind:
    """Return the manner, or the plan, of these settings.

    Raises:
        PlanError: one is unknown, or a value can't be.
    """
    others = sorted(set(given) - set(kind.__struct_fields__))
    if others:
        raise unknown(others[0], kind.__struct_fields__)
    text = as_text(dict(given))
    try:
        return msgspec.convert(text, kind)
    except msgspec.ValidationError as error:
        raise PlanError(reworded(error, text, kind)) from None


def _check_message(manner: Manner) -> None:
    if manner.text is not None and manner.json is not None:
        raise PlanError("--text and --json both give the message: use one")
    _check_frames(manner)
    if not manner.is_numeric and MARKER not in manner.template:
        option, message = ("--text", manner.text) if manner.json is None else ("--json", manner.json)
        raise PlanError(f"{option} {message!r} has no {{marker}}: put it where the receiver relays it")
    if manner.json is not None:
        try:
            msgspec.json.decode(with_any_values(manner.json).replace("{marker:int}", "1"))
        except (msgspec.DecodeError, RecursionError) as error:
            is_bare = is_json(manner.json.replace("{marker}", '"{marker}"'))
            mend = "; put {marker} into double quotes" if is_bare else ""
            raise PlanError(f"--json {manner.json!r} is not JSON: {error}{mend}") from None
    if manner.size is not None and manner.size > SIZE_LIMIT:
        raise PlanError(
            f"--size {manner.size} is too large: the drivers take up to {SIZE_LIMIT} bytes (16 MiB)"
        )
    if manner.profile is None:
        check_size(manner.template.replace(b"{id}", b"0").replace(b"{room}", b"0"), manner.size)


def _check_frames(manner: Manner) -> None:
    """Check that what goes out as text is text."""
    if len(manner.on_open_binary) not in (0, len(manner.on_open)):
        raise PlanError("on_open_binary says of each message of on_open whether it is binary: give as many")
    for opening in manner.openings:
        if not opening.is_binary:
            check_utf8(opening.payload, "--on-open", "give it as --on-open-binary")
    if manner.json is not None:
        check_utf8(manner.template, "--json", "write it as UTF-8")
    elif not manner.binary:
        check_utf8(manner.template, "--text", "add --binary")


def _check_connection(manner: Manner) -> None:
    check_handshake_headers(manner.headers, "--header")
    if manner.origin is not None and any(one.lower().startswith("origin:") for one in manner.headers):
        raise PlanError("--origin and a header Origin both give the origin: use one")
    _check_tokens(manner)
    for address in manner.bind:
        _check_bind(address)
    tls = {name: getattr(manner, name) for name in ("insecure", "cacert", "cert", "key", "sni")}
    check_tls(tls, is_possible=manner.may_use_tls)
    if manner.deflate and manner.driver != "websockets":
        raise PlanError("--deflate needs --driver websockets: picows does not compress")


def _check_tokens(manner: Manner) -> None:
    for cookie in manner.cookies:
        if "=" not in cookie or not cookie.isprintable() or ";" in cookie:
            raise PlanError(f"--cookie {redact.cookie(cookie)!r} is not a cookie: write name=value")
    for protocol in manner.subprotocols:
        if not is_token(protocol):
            raise PlanError(
                f"--subprotocol {protocol!r} is not a token: it may not hold spaces or separators"
            )
    if manner.origin is not None and not manner.origin.isprintable():
        raise PlanError(f"--origin {manner.origin!r} holds a control character")


def _check_bind(address: str) -> None:
    try:
        ip_address(address)
    except ValueError:
        raise PlanError(f"--bind {address!r} is not an IP address: write one of this machine's") from None
