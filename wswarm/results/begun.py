"""Beginnings of secrets in what others said: a server may have cut one that it repeats, and gone on after it."""

from collections.abc import Iterable

LEAST = 8  # characters: what is shorter may come from anywhere


class Begun:
    """Hides beginnings of secrets, `LEAST` characters and more of them, whatever their case."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._by_head: dict[str, list[str]] = {}
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide those of this one, too."""
        if len(secret) >= LEAST:
            lowered = _lowered(secret)
            self._by_head.setdefault(lowered[:LEAST], []).append(lowered)

    def hidden(self, text: str, sign: str) -> str:
        """Return the text with a sign in place of each."""
        lowered, shown, done = _lowered(text), "", 0
        for start, end in self._spans(lowered):
            if end > done:
                shown += f"{text[done:start]}{sign}" if start >= done else ""
                done = end
        return shown + text[done:]

    def _spans(self, lowered: str) -> Iterable[tuple[int, int]]:
        for start in range(len(lowered) - LEAST + 1) if self._by_head else ():
            secrets = self._by_head.get(lowered[start : start + LEAST])
            if secrets is not None:
                yield start, start + max(_common(lowered, start, secret) for secret in secrets)


def _common(text: str, start: int, secret: str) -> int:
    """Return how much of the secret stands in the text from there."""
    size = LEAST
    while text[start + size : start + size + 1] == secret[size : size + 1] != "":
        size += 1
    return size


def _lowered(text: str) -> str:
    """Return the text in lower case, each character in its place: some have two in lower case."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(one.lower()[:1] for one in text)
