"""The index of stored reports, in SQLite: made from the folders, kept up to date, and worth nothing without them."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from wswarm.ui import reading
from wswarm.ui.entry import UNREADABLE, Entry, Record, Wanted
from wswarm.ui.shelf import Found, Shelf

INDEX_FILE = ".wswarm-index.sqlite"
_VERSION = 1  # of the table: another one is made anew
_PATIENCE_S, _TRIES, _PAUSE_S = 30.0, 20, 0.1
_TABLE = """
CREATE TABLE IF NOT EXISTS reports (
    name TEXT PRIMARY KEY, stamp TEXT NOT NULL, kind TEXT NOT NULL, scenario TEXT NOT NULL,
    made_at TEXT NOT NULL, target TEXT NOT NULL, commit_id TEXT NOT NULL, verdict TEXT NOT NULL,
    is_failed INTEGER NOT NULL, is_missed INTEGER NOT NULL, labels TEXT NOT NULL,
    entry BLOB NOT NULL, detail BLOB NOT NULL
) WITHOUT ROWID
"""
_INSERT = f"INSERT OR REPLACE INTO reports VALUES ({', '.join('?' * 13)})"
_CLAUSES = {
    "scenario": "scenario = ?",
    "target": "instr(lower(target), lower(?)) > 0",
    "commit": "instr(lower(commit_id), lower(?)) = 1",
    "label": "EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?)",
    "text": "instr(lower(name), lower(?)) > 0",
}
_OUTCOMES = {"failed": "is_failed", "missed": "is_missed"}


class Index:
    """The reports below a folder, as of the latest look at it; may be asked from any thread.

    Args:
        root: Resolved. The index is kept in it, or in memory where it can't be written.
    """

    def __init__(self, root: Path) -> None:
        self._shelf = Shelf(root)
        self._lock = threading.Lock()
        self._database = _opened(root)
        self._known: dict[str, str] | None = None
        self._version = -1

    def refresh(self) -> None:
        """Look at the folder, and read what is new or has changed."""
        with self._lock:
            self._refresh()

    def rebuild(self) -> None:
        """Forget everything and read all of it again."""
        with self._lock:
            with self._writing() as database:
                database.execute("DELETE FROM reports")
            self._refresh()

    def entries(self, wanted: Wanted, first: int = 0, most: int = -1) -> list[Entry]:
        """Return the reports that are wanted, the latest first.

        Args:
            first: Which of them to begin with, from 0. `most`: how many; negative: all.
        """
        where, values = _where(wanted)
        found = self._ask(
            f"SELECT entry FROM reports WHERE kind != 'history' AND {where}"
            " ORDER BY made_at DESC, name DESC LIMIT ? OFFSET ?",
            [*values, most, first],
        )
        decode = msgspec.json.Decoder(Entry).decode
        return [decode(entry) for (entry,) in found]

    def counts(self, wanted: Wanted) -> tuple[int, int]:
        """Return how many reports are wanted, and how many of those can't be read."""
        where, values = _where(wanted)
        query = "SELECT count(*), coalesce(sum(verdict = ?), 0) FROM reports WHERE kind != 'history' AND "
        ((total, damaged),) = self._ask(query + where, [UNREADABLE, *values])
        return total, damaged

    def figures(self, wanted: Wanted) -> list[Record]:
        """Return the wanted runs that can be read with their figures, the earliest first."""
        where, values = _where(wanted)
        return self._records(f"kind = 'run' AND detail != x'' AND {where} ORDER BY made_at, name", values)

    def comparisons(self) -> list[Record]:
        """Return what holds comparisons: their reports, and histories."""
        return self._records("kind IN ('ab', 'compare', 'history') AND detail != x'' ORDER BY made_at", ())

    def scenarios(self) -> list[str]:
        """Return what there is to choose from."""
        found = self._ask(
            "SELECT DISTINCT scenario FROM reports WHERE kind != 'history' AND scenario != '' ORDER BY 1", ()
        )
        return [scenario for (scenario,) in found]

    def labels(self) -> list[str]:
        """Return every label that a report has."""
        found = self._ask("SELECT DISTINCT value FROM reports, json_each(labels) ORDER BY 1", ())
        return [label for (label,) in found]

    def find(self, name: str) -> Entry | None:
        """Return what is listed under that name, `None` if there is no such report."""
        found = self._ask("SELECT entry FROM reports WHERE name = ?", (name,))
        return msgspec.json.decode(found[0][0], type=Entry) if found else None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    def _records(self, where: str, values: Sequence[str]) -> list[Record]:
        found = self._ask(f"SELECT entry, detail FROM reports WHERE {where}", values)
        decode = msgspec.json.Decoder(Entry).decode
        return [Record(decode(entry), detail) for entry, detail in found]

    def _ask(self, query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    def _refresh(self) -> None:
        found = self._shelf.look()
        known = self._stamps()
        fresh = [one for name, one in found.items() if known.get(name) != one.stamp]
        gone = [(name,) for name in known.keys() - found.keys()]
        if not fresh and not gone:
            return
        rows = [_row(one) for one in fresh]
        with self._writing() as database:
            database.executemany("DELETE FROM reports WHERE name = ?", gone)
            database.executemany(_INSERT, rows)

    def _stamps(self) -> dict[str, str]:
        """Return the stamps of all that is indexed: asked for again where somebody else has changed it."""
        ((version,),) = self._database.execute("PRAGMA data_version").fetchall()
        if self._known is None or version != self._version:
            found = self._database.execute("SELECT name, stamp FROM reports").fetchall()
            self._known, self._version = dict(found), version
        return self._known

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Write all that is written meanwhile, or nothing of it; another process waits."""
        self._known = None
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _row(found: Found) -> tuple[object, ...]:
    record = reading.read(found)
    one = record.entry
    return (
        *(one.name, found.stamp, one.kind, one.scenario, one.made_at, one.target, one.commit, one.verdict),
        *(one.failure is not None, one.is_missed, msgspec.json.encode(one.labels).decode()),
        *(msgspec.json.encode(one), record.detail),
    )


def _where(wanted: Wanted) -> tuple[str, list[str]]:
    clauses, values = ["1"], []
    for name, clause in _CLAUSES.items():
        if value := getattr(wanted, name):
            clauses.append(clause)
            values.append(value)
    if wanted.verdict in _OUTCOMES:
        clauses.append(_OUTCOMES[wanted.verdict])
    elif wanted.verdict:
        clauses.append("verdict = ?")
        values.append(wanted.verdict)
    return " AND ".join(clauses), values


def _opened(root: Path) -> sqlite3.Connection:
    """Return the index in the folder, made anew if it is damaged; one in memory if none can be there."""
    path = root / INDEX_FILE
    for _ in range(_TRIES):
        try:
            if path.is_symlink():
                break
            return _connected(str(path))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # it can't be written there
                break
            time.sleep(_PAUSE_S)  # somebody else is making it: of that nobody waits by itself
        except sqlite3.DatabaseError:
            with suppress(OSError):
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{path}{suffix}").unlink(missing_ok=True)
    return _connected(":memory:")


def _connected(path: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")  # what is lost is read again
        database.execute("BEGIN IMMEDIATE")
        with closing(database.execute("PRAGMA user_version")) as version:
            (number,) = version.fetchone()
        if number != _VERSION:
            database.execute("DROP TABLE IF EXISTS reports")
            database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute(_TABLE)
        database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    return database
