"""The secrets of a recording: what must be sent when it is replayed, and must stand in nothing that is passed on."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from wswarm.load.given import is_random
from wswarm.load.kinds import body_of
from wswarm.load.recording import Recording
from wswarm.results.redact import HIDDEN, is_secret_name

_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?")
_PARAMETER = re.compile(r"(?:^|[?&;])([^=&;]+)=([^&;]+)")
_SCHEMES = r"(?:basic|bearer|token|digest|negotiate|apikey|key)[ \t]+"
_SCHEME = re.compile(rf"{_SCHEMES}(?=\S)", re.IGNORECASE)
_LINE = re.compile(rf"(?<![\w-])([\w-]{{1,64}})[:=][ \t]*(?:{_SCHEMES})?([^\s\0\"'&;,{{}}]+)", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PLAIN_KEYS = {"key", "cookie", "session"}  # too common in messages to be secrets there
_LONG = 20
_OF_BROWSER = ("user-agent", "accept", "sec-", "cache-control", "pragma", "dnt", "priority")
_QUOTED = re.compile(r'"([\w-]{1,64})"\s{0,8}:\s{0,8}"([^"]+)"')
_MORE_NAMES = re.compile(r"passcode|passphrase|ticket|nonce|(?:^|_)(?:otp|pin)$|^login$", re.IGNORECASE)
_MQTT_CONNECT, _MQTT_NAME = 0x10, re.compile(rb"\0\x04MQTT|\0\x06MQIsdp")
_MQTT_REST = 4  # level, flags, keep alive


class Secret(NamedTuple):
    """A secret of a recording.

    Attributes:
        name: What it may be called; not necessarily the only one of that name.
        where: In words, for who has to give it again.
    """

    name: str
    value: str
    where: str


def secrets_of(recording: Recording, given: Iterable[str] = ()) -> list[Secret]:
    """Return the secrets of what the client said, each value once, in the order in which they came up.

    Args:
        given: Values that the server gave, which a replay is given anew.
    """
    known = set(given)
    found: dict[str, Secret] = {}
    for secret in (*_of_url(recording.url), *_of_handshake(recording), *_of_messages(recording)):
        if secret.value and secret.value not in known:
            found.setdefault(secret.value, secret)
    return list(found.values())


def shown_address(recording: Recording) -> str:
    """Return the recorded address without its query and its secrets."""
    bare = recording.url.partition("?")[0]
    for secret in _of_url(bare):
        bare = bare.replace(secret.value, HIDDEN)
    return bare


def is_secret(name: str) -> bool:
    """Return whether what has this name is a secret."""
    return is_secret_name(name) or bool(_MORE_NAMES.search(name))


def is_token(text: str) -> bool:
    """Return whether a text is a credential by its looks: a JWT, or long and not chosen by a person."""
    return bool(_JWT.fullmatch(text)) or (
        len(text) >= _LONG and is_random(text) and not _UUID.fullmatch(text)
    )


def _of_url(url: str) -> Iterator[Secret]:
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    if credentials:
        user, _, password = credentials.partition(":")
        yield Secret("password" if password else "user", password or user, "the address, before @")
    for name, value in _PARAMETER.findall(parts.query):
        if is_secret(name) or is_token(unquote(value)):
            yield Secret(name, value, f"{name} in the query")
    for segment in parts.path.split("/"):
        if is_token(unquote(segment)):
            yield Secret("path", segment, "the path")


def _of_handshake(recording: Recording) -> Iterator[Secret]:
    for name, value in recording.headers:
        credential = value[scheme.end() :] if (scheme := _SCHEME.match(value)) else value
        is_common = name.lower().startswith(_OF_BROWSER)
        if is_secret(name) or (not is_common and is_token(credential)):
            yield Secret(name, credential, f"header {name}")
    for cookie in recording.cookies:
        name, _, value = cookie.partition("=")
        yield Secret(name, value, f"cookie {name}")
    for protocol in recording.subprotocols:
        if is_token(protocol.rpartition(".")[2]) or is_token(protocol):
            yield Secret("subprotocol", protocol, "a subprotocol")


def _of_messages(recording: Recording) -> Iterator[Secret]:
    for number, message in enumerate(recording.sent, start=1):
        if message.is_binary and (password := _mqtt_password(message.payload)):
            size = len(password.encode())
            yield Secret(
                "password", password, f"the password in message {number}, of {size} bytes as recorded"
            )
        for name, value in _said_in(message.payload, is_first=number == 1):
            yield Secret(name, value, f"{name} in message {number}")


def _said_in(payload: bytes, *, is_first: bool) -> Iterator[tuple[str, str]]:
    """Yield name and value of each secret of a message; in the first, tokens of any name are."""
    body = body_of(payload)
    text = payload.decode("utf-8", "replace") if body is None else body.prefix
    for name, value in _in_json(body.content, "") if body is not None else ():
        if (is_secret(name) and name.lower() not in _PLAIN_KEYS) or (is_first and is_token(value)):
            yield name or "token", value
        else:
            yield from ((name or "token", one) for one in _JWT.findall(value))
    for name, value in (*_LINE.findall(text), *_QUOTED.findall(text)):
        if is_secret(name) and name.lower() not in _PLAIN_KEYS:
            yield name, value
    for value in _JWT.findall(text) if not (is_first and is_token(text)) else [text]:
        yield "token", value


def _in_json(content: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each text in JSON, and in JSON within it."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _in_json(value, str(key))
    elif isinstance(content, list):
        for value in content:
            yield from _in_json(value, name)
    elif isinstance(content, str) and content:
        inner = body_of(content.encode("utf-8", "replace"))
        if inner is not None and not inner.prefix:
            yield from _in_json(inner.content, name)
        else:
            yield name, content[scheme.end() :] if (scheme := _SCHEME.match(content)) else content


def _mqtt_password(payload: bytes) -> str | None:
    """Return the password of an MQTT CONNECT (3.1, 3.1.1): the last of its fields."""
    name = _MQTT_NAME.search(payload, 0, 12)
    if name is None or payload[0] != _MQTT_CONNECT or len(payload) < name.end() + _MQTT_REST:
        return None
    flags, at, fields = payload[name.end() + 1], name.end() + _MQTT_REST, []
    while at + 2 <= len(payload):
        size = int.from_bytes(payload[at : at + 2])
        fields.append(payload[at + 2 : at + 2 + size])
        at += 2 + size
    return fields[-1].decode("utf-8", "replace") if flags & 0x40 and fields else None
