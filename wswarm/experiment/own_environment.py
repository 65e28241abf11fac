"""The Python environment of a commit: made of what the commit asks for, and of nothing that is ours."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from wswarm.errors import PlanError, TargetError
from wswarm.experiment.ab.repository import trusting

_LINES = 12
_LIST = (
    "import importlib.metadata as m, json, platform;"
    "print(json.dumps([platform.python_implementation() + ' ' + platform.python_version(),"
    "{d.metadata['Name']: d.version for d in m.distributions()}]))"
)
# An empty value is none to Python and pip alike.
_NOT_INHERITED = dict.fromkeys(
    (
        *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONSAFEPATH"),
        *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON"),
    ),
    "",
)


def install(name: str, tree: Path, environment: Path, extras: str = "") -> None:
    """Install a commit's tree with all it needs, at the versions of its constraints.txt if it has one.

    Args:
        extras: Of its package, in brackets; those that it does not have are passed over.

    Raises:
        PlanError: there is nothing to install by.
        TargetError: it can't be installed; the message holds the last lines of the log.
    """
    what = _requirements(name, tree, extras)
    constraints = tree / "constraints.txt"
    bound = ["--constraint", str(constraints)] if constraints.exists() else []
    # -I: where the user stands may be a module called as one of the standard library.
    _run(name, tree, [sys.executable, "-I", "-m", "venv", "--clear", str(environment)])
    pip = [str(environment / "bin" / "python"), "-I", "-m", "pip", "install"]
    _run(name, tree, [*pip, "--quiet", "--disable-pip-version-check", *bound, *what])


def variables(environment: Path) -> dict[str, str]:
    """Return the variables of a server that is to have that environment, and no other Python's."""
    return {
        **_NOT_INHERITED,
        "PATH": os.pathsep.join((str(environment / "bin"), *_system_path())),
        "VIRTUAL_ENV": str(environment),
        "PYTHONNOUSERSITE": "1",
    }


def what_is_installed(environment: Path) -> tuple[str, dict[str, str]]:
    """Return the Python of an environment, and its packages with their versions."""
    shown = subprocess.run(
        [str(environment / "bin" / "python"), "-I", "-c", _LIST],
        capture_output=True,
        check=True,
        cwd=environment,
    )
    python, packages = msgspec.json.decode(shown.stdout, type=tuple[str, dict[str, str]])
    return python, dict(sorted(packages.items()))


def _requirements(name: str, tree: Path, extras: str) -> list[str]:
    if (tree / "pyproject.toml").exists() or (tree / "setup.py").exists():
        return [f"{tree}{extras}"]
    if (tree / "requirements.txt").exists():
        return ["--requirement", str(tree / "requirements.txt")]
    raise PlanError(
        f"{name} has neither pyproject.toml, setup.py nor requirements.txt to install by:"
        " serve it yourself with --base-cmd and --head-cmd"
    )


def _system_path() -> list[str]:
    """Return the places of PATH without those of Python environments, ours above all: their programs bring
    their packages along."""
    ours = {Path(sys.executable).parent, Path(sys.prefix, "bin")} if sys.prefix != sys.base_prefix else set()
    places = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if place]
    return [place for place in places if Path(place) not in ours and not _is_of_environment(Path(place))]


def _is_of_environment(place: Path) -> bool:
    marks = (place.parent / mark for mark in ("pyvenv.cfg", "conda-meta"))
    return any(os.access(mark, os.F_OK) for mark in marks)  # which is false where we may not look


def _run(name: str, tree: Path, command: list[str]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd=tree,
        env={**_without_git(), **_NOT_INHERITED, **trusting(tree)},
    )
    if done.returncode:
        lines = [f"  {line}" for line in done.stdout.splitlines() if line.strip()][-_LINES:]
        raise TargetError(f"{name} can't be installed:\n" + "\n".join(lines))


def _without_git() -> dict[str, str]:
    """Return our variables but for those that a git hook sets: a build asks for the version of the worktree."""
    local = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"}
    return {name: value for name, value in os.environ.items() if name not in local}
