"""Which reports a folder holds, and whether they are as they were: names, files and stamps, nothing read."""

import os
import stat
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wswarm.report.folders import REMARKS_FILE
from wswarm.ui.entry import Kind

DEEPEST = 5
HISTORY_SUFFIX = ".jsonl"
MAIN: dict[str, Kind] = {
    "run.json": "run",
    "ab.json": "ab",
    "compare.json": "compare",
    "capacity.json": "capacity",
    "model.json": "size",
    "forecast.json": "forecast",
}
_NOT_HISTORIES = (REMARKS_FILE, "decisions.jsonl")
_FRESH_NS = 100_000_000  # what is younger may have changed again at the very same time


class Found(NamedTuple):
    """A report, or a history of comparisons.

    Attributes:
        name: Its folder below the one that is shown, with `/`; of a history its file.
        stamp: Changes when its file or its remarks do.
        size: Of its file, bytes.
        problem: Why it should not be opened, if so.
        title: What is shown for the name of a folder that can't be shown; its name is then one that no place has.
    """

    name: str
    kind: Kind
    file: Path
    stamp: str
    size: int = 0
    problem: str | None = None
    title: str = ""


class _Content(NamedTuple):
    """What a folder holds, as long as its own time of change is the same."""

    changed_ns: int
    main: str | None
    histories: tuple[str, ...]
    has_remarks: bool
    folders: tuple[str, ...]
    unshown: tuple[str, ...]


class Shelf:
    """The reports below a folder.

    Args:
        root: Resolved. Links below it are not followed, and what is hidden is not looked at.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, _Content] = {}

    def look(self) -> dict[str, Found]:
        """Return all that is there now, by name."""
        before, self._known = self._known, {}
        return {found.name: found for found in self._inside("", before, 0)}

    def _inside(self, name: str, before: dict[str, _Content], depth: int) -> Iterator[Found]:
        path = os.path.join(self._root, name)  # noqa: PTH118 - thousands of folders: a Path takes ten times as long
        try:
            content = self._content(name, path, before)
        except OSError as error:
            yield Found(name, "folder", Path(path), "", problem=f"can't be opened: {error.strerror}")
            return
        if content.main is not None and name:
            remarks = _stamp(f"{path}/{REMARKS_FILE}")[0] if content.has_remarks else ""
            yield _found(name, MAIN[content.main], f"{path}/{content.main}", remarks)
        for history in content.histories:
            yield _found(f"{name}/{history}".lstrip("/"), "history", f"{path}/{history}", "")
        if depth < DEEPEST:
            for folder in content.folders:
                yield from self._inside(f"{name}/{folder}" if name else folder, before, depth + 1)
            for folder in content.unshown:
                inside = self._inside(f"{name}/{folder}" if name else folder, before, depth + 1)
                if any(one.kind != "history" for one in inside):
                    yield _unshown(name, folder, f"{path}/{folder}")

    def _content(self, name: str, path: str, before: dict[str, _Content]) -> _Content:
        seen = os.stat(path)  # noqa: PTH116 - as above
        known = before.get(name)
        if known is None or known.changed_ns != seen.st_mtime_ns:
            known = _listed(path, seen.st_mtime_ns)
        if time.time_ns() - seen.st_mtime_ns > _FRESH_NS:
            self._known[name] = known
        return known


def is_shown(name: str) -> bool:
    """Return whether a folder or file of that name is looked at: not if it is hidden or can't be shown as it is."""
    return not _is_hidden(name) and _is_text(name)


def title(name: str) -> str:
    """Return what is shown for a name: itself, or its parts that can't be shown escaped."""
    return name if _is_text(name) else repr(name)[1:-1]


def _is_text(name: str) -> bool:
    return name.isprintable() or all(one.isprintable() or unicodedata.category(one) == "Zs" for one in name)


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _listed(path: str, changed_ns: int) -> _Content:
    with os.scandir(path) as opened:
        entries = [entry for entry in opened if not _is_hidden(entry.name)]
    names = {entry.name for entry in entries}
    histories = [
        entry.name
        for entry in entries
        if entry.name.endswith(HISTORY_SUFFIX) and entry.name not in _NOT_HISTORIES and is_shown(entry.name)
    ]
    folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    shown = [name for name in folders if is_shown(name)]
    return _Content(
        changed_ns,
        next((file for file in MAIN if file in names and file not in folders), None),
        tuple(sorted(histories)),
        REMARKS_FILE in names,
        tuple(sorted(shown)),
        tuple(sorted(set(folders) - set(shown))),
    )


def _unshown(parent: str, folder: str, path: str) -> Found:
    title = "/".join(filter(None, (parent, repr(folder)[1:-1])))
    name = f"{parent}/.{repr(folder)[1:-1]}".lstrip(
        "/"
    )  # hidden, so no other report's, and no address leads there
    return Found(name, "folder", Path(path), "", problem="its name can't be shown: rename it", title=title)


def _found(name: str, kind: Kind, file: str, remarks: str) -> Found:
    stamp, size, problem = _stamp(file)
    return Found(name, kind, Path(file), f"{kind}:{stamp}:{remarks}", size, problem)


def _stamp(file: str) -> tuple[str, int, str | None]:
    """Return what changes with the file, its size, and why it should not be opened, if so."""
    try:
        seen = os.lstat(file)
    except OSError as error:
        return "", 0, f"can't be read: {error.strerror}"
    problem = None if stat.S_ISREG(seen.st_mode) else "is no regular file"
    return f"{seen.st_ino}.{seen.st_mtime_ns}.{seen.st_size}", seen.st_size, problem
