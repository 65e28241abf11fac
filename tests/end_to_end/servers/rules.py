"""Deterministic faults: which messages are lost, sent twice, or sent late."""

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd
from typing import Any

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Means message ``n`` of a stream when ``n % every == offset``, for the given receivers (``None``: all).

    Raises:
        ValueError: ``every`` is below 1, or ``offset`` outside 0 … ``every`` - 1.
    """

    every: int
    offset: int = 0
    receivers: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.every < 1 or not 0 <= self.offset < self.every:
            raise ValueError(f"no such rule: {self}")

    def applies(self, receiver: int, n: int) -> bool:
        """Whether message ``n`` to ``receiver`` is meant."""
        return n % self.every == self.offset and (self.receivers is None or receiver in self.receivers)

    def meets(self, other: "Rule", shift: int) -> bool:
        """Whether, for some receiver and ``n``, this rule means ``n`` and ``other`` means ``n + shift``.

        Source: n = a (mod p) and n = b (mod q) have a common solution exactly if gcd(p, q) divides a - b.
        """
        if self.receivers and other.receivers and not set(self.receivers) & set(other.receivers):
            return False
        return (self.offset + shift - other.offset) % gcd(self.every, other.every) == 0


class Faults:
    """Loses, duplicates and reorders the messages of many streams, and keeps a list of each.

    A stream's key begins with the receiver's number. ``lose``: the message is not sent. ``duplicate``: it
    is sent twice,
    one right after the other. ``reorder``: it is held back and sent right after the next message of the
    stream. Facts: ``lost``, ``duplicated``, ``reordered``, each a list of ``[*key, n]`` in the order of
    the events, and ``held``: those still held back at the end, because no message followed; they were
    never sent.

    Raises:
        ValueError: Two rules mean the same message, or one means the message that is to overtake a held one.
    """

    def __init__(
        self,
        lose: dict[str, Any] | None = None,
        duplicate: dict[str, Any] | None = None,
        reorder: dict[str, Any] | None = None,
    ) -> None:
        self._lose, self._duplicate, self._reorder = (_rule(given) for given in (lose, duplicate, reorder))
        self._check_disjoint()
        self._held: dict[Key, tuple[int, Callable[[], None]]] = {}
        self._lost: list[list[int]] = []
        self._duplicated: list[list[int]] = []
        self._reordered: list[list[int]] = []

    def deliver(self, key: Key, n: int, send: Callable[[], None]) -> None:
        """Send message ``n`` of the stream ``key`` as the rules have it: not, once, twice, or later."""
        if self._lose and self._lose.applies(key[0], n):
            self._lost.append([*key, n])
        elif self._reorder and self._reorder.applies(key[0], n):
            self._held[key] = (n, send)
        else:
            send()
            if self._duplicate and self._duplicate.applies(key[0], n):
                send()
                self._duplicated.append([*key, n])
            self._send_held(key)

    def facts(self) -> dict[str, Any]:
        """The four lists."""
        return {
            "lost": self._lost,
            "duplicated": self._duplicated,
            "reordered": self._reordered,
            "held": [[*key, n] for key, (n, _) in self._held.items()],
        }

    def _send_held(self, key: Key) -> None:
        if key in self._held:
            n, send = self._held.pop(key)
            send()
            self._reordered.append([*key, n])

    def _check_disjoint(self) -> None:
        lose, duplicate, reorder = self._lose, self._duplicate, self._reorder
        pairs = [(lose, duplicate, 0), (lose, reorder, 0), (duplicate, reorder, 0)]
        pairs += [(reorder, lose, 1), (reorder, duplicate, 1), (reorder, reorder, 1)]
        for one, other, shift in pairs:
            if one and other and one.meets(other, shift):
                raise ValueError(f"the rules {one} and {other} get in each other's way")


def _rule(given: dict[str, Any] | None) -> Rule | None:
    if given is None:
        return None
    receivers = given.get("receivers")
    return Rule(**{**given, "receivers": None if receivers is None else tuple(receivers)})
