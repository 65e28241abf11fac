"""What kind of message one is, so that what comes can be matched with what was recorded.

Two messages are of one kind if their service would call them the same, whatever they carry: `{"type": "tick"}` with
any price, a Socket.IO event of one name, any binary frame. Most protocols say it in one word; without one a JSON
object is known by its keys, and all plain text is one kind.
"""

import re
from typing import Any, NamedTuple

import msgspec

BINARY, TEXT, EMPTY = "binary", "text", "empty"

_SAYING = ("type", "event", "op", "action", "method", "command", "cmd", "kind", "target", "t")
_WORD = re.compile(r"[A-Za-z_@#][\w.:/@#-]{0,47}")
_PREFIX = re.compile(r"[\w/,:.+ -]{0,32}")
_PACKET = re.compile(r"[0-9]{1,2}|[oh]")  # Engine.IO, SockJS
_COMMAND = re.compile(r"[+-]?[A-Z]{2,16}(?=\s|$)")  # STOMP, NATS
_NUMBER = re.compile(r"\d+")
_TOPIC, _PHOENIX_SIZE = 2, 5  # [join_ref, ref, topic, event, payload]
_CODES = 1_000


class Body(NamedTuple):
    """A text message that holds JSON.

    Attributes:
        prefix: What stands before it: `42` of Socket.IO, `a` of SockJS.
        content: The JSON, decoded; the first of several.
    """

    prefix: str
    content: Any


def body_of(payload: bytes) -> Body | None:
    """Return the JSON object or array of a message, `None` if it has none."""
    found = re.search(rb"[\[{]", payload)
    if found is None:
        return None
    text = payload[found.start() :].split(b"\x1e", 1)[0]  # SignalR ends each message with it
    text = text.rstrip(b"\0")  # as STOMP does with this
    try:
        prefix = payload[: found.start()].decode()
        return Body(prefix, msgspec.json.decode(text))
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return None


def kind_of(payload: bytes) -> str:
    """Return the kind of a message, in words; numbers in it are shortened, so that they don't tell two apart."""
    body = body_of(payload)
    if body is not None and _PREFIX.fullmatch(body.prefix):
        prefix = _NUMBER.sub(
            lambda number: number[0][:2], body.prefix.strip()
        )  # `42137[…]` is Socket.IO's 42
        return f"{prefix} {_said(body.content)}".strip()
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return BINARY
    if _PACKET.fullmatch(text):
        return repr(text)
    command = _COMMAND.match(text)
    return command[0] if command else TEXT if text else EMPTY


def saying_pair(content: Any) -> tuple[str, Any] | None:
    """Return key and value with which a JSON object says what it is, `None` if it doesn't."""
    for key in _SAYING if isinstance(content, dict) else ():
        value = content.get(key)
        if (isinstance(value, str) and _WORD.fullmatch(value)) or _is_code(value):
            return key, value
    return None


def saying_word(content: Any) -> str | int | None:
    """Return the element with which a JSON array says what it is, `None` if it doesn't."""
    if not isinstance(content, list) or not content:
        return None
    if len(content) == _PHOENIX_SIZE and isinstance(content[_TOPIC], str) and isinstance(content[3], str):
        return content[3]
    first: str | int = content[0]
    return first if _is_code(first) or (isinstance(first, str) and _WORD.fullmatch(first)) else None


def _said(content: Any) -> str:
    if isinstance(content, list):
        word = saying_word(content)
        if word is None and content and isinstance(content[0], str | dict | list):
            return f"[{_said(_inner(content[0]))}]"
        return _named(word) if word is not None else "[]"
    if not isinstance(content, dict):
        return TEXT
    pair = saying_pair(content)
    if pair is None:
        return "{" + ",".join(sorted(map(str, content))[:8]) + "}"
    more = saying_pair({key: value for key, value in content.items() if key != pair[0]})
    is_code = not isinstance(pair[1], str)
    return f"{pair[0]}={_named(pair[1])}" + (
        f" {more[0]}={_named(more[1])}" if is_code and more is not None else ""
    )


def _named(said: str | int) -> str:
    """Return a word without the numbers in it, which count things; a number that is all of it is a code."""
    return str(said) if isinstance(said, int) else _NUMBER.sub("#", said)


def _inner(content: Any) -> Any:
    """Return what a JSON string holds, if that is JSON: SockJS packs messages so."""
    body = body_of(content.encode()) if isinstance(content, str) else None
    return content if body is None or body.prefix else body.content


def _is_code(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _CODES
