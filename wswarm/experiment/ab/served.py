"""What the servers of a comparison turn out to serve: told in the report, and refused if it is not what was named."""

from pathlib import Path

from wswarm.drive.host.served import Served, find_served
from wswarm.drive.host.server import Command
from wswarm.errors import TargetError


def served_file(command: Command, pid: int) -> str | None:
    """Return the file that the server serves: in the version's worktree or environment, or else from here.

    Returns:
        `target_app/main.py` in the worktree, `site-packages/app.py` in its environment, a path elsewhere; `None` if
        the processes can't be looked at.

    Raises:
        TargetError: a commit is served by the packages, or from the folder, of somebody else.
    """
    found = find_served(pid)
    if found is None:
        return None
    if command.home is not None:
        _check_home(command, command.home, found)
    return _shown(found.file, command.home)


def _check_home(command: Command, home: Path, found: Served) -> None:
    if found.python is None:
        return
    if not _is_in(found.python.parent, home):
        raise TargetError(
            f"{command.name}: {command.line!r} runs {found.python}, which is not of the commit's own environment: its"
            " packages would be measured, not the commit's. Serve it by what the commit installs (add the server to"
            " its requirements), or use --base-cmd and --head-cmd"
        )
    if not _is_in(found.file, home):
        raise TargetError(
            f"{command.name}: {command.line!r} serves {found.file}, which is not of the commit: it would be the same"
            " for both versions. Name a file or module of the repository, without the folder where it is now"
        )


def _is_in(path: Path, home: Path) -> bool:
    return path.resolve().is_relative_to(home.resolve()) or path.is_relative_to(home)


def _shown(file: Path, home: Path | None) -> str:
    if home is None:
        here = Path.cwd()
        return str(file.relative_to(here) if file.is_relative_to(here) else file)
    if file.is_relative_to(home / "tree"):
        return str(file.relative_to(home / "tree"))
    parts = file.parts
    if "site-packages" in parts:
        return str(Path(*parts[parts.index("site-packages") :]))
    return str(file.relative_to(home) if file.is_relative_to(home) else file)
