"""A recording as agents are told to play it."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit, urlunsplit

import msgspec

from wswarm.load.fill import variable
from wswarm.load.score import Score

_OURS = "recorded_"


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What connections do instead of a load that is known beforehand.

    Attributes:
        speed: Times as fast as recorded.
    """

    score: Score
    speed: float = 1.0

    @property
    def length_ns(self) -> int:
        """From a connection's opening to its last message, if nothing is late."""
        return round(self.score.length_ns / self.speed)


def values_of(score: Score) -> dict[str, str]:
    """Return what the names in `opening_of` stand for, and as what else that may come back: none of it is shown."""
    values: dict[str, str] = {}
    for name, value in score.secrets.items():
        called = variable(f"{_OURS}{name}")
        values[called] = value
        for number, form in enumerate(sorted(_decoded(value) - {value})):
            values[f"{called}.{number}"] = form
    return values


def _decoded(value: str) -> set[str]:
    """Return a secret as a server may have read it: out of an address, out of basic authentication."""
    found = {unquote(value), unquote_plus(value)}
    try:
        user, colon, password = b64decode(value, validate=True).decode().partition(":")
    except (Base64Error, ValueError):
        return found
    return found | {password} if user and colon and password else found


def opening_of(score: Score, url: str | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a manner that opens connections as recorded, with a name for each secret.

    Args:
        url: Another address: the whole of it if it has a path, else only scheme, host and port are replaced.
        own: Settings that the user gave: headers and cookies take the place of recorded ones of their name,
            subprotocols and an Origin that of all recorded.
    """
    headers, cookies = own.get("headers") or (), own.get("cookies") or ()
    own_headers = {_name(header, ":") for header in headers}
    own_cookies = {_name(cookie, "=") for cookie in cookies}
    recorded = [one for one in score.headers if _name(one, ":") not in own_headers]
    kept = [one for one in score.cookies if _name(one, "=") not in own_cookies]
    return {
        **own,
        "url": _address(score, url),
        "headers": (*(_named(one, score) for one in recorded), *headers),
        "cookies": (*(_named(one, score) for one in kept), *cookies),
        "subprotocols": own.get("subprotocols") or tuple(_as_token(one, score) for one in score.subprotocols),
        "origin": own.get("origin") or _origin(score, url),
    }


def _address(score: Score, url: str | None) -> str:
    recorded = _named(score.url, score)
    if url is None:
        return recorded
    was, given = urlsplit(recorded), urlsplit(url)
    if given.path not in ("", "/") or given.query:
        return url
    return urlunsplit((given.scheme, given.netloc, was.path, was.query, ""))


def _origin(score: Score, url: str | None) -> str | None:
    """Return the recorded Origin; if it was the recorded service's own, that of another address."""
    if url is None or score.origin is None:
        return score.origin
    was, given = urlsplit(score.url), urlsplit(url)
    if urlsplit(score.origin).netloc != was.netloc.rpartition("@")[2]:
        return score.origin
    scheme = {"ws": "http", "wss": "https"}.get(given.scheme, given.scheme)
    return f"{scheme}://{given.netloc.rpartition('@')[2]}"


def _name(entry: str, separator: str) -> str:
    return entry.partition(separator)[0].strip().lower()


def _named(text: str, score: Score) -> str:
    """Return a recorded text with its places named as variables, whose values go in as they are."""
    return re.sub(
        r"\{([a-z0-9_]+)\}",
        lambda found: f"${{{_OURS}{found[1]}}}" if found[1] in score.secrets else found[0],
        text,
    )


def _as_token(subprotocol: str, score: Score) -> str:
    """Return a subprotocol; one that is secret by what it is called among the values, as it may hold no braces."""
    name = subprotocol.strip("{}")
    return variable(f"{_OURS}{name}") if name in score.secrets and name != subprotocol else subprotocol


def filled_subprotocols(subprotocols: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """Return subprotocols with those that are called as a value is in its place."""
    return tuple(values.get(one, one) for one in subprotocols)
