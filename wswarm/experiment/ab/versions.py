"""Commits of a repository made ready to be served: a worktree and an environment of its own for each."""

import os
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from wswarm.drive.host.server import Command
from wswarm.errors import PlanError
from wswarm.experiment import own_environment
from wswarm.experiment.ab.repository import (
    commit_of,
    git,
    has_changes,
    has_file,
    has_file_now,
    has_working_tree,
    repository_here,
    tree_now,
)
from wswarm.experiment.ab.setting import ARMS
from wswarm.experiment.ab.shelf import take, tidy
from wswarm.results import redact
from wswarm.stats.compare.comparison import REFERENCE, Side
from wswarm.stats.compare.slices import Arm

WORKING_TREE = "."
_OF_REFERENCE = ("target_app/main.py", "wswarm/__main__.py")  # what `wswarm serve` of a commit is made of
_NAMES = {
    "GIT_AUTHOR_NAME": "wswarm",
    "GIT_AUTHOR_EMAIL": "wswarm@localhost",
    "GIT_COMMITTER_NAME": "wswarm",
    "GIT_COMMITTER_EMAIL": "wswarm@localhost",
}


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


class Commits(NamedTuple):
    """Two commits of a repository that are there and can be served, as far as that can be told before.

    Attributes:
        serve: The command that serves either, `{port}` in it.
    """

    repository: Path
    versions: tuple[Version, ...]
    serve: str


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


def find_commits(
    base: str, head: str, serve: str | None, *, find: Callable[[Arm, str, Path], "Version"] | None = None
) -> Commits:
    """Return two commits of the repository that this is.

    Args:
        serve: Command that serves a version; none: its reference application, which both must have.
        find: Finds a version (default: `find_version`, which writes the working tree into the repository).

    Raises:
        PlanError: there is no such commit, no repository, or nothing to serve without a command.
    """
    repository = repository_here()
    if serve is not None:
        _check_serve(serve, repository)
    find = find or find_version
    found = tuple(find(arm, name, repository) for arm, name in zip(ARMS, (base, head), strict=True))
    if serve is None:
        for version in found:
            _check_reference(version, repository)
    return Commits(repository, found, serve or REFERENCE)


def by_commits(commits: Commits, cache: Path, on_step: Callable[[str], None]) -> Pair:
    """Return the commits, each in a worktree and environment kept in `cache`.

    Args:
        on_step: Told what takes long.

    Raises:
        PlanError: the cache can't be written.
        TargetError: one can't be installed.
    """
    repository = commits.repository
    ready = {one.arm: make_ready(one, repository, cache, commits.serve, on_step) for one in commits.versions}
    tidy(_shelf(cache, repository), lambda place: _give_up(place, repository))
    return ready


def find_version(arm: Arm, name: str, repository: Path) -> Version:
    """Return the commit of that name; `.` is the working tree as it is now, untracked files included.

    Raises:
        PlanError: there is no such commit, or no working tree.
    """
    if name != WORKING_TREE:
        return Version(arm, name, commit_of(arm, name, repository), False)
    commit = _checked_out(arm, name, repository)
    tree = tree_now(repository, arm)
    if tree == git(repository, arm, "rev-parse", "HEAD^{tree}"):
        return Version(arm, name, commit, False)
    moment = git(repository, arm, "show", "-s", "--format=%cI", commit)
    variables = _NAMES | {
        "GIT_AUTHOR_DATE": moment,
        "GIT_COMMITTER_DATE": moment,
    }  # so the same tree, the same commit
    made = git(
        repository, arm, "commit-tree", tree, "-p", commit, "-m", "The working tree", variables=variables
    )
    return Version(arm, name, made, True)


def seen_version(arm: Arm, name: str, repository: Path) -> Version:
    """Return the commit of that name and write nothing: the working tree stands for the commit under it.

    Raises:
        PlanError: there is no such commit, or no working tree.
    """
    if name != WORKING_TREE:
        return find_version(arm, name, repository)
    commit = _checked_out(arm, name, repository)
    return Version(arm, name, commit, has_changes(repository, arm))


def _checked_out(arm: Arm, name: str, repository: Path) -> str:
    """Return the commit that is checked out.

    Raises:
        PlanError: there is no working tree, or no commit yet.
    """
    if not has_working_tree(repository):
        raise PlanError(
            f"--{arm} {name}: {repository} is a bare repository, without a working tree: name a commit, as in"
            f" --{arm} HEAD"
        )
    return git(repository, arm, "rev-parse", "--verify", "HEAD^{commit}")


def make_ready(
    version: Version, repository: Path, cache: Path, serve: str, on_step: Callable[[str], None]
) -> Ready:
    """Return the version in a worktree and an environment of its own; made once and kept in `cache`.

    Args:
        serve: Command that serves a version, run in its worktree and environment.
        on_step: Told what takes long.

    Raises:
        PlanError: the cache can't be written.
        TargetError: it can't be checked out or installed; the message holds the last lines of the log.
    """
    place = _shelf(cache, repository) / version.commit
    tree, environment = place / "tree", place / "environment"

    def make() -> None:
        on_step(
            f"{version.arm}: {version.name} ({version.commit[:12]}): a worktree and an environment in {place}"
        )
        _check_out(version, repository, tree)
        own_environment.install(_called(version), tree, environment, _extras_of(tree))

    _check_writable(cache, place)
    take(place, make)
    python, packages = own_environment.what_is_installed(environment)
    side = Side(
        arm=version.arm,
        version=version.name,
        commit=version.commit,
        has_changes=version.has_changes,
        command=redact.address(serve),
        python=python,
        packages=packages,
    )
    variables = own_environment.variables(environment)
    return Ready(side, Command(version.arm, serve, tree, variables, home=place))


def _extras_of(tree: Path) -> str:
    """Return what of a commit is installed besides its core: of ours what its reference application needs."""
    return "[app]" if all((tree / file).exists() for file in _OF_REFERENCE) else ""


def _called(version: Version) -> str:
    return f"{version.arm}: {version.name} ({version.commit[:12]})"


def _check_serve(serve: str, repository: Path) -> None:
    """Check that a command names nothing in the folder where the repository is now: both would serve that."""
    for word in Command("--serve", serve).words(1):
        path = Path(word.rpartition("=")[2])
        if path.is_absolute() and path.is_relative_to(repository):
            raise PlanError(
                f"--serve: {path} is in the repository's own folder, and so the same for both versions: write"
                f" {os.path.relpath(path, repository)}, as seen from the commit's worktree"
            )


def _check_reference(version: Version, repository: Path) -> None:
    missing = [path for path in _OF_REFERENCE if not _has(version, repository, path)]
    if missing:
        raise PlanError(
            f"--serve is missing: {_called(version)} has no reference application (no {missing[0]}). Give the command"
            " that serves a commit, as in --serve 'uvicorn app:app --port {port}', with"
            " --url 'ws://127.0.0.1:{port}/ws'"
        )


def _has(version: Version, repository: Path, path: str) -> bool:
    if version.has_changes:
        return has_file_now(repository, version.arm, path)
    return has_file(repository, version.arm, version.commit, path)


def _check_writable(cache: Path, place: Path) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
        why = None if os.access(place, os.W_OK) else "permission denied, or a read-only file system"
    except OSError as error:
        why = error.strerror
    if why:
        raise PlanError(
            f"--cache {cache} can't be written ({why}): give a folder that can, as in --cache /tmp/wswarm"
        )


def _shelf(cache: Path, repository: Path) -> Path:
    """Return the folder for the versions of that repository."""
    return cache / sha256(os.fsencode(repository.resolve())).hexdigest()[:12]


def _give_up(place: Path, repository: Path) -> None:
    """Have the repository forget the worktree, if it knows of it."""
    remove = ["git", "-C", str(repository), "worktree", "remove", "--force", str(place / "tree")]
    subprocess.run(remove, capture_output=True, check=False)


def _check_out(version: Version, repository: Path, tree: Path) -> None:
    git(repository, version.arm, "worktree", "prune")
    if not (tree / ".git").exists():
        add = ("worktree", "add", "--quiet", "--force", "--detach")
        git(repository, version.arm, *add, str(tree), version.commit)
