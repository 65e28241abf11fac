"""Commits of a repository made ready to be served: a worktree and an environment of its own for each."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from wswarm import redact
from wswarm.comparison import Side
from wswarm.drive.server import Command
from wswarm.errors import PlanError, TargetError
from wswarm.experiment.ab_experiment import ARMS
from wswarm.experiment.shelf import take, tidy
from wswarm.stats.slices import Arm

WORKING_TREE = "."
_LINES = 12
_NAMES = {
    "GIT_AUTHOR_NAME": "wswarm",
    "GIT_AUTHOR_EMAIL": "wswarm@localhost",
    "GIT_COMMITTER_NAME": "wswarm",
    "GIT_COMMITTER_EMAIL": "wswarm@localhost",
}
_LIST = (
    "import importlib.metadata as m, json, platform;"
    "print(json.dumps([platform.python_implementation() + ' ' + platform.python_version(),"
    "{d.metadata['Name']: d.version for d in m.distributions()}]))"
)


class Version(NamedTuple):
    """A commit to be served.

    Attributes:
        name: What it was called. `has_changes`: whether it is the working tree with what is not committed.
    """

    arm: Arm
    name: str
    commit: str
    has_changes: bool


class Ready(NamedTuple):
    """A version that can be served."""

    side: Side
    command: Command


Pair = dict[Arm, Ready]


def not_ready() -> Pair:
    """Return versions that stand for those that are not made ready yet."""
    return {arm: Ready(Side(arm=arm, version=""), Command(arm, "{port}")) for arm in ARMS}


def by_commands(base: str, head: str) -> Pair:
    """Return two servers by their commands, `{port}` in them."""
    pair: Pair = {}
    for arm, line in zip(ARMS, (base, head), strict=True):
        shown = redact.address(line)
        pair[arm] = Ready(Side(arm=arm, version=shown, command=shown), Command(arm, line))
    return pair


def by_commits(base: str, head: str, serve: str, cache: Path, on_step: Callable[[str], None]) -> Pair:
    """Return two commits of the repository that this is, each in a worktree and environment kept in `cache`.

    Args:
        serve: Command that serves a version, run in its worktree and environment.
        on_step: Told what takes long.

    Raises:
        PlanError: there is no such commit, or no repository.
        TargetError: one can't be installed.
    """
    repository = repository_here()
    found = [find_version(arm, name, repository) for arm, name in zip(ARMS, (base, head), strict=True)]
    ready = {one.arm: make_ready(one, repository, cache, serve, on_step) for one in found}
    tidy(_shelf(cache, repository), lambda place: _give_up(place, repository))
    return ready


def find_version(arm: Arm, name: str, repository: Path) -> Version:
    """Return the commit of that name; `.` is the working tree as it is now, untracked files included.

    Raises:
        PlanError: there is no such commit, or no repository.
    """
    if name != WORKING_TREE:
        return Version(arm, name, _commit(arm, name, repository), False)
    commit = _git(repository, arm, "rev-parse", "--verify", "HEAD^{commit}")
    tree = _tree_now(repository, arm)
    if tree == _git(repository, arm, "rev-parse", "HEAD^{tree}"):
        return Version(arm, name, commit, False)
    moment = _git(repository, arm, "show", "-s", "--format=%cI", commit)
    variables = _NAMES | {
        "GIT_AUTHOR_DATE": moment,
        "GIT_COMMITTER_DATE": moment,
    }  # so the same tree, the same commit
    made = _git(
        repository, arm, "commit-tree", tree, "-p", commit, "-m", "The working tree", variables=variables
    )
    return Version(arm, name, made, True)


def _commit(arm: Arm, name: str, repository: Path) -> str:
    try:
        verify = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        return _git(repository, arm, *verify)
    except PlanError:
        is_shallow = _git(repository, arm, "rev-parse", "--is-shallow-repository") == "true"
    remedy = "fetch it first (git fetch origin)"
    if is_shallow:
        remedy = "the clone is shallow, fetch all of it (git fetch --unshallow; in a GitHub workflow fetch-depth: 0)"
    raise PlanError(f"--{arm} {name}: there is no such commit here: {remedy}")


def make_ready(
    version: Version, repository: Path, cache: Path, serve: str, on_step: Callable[[str], None]
) -> Ready:
    """Return the version in a worktree and an environment of its own; made once and kept in `cache`.

    Args:
        serve: Command that serves a version, run in its worktree and environment.
        on_step: Told what takes long.

    Raises:
        TargetError: it can't be checked out or installed; the message holds the last lines of the log.
    """
    place = _shelf(cache, repository) / version.commit
    tree, environment = place / "tree", place / "environment"

    def make() -> None:
        on_step(
            f"{version.arm}: {version.name} ({version.commit[:12]}): a worktree and an environment in {place}"
        )
        _check_out(version, repository, tree)
        _install(version, tree, environment)

    take(place, make)
    python, packages = _what_is_installed(environment)
    variables = {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(environment),
        "PYTHONPATH": "",
    }
    side = Side(
        arm=version.arm,
        version=version.name,
        commit=version.commit,
        has_changes=version.has_changes,
        command=serve,
        python=python,
        packages=packages,
    )
    return Ready(side, Command(version.arm, serve, tree, variables))


def repository_here() -> Path:
    """Return the top folder of the repository that this is.

    Raises:
        PlanError: it is none.
    """
    return Path(_git(Path.cwd(), "base", "rev-parse", "--show-toplevel"))


def _shelf(cache: Path, repository: Path) -> Path:
    """Return the folder for the versions of that repository."""
    return cache / sha256(str(repository.resolve()).encode()).hexdigest()[:12]


def _give_up(place: Path, repository: Path) -> None:
    """Have the repository forget the worktree, if it knows of it."""
    remove = ["git", "-C", str(repository), "worktree", "remove", "--force", str(place / "tree")]
    subprocess.run(remove, capture_output=True, check=False)


def _tree_now(repository: Path, arm: Arm) -> str:
    """Return the tree that a commit of everything would have, by way of an index of its own."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        _git(repository, arm, "read-tree", "HEAD", variables=variables)
        _git(repository, arm, "add", "--all", variables=variables)
        return _git(repository, arm, "write-tree", variables=variables)


def _check_out(version: Version, repository: Path, tree: Path) -> None:
    _git(repository, version.arm, "worktree", "prune")
    if not (tree / ".git").exists():
        add = ("worktree", "add", "--quiet", "--force", "--detach")
        _git(repository, version.arm, *add, str(tree), version.commit)


def _install(version: Version, tree: Path, environment: Path) -> None:
    """Install the tree with all it needs, at the versions of its constraints.txt if it has one."""
    if (tree / "pyproject.toml").exists() or (tree / "setup.py").exists():
        what = [str(tree)]
    elif (tree / "requirements.txt").exists():
        what = ["--requirement", str(tree / "requirements.txt")]
    else:
        raise PlanError(
            f"{version.arm}: {version.name} has neither pyproject.toml, setup.py nor requirements.txt to install by:"
            " serve it yourself with --base-cmd and --head-cmd"
        )
    constraints = tree / "constraints.txt"
    bound = ["--constraint", str(constraints)] if constraints.exists() else []
    _run(version, [sys.executable, "-P", "-m", "venv", "--clear", str(environment)])
    pip = [
        str(environment / "bin" / "python"),
        "-P",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    _run(version, [*pip, *bound, *what])


def _run(version: Version, command: list[str]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [f"  {line}" for line in done.stdout.splitlines() if line.strip()][-_LINES:]
        raise TargetError(
            f"{version.arm}: {version.name} ({version.commit[:12]}) can't be installed:\n" + "\n".join(lines)
        )


def _what_is_installed(environment: Path) -> tuple[str, dict[str, str]]:
    shown = subprocess.run(
        [str(environment / "bin" / "python"), "-c", _LIST], capture_output=True, check=True, cwd=environment
    )
    python, packages = msgspec.json.decode(shown.stdout, type=tuple[str, dict[str, str]])
    return python, dict(sorted(packages.items()))


def _git(repository: Path, arm: Arm, *words: str, variables: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **(variables or {})},
        )
    except FileNotFoundError:
        raise PlanError(
            "commits are compared by git, which is not installed: use --base-cmd and --head-cmd"
        ) from None
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no word of why"])[-1]
        raise PlanError(f"--{arm}: git {words[0]}: {why}")
    return done.stdout.strip()
