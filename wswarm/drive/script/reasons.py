"""Why sessions failed: the first line of each exception, counted; bounded, and without secrets."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from wswarm.drive.said import KEPT
from wswarm.results.quoted import quoted
from wswarm.results.redact import Redactor, Values
from wswarm.stats.drops import OTHER

_READ = 4_000  # characters of what an exception says


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
        own = Values()
        own.add(data.values())
        name, said = _told(error)
        text, is_cut = said[:_READ], len(said) > _READ
        text = own(self._hide(text, is_cut=is_cut), is_cut=is_cut)
        line = next(iter(text.splitlines()), "")
        reason = quoted(": ".join(part for part in (name, line) if part) or "failed")
        self.counts[reason if reason in self.counts or len(self.counts) < KEPT else OTHER] += 1


def _told(error: BaseException) -> tuple[str, str]:
    """Return the name of what was raised, "" for `ws.fail`, and what it says."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    try:
        text = str(error)
    except Exception:
        text = ""
    return "" if isinstance(error, SessionFailed) else type(error).__name__, text
