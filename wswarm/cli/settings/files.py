"""Files with settings: a plan, `wswarm.toml`, `[tool.wswarm]` of `pyproject.toml`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from wswarm import bounded
from wswarm.errors import PlanError, ResultError

OWN_FILE, PROJECT_FILE = "wswarm.toml", "pyproject.toml"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


class Settings(NamedTuple):
    """What a file sets.

    Attributes:
        source: The file, as it is told.
        top: For all scenarios. `scenarios`: for one each, by name.
    """

    source: str
    top: Mapping[str, Any]
    scenarios: Mapping[str, Mapping[str, Any]]

    def table(self, name: str) -> str:
        """Return what the table of a scenario is called."""
        return f"{self.source} [scenarios.{name}]"


def plan_at(path: str) -> Settings:
    """Return what a plan file sets.

    Raises:
        ResultError: it can't be read. PlanError: it is no TOML, or scenarios are no tables.
    """
    return _settings(path, _toml(Path(path), path))


def defaults_for(folder: Path) -> list[Settings]:
    """Return the files of defaults that hold in a folder, those that go first before others.

    These are the nearest `wswarm.toml` of the folder and those above it up to the project's, which has a
    `pyproject.toml` or is a repository, and the `[tool.wswarm]` of that; outside of a project only the folder's own.

    Raises:
        ResultError: one can't be read. PlanError: one is no TOML.
    """
    found = []
    folders = _folders(folder)
    own = next((one / OWN_FILE for one in folders if _is_there(one / OWN_FILE)), None)
    if own is not None:
        found.append(_settings(_short(own, folder), _toml(own, _short(own, folder))))
    project = folders[-1] / PROJECT_FILE
    if _is_there(project) and b"wswarm" in _bytes(project, _short(project, folder)):
        name = _short(project, folder)
        table = _toml(project, name).get("tool", {}).get("wswarm")
        if table is not None:
            found.append(_settings(f"[tool.wswarm] in {name}", _table(table, f"{name}: tool.wswarm")))
    return found


def _folders(folder: Path) -> list[Path]:
    for number, one in enumerate((folder, *folder.parents), 1):
        if _is_there(one / PROJECT_FILE) or _is_there(one / ".git"):
            return [folder, *folder.parents][:number]
    return [folder]


def _is_there(path: Path) -> bool:
    with suppress(OSError):
        return path.exists()
    return False


def _short(path: Path, folder: Path) -> str:
    return path.name if path.parent == folder else str(path)


def _settings(source: str, content: Mapping[str, Any]) -> Settings:
    top = dict(content)
    scenarios = top.get("scenarios")
    if not isinstance(scenarios, dict):
        return Settings(source, top, {})
    del top["scenarios"]
    for name, table in scenarios.items():
        if not _NAME.fullmatch(name):
            raise PlanError(
                f"{source}: scenario {name!r} would be a folder's name: use letters, digits, - and _ only"
            )
        _table(table, f"{source}: scenarios.{name}")
    return Settings(source, top, scenarios)


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PlanError(
            f"{where} = {value!r} is no table: write [{where.rpartition(': ')[2]}] on a line of its own"
        )
    return value


def _toml(path: Path, shown: str) -> dict[str, Any]:
    import tomllib  # only where there is a file to read

    try:
        return tomllib.loads(_bytes(path, shown).decode("utf-8-sig"))  # as Windows' editors write it, too
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{shown} is not TOML: {error}; mend that place") from None


def _bytes(path: Path, shown: str) -> bytes:
    try:
        return bounded.read(path, bounded.SETTINGS, shown, "name a file with settings alone")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ResultError(
            f"{shown} can't be read: {why}; 'wswarm init' writes a wswarm.toml to begin with"
        ) from None
