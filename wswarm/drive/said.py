"""What the target said where something else was expected: kept as far as a report needs it, without secrets."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from wswarm.drive.drivers.connection import DETAIL_SIZE, Ended
from wswarm.drive.samples import Samples
from wswarm.load.marker import MARK_SIZE
from wswarm.load.number import INDEX_SIZE, NUMBER, nonce_for
from wswarm.load.template import MARKER
from wswarm.results import redact
from wswarm.results.quoted import LIMIT, printable, quoted
from wswarm.results.redact import Redactor, Values
from wswarm.stats.drops import OTHER, OURS
from wswarm.stats.findings import Words

Own = Mapping[str, Any]

OWN_KEPT = 1_000  # connections with settings of their own whose secrets are known
KEPT = 32  # different reasons of each kind; what comes after them is counted as one

_REASON_SIZE = 120  # a close frame holds 123 bytes of it: one that fills them may have been cut


class Hide(Protocol):
    """Hides secrets in a text."""

    def __call__(self, text: str, *, is_cut: bool = False) -> str:
        """Return the text without them."""


class Said:
    """The words of one agent's target, bounded.

    Args:
        prefix: The run's marker prefix: a mark that the target repeats is one reason, not as many as messages.
        template: Of the messages.

    Attributes:
        failures: Failed handshakes by reason.
        refusals: What came with the first of each.
        closes: Connections that the peer closed, by code.
        endings: Lost connections by code and reason, in the order in which these came up first.
    """

    def __init__(self, hide: Redactor, prefix: bytes, template: bytes = MARKER) -> None:
        self.failures: Counter[str] = Counter()
        self.refusals: dict[str, str] = {}
        self.closes: Counter[str] = Counter()
        self.endings: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._places: dict[str, int] = {}
        self._hide = hide
        self._marks, self._placeholder = _marks(prefix, template)
        self._own: deque[Own] = deque(maxlen=OWN_KEPT)
        self._values = Values()

    def learn(self, own: Own) -> None:
        """Hide the secrets of a connection with settings of its own, too, in messages that are quoted."""
        self._own.append(own)

    def learn_values(self, values: Iterable[str]) -> None:
        """Hide these, too, which names in braces stand for."""
        self._values.add(values)

    def note_failure(
        self, reason: str, detail: str = "", own: Own | None = None, values: Iterable[str] = ()
    ) -> str:
        """Count a failed handshake; return what it is counted under.

        Args:
            own: The connection's settings, where they are not as all others'.
            values: What names in braces stand for in it alone.
        """
        hide = self._hiding(own, values)
        reason = printable(self._without_marks(hide(reason)))
        if reason not in self.failures and len(self.failures) >= KEPT:
            reason = OTHER
        self.failures[reason] += 1
        if detail.strip() and reason not in self.refusals:
            told = hide(detail.strip(), is_cut=len(detail) >= DETAIL_SIZE)
            self.refusals[reason] = quoted(self._without_marks(told))
        return reason

    def note_ending(self, ended: Ended, own: Own | None = None, values: Iterable[str] = ()) -> int:
        """Count a lost connection; return the place of how it ended among the endings."""
        if ended.code is not None:
            self.closes[ended.code] += 1
        label = self._label(ended, self._hiding(own, values))
        if label not in self.endings and len(self.endings) >= KEPT:
            label = OTHER
        self.endings[label] += 1
        return self._places.setdefault(label, len(self._places))

    def quoted(self, payload: bytes) -> str:
        """Return a message as it may be shown."""
        text = payload[: 2 * LIMIT].decode("utf-8", "backslashreplace")
        hiding: tuple[Hide, ...] = (self._hide, self._values, *map(Redactor, self._own))
        for hide in hiding:
            text = hide(text, is_cut=len(payload) > 2 * LIMIT)
        return quoted(text)

    def shown(self, payload: bytes) -> str:
        """Return a message as a trace may show it: without what it itself calls a secret, too."""
        return redact.message(self.quoted(payload))

    def note_refused(self, words: str) -> None:
        """Count what was refused on a connection that is open."""
        words = self._without_marks(words)
        self._refused[words if words in self._refused or len(self._refused) < KEPT else OTHER] += 1

    def refused(self) -> dict[str, int]:
        """Return what was refused on connections that were open, as it may be shown."""
        return {self.quoted(words.encode()): count for words, count in self._refused.items()}

    def words(self, samples: Samples, protocol: int) -> Words:
        """Return what the target said where something else was expected."""
        return Words(
            refusals=dict(self.refusals),
            unmarked=[self.quoted(payload) for payload in samples.kept],
            altered=samples.altered,
            protocol=protocol,
            refused=self.refused(),
        )

    def _hiding(self, own: Own | None, values: Iterable[str]) -> Hide:
        values = tuple(values)
        if own is None and not values:
            return self._hide
        first, then = self._hide, Redactor(own or {}, values)

        def both(text: str, *, is_cut: bool = False) -> str:
            return then(first(text, is_cut=is_cut), is_cut=is_cut)

        return both

    def _label(self, ended: Ended, hide: Hide) -> str:
        is_cut = len(ended.reason.encode(errors="replace")) >= _REASON_SIZE
        reason = quoted(self._without_marks(hide(ended.reason.strip(), is_cut=is_cut)))
        if ended.code is None:
            return f"{OURS}: {reason}" if reason else OURS
        return f"{ended.code} {reason}" if reason else ended.code

    def _without_marks(self, text: str) -> str:
        return self._marks.sub(self._placeholder, text)


def _marks(prefix: bytes, template: bytes) -> tuple["re.Pattern[str]", str]:
    """Return what finds the run's marks, whole or cut, and what stands for them."""
    if NUMBER in template:
        return re.compile(
            rf"(?<![0-9]){nonce_for(prefix).decode()}[0-9]{{3,{INDEX_SIZE}}}(?![0-9])"
        ), NUMBER.decode()
    return re.compile(rf"{prefix.decode()}[0-9a-f]{{0,{MARK_SIZE}}}", re.IGNORECASE), MARKER.decode()
