"""Values that the server gave and the client said again: where each came from, so that a replay can take it anew.

A value counts if it is at least six characters and looks as if nobody had chosen it, or stands under a name of such
values (`id`, `token`, `session`), and if the client had not said it before.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from wswarm.load.kinds import body_of, kind_of
from wswarm.load.recording import Recorded

LEAST = 6

_TOKEN = re.compile(
    r"(?<![\w.~+/-])[\w.~+/-]{5,}\w={0,2}"
)  # begins where a run does: else a long one is quadratic
_WORD = re.compile(r"\w+")
_AROUND = 24
_DIGIT = re.compile(r"\d")
_NUMBERS = re.compile(r"(\d+)")
_LONG = 16
_NAMES = {
    *("id", "sid", "uid", "uuid", "guid", "key", "nonce", "challenge", "ticket", "cursor", "hash", "etag"),
    *("token", "session", "secret", "csrf", "xsrf", "jwt", "connection", "socket"),
}
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_KEPT = 20_000  # values of one recording

Path = tuple[str | int, ...]


class Source(NamedTuple):
    """Where in what was received a value stands.

    Attributes:
        kind: Of the message.
        rank: Which of that kind, from 0.
        path: To a text in the message's JSON; `None`: the message itself.
        before: Pattern of what stands before it in that text; empty: it is the whole of it.
        after: Characters of a pattern that it can't hold.
    """

    kind: str
    rank: int
    path: Path | None = None
    before: str = ""
    after: str = ""


class Given(NamedTuple):
    """A value that the server gave.

    Attributes:
        name: What it may be called; not necessarily the only one of that name.
        text: As the client said it again.
        sent_from: Place among the messages of the first that was received with it.
    """

    name: str
    text: str
    source: Source
    sent_from: int


def given(messages: Sequence[Recorded], known: Sequence[str]) -> list[Given]:
    """Return the values of received messages that the client said later and had not said before, longest first.

    Args:
        known: What the client said when it opened the socket: address, headers.
    """
    ranks: Counter[str] = Counter()
    said = _Said(messages, known)
    found: dict[str, Given] = {}
    for place, message in enumerate(messages):
        if message.is_sent:
            continue
        kind = kind_of(message.payload)
        for name, text, source in _values(message.payload, Source(kind, ranks[kind]), said.may_hold):
            if text not in found and len(found) < _KEPT and said.is_repeated(text, place):
                found[text] = Given(name, text, source, place)
        ranks[kind] += 1
    return sorted(found.values(), key=lambda one: (-len(one.text), one.sent_from))


class _Said:
    """What the client said, and when: most of what a server says is told from it by its words alone."""

    def __init__(self, messages: Sequence[Recorded], known: Sequence[str]) -> None:
        self._known = "\n".join(known)
        sent = [
            (place, one.payload.decode("utf-8", "replace"))
            for place, one in enumerate(messages)
            if one.is_sent
        ]
        self._sent = sent
        self._last = {word: place for place, text in sent for word in _WORD.findall(text)}

    def may_hold(self, text: str) -> bool:
        """Return whether the client said any word of the text: most of what a server says it never did."""
        return any(word in self._last for word in _WORD.findall(text))

    def is_repeated(self, text: str, place: int) -> bool:
        """Return whether the client said it after that place and not before."""
        if not all(self._last.get(word, -1) > place for word in _WORD.findall(text)):
            return False
        first = next((at for at, one in self._sent if text in one), -1)
        if first < place or text in self._known:
            return False
        return any(is_within(one, text) for at, one in self._sent if at > place)


def is_within(text: str, value: str) -> bool:
    """Return whether the text holds the value as a whole, not within a longer word."""
    return re.search(whole(value), text) is not None


def whole(value: str) -> str:
    """Return the pattern of a value that is no part of a longer word."""
    return rf"(?<!\w){re.escape(value)}(?!\w)"


def taken(payload: bytes, source: Source) -> str | None:
    """Return the value that a message has where the recorded one had it, `None` if there is none."""
    text: str | None = payload.decode("utf-8", "replace")
    if source.path is not None:
        body = body_of(payload)
        text = _text_of(leaf_of(body.content, source.path)) if body is not None else None
    if not source.before or text is None:
        return text
    match = re.search(f"{source.before}([^{source.after}]+)", text)
    return match[1] if match else None


def leaf_of(content: Any, path: Path) -> Any:
    """Return what stands at a path in JSON, `None` if nothing does."""
    for part in path:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            return None
    return content


def is_random(text: str) -> bool:
    """Return whether nobody seems to have chosen the text: a token, an identifier, a long number."""
    if len(text) < LEAST or not _TOKEN.fullmatch(text):
        return False
    if text.isdigit():
        return True
    has_digit, letters = bool(_DIGIT.search(text)), {letter for letter in text if letter.isalpha()}
    is_mixed = not (text.islower() or text.isupper()) and bool(re.search(r"[a-z][A-Z]|[A-Z]{2}[a-z]", text))
    if len(text) >= _LONG:
        return has_digit or is_mixed
    return has_digit and (len(letters) > 1 or is_mixed) and len(set(text)) >= LEAST - 1


def _values(
    payload: bytes, whole_message: Source, may_hold: Callable[[str], bool]
) -> Iterator[tuple[str, str, Source]]:
    """Yield name, text and place of each value of a received message.

    Args:
        may_hold: Whether a text may hold one: it is asked first, as it is quick.
    """
    body = body_of(payload)
    if body is None:
        try:
            yield from _within(payload.decode(), whole_message)
        except UnicodeDecodeError:
            return
        return
    yield from _within(body.prefix, whole_message)
    for path, leaf in _leaves(body.content):
        text = _text_of(leaf)
        if text is None or len(text) < LEAST or not may_hold(text):
            continue
        name = _name_of(path)
        if is_random(text) or _is_named(name):
            yield name, text, whole_message._replace(path=path)
        else:
            yield from _within(text, whole_message._replace(path=path))


def _name_of(path: Path) -> str:
    """Return what a value at a path in JSON is called: by its key; an `id` by whose it is."""
    *above, name = ["", *(part for part in path if isinstance(part, str))]
    return f"{above[-1]}_id" if name.lower() == "id" and above[-1:] not in ([], [""]) else name


def _within(text: str, source: Source) -> Iterator[tuple[str, str, Source]]:
    """Yield name, text and place of each value within a text."""
    for token in _TOKEN.finditer(text):
        name, before = _before(text, token.start())
        if is_random(token[0]) or _is_named(name):
            after = re.escape(text[token.end() : token.end() + 1])
            yield name, token[0], source._replace(before=before, after=rf"\s\0{after}")


def _leaves(content: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(content, list):
        for place, value in enumerate(content):
            yield from _leaves(value, (*path, place))
    else:
        yield path, content


def _text_of(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _before(text: str, start: int) -> tuple[str, str]:
    """Return what a value in text is called, and the pattern of what stands before it on its line."""
    line = text[:start].rpartition("\n")[2][-_AROUND:]
    called = re.search(r"([A-Za-z][\w-]*)([:=]?)\W*$", line)
    name = called[1] if called and (called[2] or _is_named(called[1])) else ""
    parts = _NUMBERS.split(line)
    pattern = "".join(r"\d+" if part.isdigit() else re.escape(part) for part in parts)
    return name, pattern or r"(?:^|\n)"


def _is_named(name: str) -> bool:
    return bool({part.lower() for part in _NAME_PARTS.findall(name)} & _NAMES)
