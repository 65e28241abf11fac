"""Why sessions failed: the first line of each exception, counted; bounded, and without secrets."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from wswarm.drive.said import KEPT
from wswarm.results.quoted import quoted
from wswarm.results.redact import HIDDEN, Redactor
from wswarm.stats.drops import OTHER

_LEAST = 3  # characters of a value of the data that can be told from the rest of a text


class SessionFailed(Exception):  # noqa: N818 - says what became of a session, as its name does
    """What `ws.fail` raises: the session has failed, for a reason of the script's own."""


class Reasons:
    """Reasons by how often they came up; of many different ones those beyond the first are together.

    Args:
        settings: Of the connections, whose secrets are hidden; `values`: further ones.
    """

    def __init__(self, settings: Mapping[str, Any], values: Iterable[str] = ()) -> None:
        self.counts: Counter[str] = Counter()
        self._hide = Redactor(settings, values)

    def note(self, error: BaseException, data: Mapping[str, str]) -> None:
        """Count a failed session.

        Args:
            data: Its row, of which no value is told.
        """
        reason = quoted(self._without(self._hide(_told(error)), data))
        self.counts[reason if reason in self.counts or len(self.counts) < KEPT else OTHER] += 1

    @staticmethod
    def _without(text: str, data: Mapping[str, str]) -> str:
        for value in sorted(data.values(), key=len, reverse=True):
            if len(value) >= _LEAST:
                text = text.replace(value, HIDDEN)
        return text


def _told(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    try:
        line = next(iter(str(error).splitlines()), "")
    except Exception:
        line = ""
    if isinstance(error, SessionFailed):
        return line or "failed"
    return f"{type(error).__name__}: {line}" if line else type(error).__name__
