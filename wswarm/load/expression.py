"""Messages written as Python: what stands in a script that sends them."""

import re
from collections.abc import Callable
from json import JSONDecodeError, dumps, loads
from typing import Any

from wswarm.load.score import Turn

WIDTH = 100
_INDENT = "    "
_PLACE = re.compile("\ue000([a-z0-9_]+)\ue001")

Named = Callable[[str], str]
"""The expression of a value by its name."""


def message(turn: Turn, named: Named, indent: int) -> str:
    """Return the expression of a message: a dict where it is JSON that a dict is sent as, else text or bytes.

    Args:
        indent: Of the statement that it stands in, in levels.
    """
    if turn.is_binary:
        return _joined(
            [f"{named(one)}.encode()" if isinstance(one, str) else repr(one) for one in turn.parts]
        )
    text = "".join(f"\ue000{one}\ue001" if isinstance(one, str) else one.decode() for one in turn.parts)
    content = _content(text)
    return _text(text, named) if content is None else _value(content, named, indent)


def literal(text: str) -> str:
    """Return a text as Python writes it, in the quotes that need fewer escapes."""
    return repr(text) if '"' in text or not text.isprintable() else dumps(text, ensure_ascii=False)


def _content(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a message is, if writing that gives the same message but for spaces."""
    try:
        content = loads(text)
    except (JSONDecodeError, RecursionError):
        return None
    plain = (
        dumps(content, ensure_ascii=False, separators=(",", ":")),
        dumps(content, ensure_ascii=False),
        dumps(content),
    )
    return content if isinstance(content, dict) and text in plain else None


def _value(value: Any, named: Named, indent: int) -> str:
    """Return a JSON value as Python, on one line if it fits."""
    inline = _on_one_line(value, named)
    if len(inline) + len(_INDENT) * (indent + 3) <= WIDTH or not isinstance(value, dict | list) or not value:
        return inline
    if isinstance(value, dict):
        items = [f"{literal(key)}: {_value(one, named, indent + 1)}" for key, one in value.items()]
    else:
        items = [_value(one, named, indent + 1) for one in value]
    lines = "".join(f"{_INDENT * (indent + 1)}{item},\n" for item in items)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{lines}{_INDENT * indent}{closing}"


def _on_one_line(value: Any, named: Named) -> str:
    if isinstance(value, str):
        return _text(value, named)
    if isinstance(value, dict):
        items = [f"{literal(key)}: {_on_one_line(one, named)}" for key, one in value.items()]
        return f"{{{', '.join(items)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_on_one_line(one, named) for one in value)}]"
    return repr(value)


def _text(text: str, named: Named) -> str:
    """Return a text with places for values as an expression."""
    parts = _PLACE.split(text)  # what stands between, and names, in turn
    return _joined(
        [named(one) if place % 2 else literal(one) for place, one in enumerate(parts) if one or place % 2]
    )


def _joined(parts: list[str]) -> str:
    return " + ".join(parts) if parts else '""'
