"""What a message is looked for by: text that it holds, a regular expression, or JSON that it contains."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from json import dumps
from typing import Any, Literal

import msgspec

from wswarm.errors import PlanError
from wswarm.load.fill import Values, fill, with_any_values

Matches = Callable[[bytes], "re.Match[str] | bool"]
Split = Callable[[bytes], list[bytes]]
Kind = Literal["text", "regex", "json"]

_RECORD_END = b"\x1e"
_DECODE = msgspec.json.Decoder().decode


def pattern(text: str, option: str = "--expect") -> Matches:
    """Return what tells whether a message matches: `/…/` is a regular expression, `{…}` JSON, else text in it.

    Raises:
        PlanError: it is none.
    """
    return _pattern(_kind(text), text, option)


def filled_pattern(text: str, values: Values) -> Matches:
    """Return the pattern with the names that are known replaced by what stands for itself in its kind of pattern.

    Its kind is that of what its user wrote: no value, and no name alone, makes it JSON or an expression.
    """
    if "{" not in text:
        return pattern(text)
    kind = _kind(with_any_values(text))
    if kind == "regex":
        values = {name: re.escape(one) for name, one in values.items()}
    elif kind == "json":
        values = {name: dumps(one, ensure_ascii=False)[1:-1] for name, one in values.items()}
    try:
        return _pattern(kind, fill(text, values), "--expect")
    except PlanError:  # a value made it none
        return lambda _: False


def _kind(text: str) -> Kind:
    if len(text) > 1 and text[0] == text[-1] == "/":
        return "regex"
    return "json" if text[:1] == "{" and text[-1] == "}" else "text"


@lru_cache(maxsize=4096)
def _pattern(kind: Kind, text: str, option: str) -> Matches:
    if not text:
        raise PlanError(
            f"{option} '' matches every message: write text that the message holds, /regex/ or JSON"
        )
    if kind == "regex":
        return _regular(regular_expression(text[1:-1], f"{option} {text!r}"))
    if kind == "json":
        wanted = _json(text, option)
        return lambda message: any(contains(one, wanted) for one in json_in(message))
    part = text.encode("utf-8", "surrogateescape")
    return lambda message: part in message


def regular_expression(text: str, given: str) -> "re.Pattern[str]":
    """Return the compiled expression; `given` is what it was given as.

    Raises:
        PlanError: it is none.
    """
    try:
        return re.compile(text, re.DOTALL)
    except (re.error, OverflowError, RecursionError) as error:
        raise PlanError(f"{given} is not a regular expression: {error}") from None


def contains(value: Any, wanted: Any) -> bool:
    """Return whether JSON contains JSON: of an object the named keys, of a list each element somewhere in it."""
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            key in value and contains(value[key], one) for key, one in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(value, list) and all(any(contains(one, part) for one in value) for part in wanted)
    return type(value) is type(wanted) and bool(value == wanted)


def json_in(message: bytes) -> Iterator[Any]:
    """Yield the JSON of a message: the whole, or what follows a protocol's own prefix (`42["said","a"]`)."""
    found = _decoded(message)
    if found is None:
        starts = [at for at in (message.find(b"{"), message.find(b"[")) if at > 0]
        found = _decoded(message[min(starts) :].rstrip(b"\0\r\n\x1e")) if starts else None
    if found is not None:
        yield found[0]


def messages_in(frame: bytes) -> list[bytes]:
    """Return the messages that a server may have put into one frame: records that end in 0x1E, or lines."""
    if _RECORD_END in frame:
        return [one for one in frame.split(_RECORD_END) if one]
    if b"\n" not in frame or _decoded(frame) is not None:
        return [frame]
    return [one for one in frame.split(b"\n") if one]


def _decoded(message: bytes) -> tuple[Any] | None:
    try:
        return (_DECODE(message),)
    except (msgspec.DecodeError, RecursionError):
        return None


def _regular(expression: "re.Pattern[str]") -> Matches:
    def matches(message: bytes) -> re.Match[str] | bool:
        return expression.search(message.decode("utf-8", "replace")) or False

    return matches


def _json(text: str, option: str) -> Any:
    try:
        return _DECODE(text.encode("utf-8", "surrogateescape"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise PlanError(
            f"{option} {text!r} is not JSON: {error}; for text that begins and ends with braces write /regex/"
        ) from None
