"""A stored report read for the index: what is listed of it, and the figures that trends are made of."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from wswarm.errors import ResultError, SwarmError
from wswarm.report import format as show
from wswarm.report import headline, store
from wswarm.report.ab import history
from wswarm.report.compare import comparisons
from wswarm.report.sections import main_time
from wswarm.results import redact
from wswarm.results.run import Run
from wswarm.ui import remarks
from wswarm.ui.entry import UNREADABLE, Entry, Record
from wswarm.ui.shelf import Found

MOST_BYTES = 8 << 20
_LONG = {"series", "timeline", "handshakes", "per_broadcast"}
DAMAGED = (SwarmError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


class _Head(msgspec.Struct, frozen=True):
    started_at: str = ""
    target: str = ""


def read(found: Found) -> Record:
    """Return what is kept of a report; one that can't be read is listed as such, with the reason."""
    problem = found.problem
    if problem is None and found.size > MOST_BYTES:
        problem = f"too large: {show.size(found.size)}, at most {show.size(MOST_BYTES)} are read"
    if problem is not None:
        return Record(_unreadable(found, problem))
    try:
        record = _READERS.get(found.kind, _other)(found)
    except DAMAGED as error:  # a file of foreign make may hold anything where a figure should be
        return Record(_unreadable(found, _told(error, found)))
    said = remarks.read(found.file.parent)
    return Record(msgspec.structs.replace(record.entry, labels=said.labels, note=said.note), record.detail)


def figures_of(run: Run) -> bytes:
    """Return the run as JSON without its long lists: every figure, by the same names."""
    return msgspec.json.encode(_without_lists(msgspec.to_builtins(run)))


def _run(found: Found) -> Record:
    (run,) = store.load(found.file)
    seen, lost = main_time(run), run.messages.lost if run.messages is not None else None
    entry = Entry(
        name=found.name,
        kind="run",
        scenario=run.scenario,
        title=show.printable(headline.title(run)),
        made_at=run.started_at,
        target=headline.url(run),
        commit=run.environment.git or "",
        verdict=run.validity.verdict,
        objectives=headline.objectives([run]),
        is_missed=any(not one.met for one in run.slo),
        failure=run.failure,
        connections=run.connections.opened,
        p50=seen.p50 if seen is not None else None,
        p99=seen.p99 if seen is not None else None,
        received=run.rates.received if run.rates is not None else None,
        lost=lost.disconnected + lost.silent if lost is not None else None,
    )
    return Record(entry, figures_of(run))


def _comparison(found: Found) -> Record:
    stored, _ = comparisons.load(found.file)
    one = history.entry(stored.comparison, stored.context)
    entry = Entry(
        name=found.name,
        kind=found.kind,
        scenario=found.kind,
        title=" ".join(filter(None, [stored.context.title, show.printable(stored.context.scenario or "")])),
        made_at=one.made_at,
        target=redact.address(show.printable(f"{one.base.name} → {one.head.name}")),
        commit=one.head.commit or "",
        verdict=one.verdict,
    )
    return Record(entry, msgspec.json.encode([one]))


def _history(found: Found) -> Record:
    with found.file.open("rb") as file:
        is_one = b'"wswarm/history@' in file.read(200)
    entries = comparisons.read_history(found.file) if is_one else []
    entry = Entry(name=found.name, kind="history", scenario="history")
    return Record(entry, msgspec.json.encode(entries) if entries else b"")


def _other(found: Found) -> Record:
    try:
        head = msgspec.json.decode(found.file.read_bytes(), type=_Head)
    except OSError as error:
        raise ResultError(f"can't be read: {error.strerror}") from None
    target = redact.address(show.printable(head.target))
    entry = Entry(
        name=found.name, kind=found.kind, scenario=found.kind, title=found.kind, made_at=head.started_at
    )
    return Record(msgspec.structs.replace(entry, target=target))


_READERS = {"run": _run, "ab": _comparison, "compare": _comparison, "history": _history}


def _unreadable(found: Found, problem: str) -> Entry:
    said = remarks.read(found.file.parent)
    return Entry(
        name=found.name,
        kind=found.kind,
        scenario="",
        title=found.title,
        made_at=_changed_at(found.file),
        verdict=UNREADABLE,
        problem=show.shortened(show.printable(problem), 300),
        labels=said.labels,
        note=said.note,
    )


def _changed_at(file: Path) -> str:
    try:
        return f"{datetime.fromtimestamp(file.lstat().st_mtime, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OSError, ValueError, OverflowError):
        return ""


def _told(error: Exception, found: Found) -> str:
    """Return what is wrong, without the folders that lead to the file."""
    if not isinstance(error, SwarmError):
        return f"{found.file.name} is damaged: {error}"
    return str(error).replace(str(found.file), found.file.name)


def _without_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: [] if key in _LONG and isinstance(one, list) else _without_lists(one)
            for key, one in value.items()
            if key != "hdr"
        }
    return [_without_lists(one) for one in value] if isinstance(value, list) else value
