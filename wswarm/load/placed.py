"""Values found in messages: what stands before, between and after them, and their names."""

import re
from collections.abc import Mapping
from json import dumps

from wswarm.load.given import whole

_WORD = re.compile(r"\w+")
_NEVER = -1


class Placed:
    """Values by name, looked for in many messages: only those of which a message has the first word.

    Args:
        named: Name by value.
        since: Per value the place among the messages of the one that brought it; without one it was always known.
    """

    def __init__(self, named: Mapping[str, str], since: Mapping[str, int]) -> None:
        self._by_word: dict[str, list[tuple[str, str, int]]] = {}
        for value, name in named.items():
            for form in forms(value):
                word = next(iter(_WORD.findall(form)), "")
                self._by_word.setdefault(word, []).append((form, name, since.get(value, _NEVER)))

    def split(self, payload: bytes, place: int = 0) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
        """Return what stands before, between and after the values in a payload, and the names of these.

        Args:
            place: Of the message among all: it holds no value that came later.
        """
        words = dict.fromkeys(("", *_WORD.findall(payload.decode("utf-8", "replace"))))
        known = {
            form: name
            for word in words
            for form, name, since in self._by_word.get(word, ())
            if since < place and form.encode() in payload
        }
        return split(payload, known) if known else ((payload,), ())


def split(payload: bytes, named: Mapping[str, str]) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """Return what stands before, between and after whole values in a payload, the longest first; and their names."""
    longest_first = sorted(named, key=len, reverse=True)
    found = list(re.finditer("|".join(map(whole, longest_first)).encode(), payload)) if named else []
    starts, ends = [*(match.start() for match in found), len(payload)], [0, *(match.end() for match in found)]
    literals = tuple(payload[end:start] for end, start in zip(ends, starts, strict=True))
    return literals, tuple(named[match[0].decode()] for match in found)


def forms(value: str) -> set[str]:
    """Return a value as it may stand in a message: as it is, or escaped in JSON."""
    return {value, dumps(value)[1:-1], dumps(value, ensure_ascii=False)[1:-1]}
