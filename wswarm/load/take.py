"""A value taken out of a message: by its place in JSON, or by a regular expression with one group."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from wswarm.errors import PlanError
from wswarm.load.pattern import json_in, regular_expression

Taker = Callable[[bytes], str | None]

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_PART = re.compile(r"""\.([^.\[\]'"\s]+)|\[(-?\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]""")
_OURS = ("id", "room", "marker", "marker:int")
_FORM = "write NAME=$.json.path or NAME=REGEX with one group in parentheses"


@lru_cache(maxsize=1024)
def take(given: str) -> tuple[str, Taker]:
    """Return the name in `NAME=$.json.path` or `NAME=REGEX`, and what returns the value in a message, or `None`.

    Raises:
        PlanError: it is neither.
    """
    name, equals, where = given.partition("=")
    if not equals or not where or not _NAME.fullmatch(name):
        raise PlanError(f"--take {given!r} names no value: {_FORM}")
    if name in _OURS:
        raise PlanError(f"--take {given!r}: {{{name}}} is a name of ours: choose another")
    if where[0] == "$" and where[1:2] in (".", "[", ""):
        parts = _path(where, given)
        return name, lambda message: next(
            (text for one in json_in(message) if (text := _at(one, parts)) is not None), None
        )
    expression = regular_expression(where, f"--take {given!r}")
    if expression.groups != 1:
        raise PlanError(f"--take {given!r} has {expression.groups} groups in parentheses: {_FORM}")
    return name, lambda message: _group(expression, message)


def _path(where: str, given: str) -> list[str | int]:
    parts, at = list[str | int](), 1
    while at < len(where):
        found = _PART.match(where, at)
        if found is None:
            raise PlanError(
                f"--take {given!r} has no such path from {where[at:]!r} on: write .key, ['key'] or [0] for each step"
            )
        key, index, *quoted = found.groups()
        parts.append(
            int(index) if index is not None else next(one for one in (key, *quoted) if one is not None)
        )
        at = found.end()
    return parts


def _at(value: Any, parts: list[str | int]) -> str | None:
    for part in parts:
        if not isinstance(value, list if isinstance(part, int) else dict):
            return None
        found: Any = value
        try:
            value = found[part]
        except LookupError:
            return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _group(expression: "re.Pattern[str]", message: bytes) -> str | None:
    found = expression.search(message.decode("utf-8", "replace"))
    return found[1] if found is not None else None
