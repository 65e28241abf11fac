"""What can be set about the application, from the environment or by whoever creates it."""

import json
import re
from collections import Counter
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from target_app.broadcast.outbox import Policy

Guard = Literal["default", "strict"]
Network = IPv4Network | IPv6Network

# What `strict` limits unless it is set: enough for many behind one address, who cannot fill a process from it.
STRICT = {"max_connections": 10_000, "max_per_address": 1_000, "max_per_user": 100, "message_rate": 100.0}

# What a cookie's value may hold as it is. Source: RFC 6265, 4.1.1.
_TOKEN = re.compile(r"[!#-+\--:<-\[\]-~]+")

# Scheme, host and port. Source: RFC 6454, 6.2. Browsers leave out the scheme's own port.
_ORIGIN = re.compile(
    r"null|(?!http://.*:80$|https://.*:443$)[a-z][a-z0-9+.-]*://(\[[0-9a-f:.]+\]|[^/?#@:*\s\\]+)(:[0-9]+)?"
)


def _unfit(text: str) -> PydanticCustomError:
    """What is wrong with a value, in our own words, which may have braces."""
    return PydanticCustomError("unfit", "{text}", {"text": text})


def _off(value: Any) -> Any:
    """No limit, where that was said."""
    return None if value == "off" else value


def _decoded(value: Any) -> Any:
    """The value of JSON text; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=_once_each)
    except json.JSONDecodeError:
        raise _unfit("this is no JSON") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, of which nothing is lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise _unfit(f"{twice!r} is there twice; write it once")
    return found


def _origin(text: str) -> str:
    """An origin as browsers write it."""
    origin = text.lower()
    if not _ORIGIN.fullmatch(origin):
        raise _unfit(
            f"{text!r} is no origin; write https://example.org, with a port if it is not the usual one, and no path"
        )
    return origin


_Seconds = Annotated[float, Field(ge=0.001, le=86_400)]
_Deadline = Annotated[_Seconds | None, BeforeValidator(_off)]


def _networks(value: Any) -> Any:
    """The networks of JSON text or a list; an address is a network of its own."""
    try:
        listed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        listed = None
    if not isinstance(listed, list | frozenset):
        raise _unfit("""write a JSON list of addresses and networks: '["127.0.0.1", "10.0.0.0/8"]'""")
    return frozenset(map(_network, listed))


def _network(text: Any) -> Network:
    try:
        return ip_network(str(text))
    except ValueError:
        raise _unfit(
            f"{text!r} is no address and no network: write 10.0.0.1, 10.0.0.0/8, fd00::1 or fd00::/8"
        ) from None


_Cap = Annotated[Annotated[int, Field(ge=1, le=10_000_000)] | None, BeforeValidator(_off)]
_Origin = Annotated[str, AfterValidator(_origin)]
_Rate = Annotated[Annotated[float, Field(gt=0, le=1e9)] | None, BeforeValidator(_off)]


class Settings(BaseSettings):
    """The settings, each read from ``TARGET_<NAME>`` unless given; ``off`` is no limit where there may be none.

    Attributes:
        lag_interval: seconds between samples of the event loop's lag.
        lag_window: seconds that ``/stats`` looks back for the lag's maximum and mean.
        backplane: address of what carries the chat to other worker processes: see ``choose``. It may hold a password.
        gap_notice: whether the chat tells its clients of messages that were lost between workers.
        outbox_messages: most messages that wait for one slow client of the chat.
        outbox_bytes: most bytes of them.
        outbox_policy: what happens to the next one: see ``Limits``.
        fanout_slice: recipients that a broadcast is offered to before the event loop has a turn.
        trusted_proxies: whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed, a list of addresses and
            networks in JSON: ``["127.0.0.1", "10.0.0.0/8"]``.
        guard: ``strict`` asks for a token and has caps and a rate unless they are set: see ``STRICT``.
        tokens: user to token, a JSON object.
        refuse: ``before`` a connection is accepted, by an HTTP status, or ``after``, by a close code.
        origins: origins of web pages elsewhere that may connect, a JSON list: ``["https://example.org"]``.
        origin_required: whether a client that sends no ``Origin``, which no browser does, is refused.
        max_connections: most WebSockets of one process.
        max_per_address: most of one address, over all workers.
        max_per_user: most of one user, over all workers.
        max_guesses: most wrong tokens of one address in a minute, over all workers.
        message_rate: most messages of one connection in a second, pings among them; as many may come at once.
        max_message: most bytes of a message, after inflating.
        handshake_deadline: seconds in which a handshake has to be complete.
        message_deadline: seconds in which all frames of a message have to come.
        idle_deadline: seconds without a message until a connection is closed.
        ping_interval: seconds between the server's pings.
        pong_deadline: seconds in which a ping has to be answered.
        drain_deadline: seconds that a stop may take.
        drain_batch: connections that are closed at once in a stop, a batch each 100 ms.

    Raises:
        pydantic.ValidationError: a value is no number or out of range. It never shows the value.
    """

    model_config = SettingsConfigDict(env_prefix="TARGET_", frozen=True, hide_input_in_errors=True)

    lag_interval: float = Field(default=0.1, ge=0.001, le=3600)
    lag_window: float = Field(default=60.0, ge=0.001, le=3600)
    backplane: SecretStr = SecretStr("memory://")
    gap_notice: bool = True
    outbox_messages: int = Field(default=256, ge=1, le=1_000_000)
    outbox_bytes: int = Field(default=4 * 1024 * 1024, ge=1, le=1024**3)
    outbox_policy: Policy = "disconnect"
    fanout_slice: int = Field(default=128, ge=1, le=1_000_000)
    trusted_proxies: Annotated[frozenset[Network], NoDecode, BeforeValidator(_networks)] = frozenset()
    guard: Guard = "default"
    tokens: Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_decoded)] = Field(
        default={}, validate_default=True
    )
    refuse: Literal["before", "after"] = "before"
    origins: Annotated[frozenset[_Origin], NoDecode, BeforeValidator(_decoded)] = frozenset()
    origin_required: bool = False
    max_connections: _Cap = None
    max_per_address: _Cap = None
    max_per_user: _Cap = None
    max_guesses: _Cap = 20
    message_rate: _Rate = None
    max_message: int = Field(default=1024 * 1024, ge=1, le=1024**3)
    handshake_deadline: _Seconds = 10.0
    message_deadline: _Seconds = 30.0
    idle_deadline: _Deadline = None
    ping_interval: _Seconds = 20.0
    pong_deadline: _Seconds = 20.0
    drain_deadline: _Seconds = 10.0
    drain_batch: int = Field(default=500, ge=1, le=1_000_000)

    @model_validator(mode="before")
    @classmethod
    def _limit_strictly(cls, values: Any) -> Any:
        """What strict has beyond the default, where nothing else was said."""
        return {**STRICT, **values} if values.get("guard") == "strict" else values

    @field_validator("tokens")
    @classmethod
    def _check_tokens(cls, tokens: dict[str, SecretStr], others: ValidationInfo) -> dict[str, SecretStr]:
        if not tokens and others.data.get("guard") == "strict":
            raise _unfit(
                """guard strict asks for users and their tokens, such as '{"alice": "a-long-token"}'"""
            )
        values = [token.get_secret_value() for token in tokens.values()]
        if len(set(values)) < len(values):
            raise _unfit("two users have the same token; give each one of their own")
        if "" in tokens:
            raise _unfit("a user has no name; endpoints see the name where the token was")
        for user, value in zip(tokens, values, strict=True):
            if not _TOKEN.fullmatch(value):
                raise _unfit(
                    f"the token of {user!r} is empty or holds what a cookie can't; use letters and digits"
                )
        return tokens
