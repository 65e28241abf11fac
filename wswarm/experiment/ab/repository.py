"""The git repository whose commits are compared: what git says there, and the mend for what it refuses."""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path

from wswarm.errors import PlanError

_WITHOUT_GIT = "commands are compared without it: --base-cmd and --head-cmd"
_FETCH = "git fetch --tags origin '+refs/heads/*:refs/remotes/origin/*'"
_FETCH_ALL = f"{_FETCH} --unshallow"
# Of the user's surroundings only what names the repository is git's to know: words in English, nobody's hooks.
_PLAIN = {"LC_ALL": "C", "LANGUAGE": "C"}
_OPTIONS = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
_NOT_OURS = re.compile(
    r"detected dubious ownership in repository at '(.+)'|unsafe repository \('(.+)' is owned by"
)
_NOT_WRITTEN = re.compile(
    r"permission denied|read-only file system|insufficient permission|no space left|operation not permitted"
    r"|disk quota exceeded",
    re.IGNORECASE,
)


def repository_here() -> Path:
    """Return the top folder of the repository that this is, or the repository itself if it is bare.

    Raises:
        PlanError: it is none, or git can't or won't use it.
    """
    try:
        here = Path.cwd()
    except OSError:
        raise PlanError("this folder is not there any more: go to the repository (cd)") from None
    if _ask(here, "rev-parse", "--is-inside-work-tree") == "true":
        return Path(_ask(here, "rev-parse", "--show-toplevel"))
    return Path(_ask(here, "rev-parse", "--absolute-git-dir"))


def git(repository: Path, arm: str, *words: str, variables: Mapping[str, str] | None = None) -> str:
    """Return what git prints, for one of the two versions.

    Raises:
        PlanError: it refuses; the message names the cause and the mend.
    """
    try:
        return _ask(repository, *words, variables=variables)
    except PlanError as error:
        raise PlanError(f"--{arm}: {error}") from None


def commit_of(arm: str, name: str, repository: Path) -> str:
    """Return the full hash of the commit that is so called.

    Raises:
        PlanError: there is none; the message says how to get it.
    """
    try:
        return _ask(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except PlanError:
        raise PlanError(
            f"--{arm} {name}: there is no such commit here: {_remedy(name, repository)}"
        ) from None


def has_working_tree(repository: Path) -> bool:
    """Return whether there are files checked out: not in a bare repository."""
    return _ask(repository, "rev-parse", "--is-inside-work-tree") == "true"


def has_file(repository: Path, arm: str, commit: str, path: str) -> bool:
    """Return whether the commit holds that file."""
    return bool(git(repository, arm, "ls-tree", "--name-only", commit, "--", path))


def has_file_now(repository: Path, arm: str, path: str) -> bool:
    """Return whether a commit of everything would hold that file."""
    listed = git(repository, arm, "ls-files", "--cached", "--others", "--exclude-standard", "--", path)
    return bool(listed) and (repository / path).exists()


def has_changes(repository: Path, arm: str) -> bool:
    """Return whether the files differ from the commit that is checked out; nothing is written to find out."""
    return bool(git(repository, arm, "status", "--porcelain", variables={"GIT_OPTIONAL_LOCKS": "0"}))


def tree_now(repository: Path, arm: str) -> str:
    """Return the tree that a commit of everything would have, by way of an index of its own."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        git(repository, arm, "read-tree", "HEAD", variables=variables)
        git(repository, arm, "add", "--all", variables=variables)
        return git(repository, arm, "write-tree", variables=variables)


def trusting(tree: Path) -> dict[str, str]:
    """Return variables by which git trusts a worktree of ours, whoever owns the repository that it belongs to."""
    given = os.environ.get("GIT_CONFIG_COUNT", "")
    number = int(given) if given.isdecimal() else 0
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": "safe.directory",
        f"GIT_CONFIG_VALUE_{number}": str(tree),
    }


def _ask(folder: Path, *words: str, variables: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", *_OPTIONS, "-C", str(folder), *words],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            env={**os.environ, **_PLAIN, **(variables or {})},
        )
    except OSError as error:
        why = "is not installed, or not on PATH" if isinstance(error, FileNotFoundError) else error.strerror
        raise PlanError(
            f"commits are compared by git, which {why}: install it (apt-get install git) or set PATH; {_WITHOUT_GIT}"
        ) from None
    if done.returncode:
        raise PlanError(_why(words[0], done.stderr, folder))
    return done.stdout.strip()


def _why(verb: str, said: str, folder: Path) -> str:
    """Return in a line what git complains of, and what mends it."""
    if found := _NOT_OURS.search(said):
        return _distrusted(found[1] or found[2])
    complaints = re.findall(r"^(?:fatal|error): (.+)$", said, re.MULTILINE) or said.split("\n")[-1:]
    for pattern, mend in _MENDS:
        if re.search(pattern, said, re.IGNORECASE):
            return mend(folder)
    if _NOT_WRITTEN.search(said):
        return _not_written(folder, complaints[0])
    return f"git {verb}: {complaints[0] or 'no word of why'}"


def _distrusted(place: str) -> str:
    """Return that git wants to be told to trust somebody else's repository; without a home by variables."""
    trust = f"git config --global --add safe.directory {shlex.quote(place)}"
    if not os.environ.get("HOME") or not os.access(os.environ["HOME"], os.W_OK):
        told = f"GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0={shlex.quote(place)}"
        trust = f"export {told}"
    return f"git refuses {place}, which belongs to another user (dubious ownership). If you trust it, run: {trust}"


def _not_written(folder: Path, complaint: str) -> str:
    copy = f"cp -R {shlex.quote(str(folder))} COPY && chmod -R u+w COPY"
    return f"git can't write what it must in {folder} ({complaint}): copy it and run in the copy: {copy}"


def _no_repository(folder: Path) -> str:
    return (
        f"{folder} is not a git repository, nor is a folder above it: go to the one whose commits are meant (cd);"
        f" {_WITHOUT_GIT}"
    )


def _no_commit(_: Path) -> str:
    return "the repository has no commit yet: make one (git add --all && git commit -m First)"


_MENDS: tuple[tuple[str, Callable[[Path], str]], ...] = (
    (r"not a git repository", _no_repository),
    (r"needed a single revision|bad revision 'HEAD'|not a valid object name HEAD", _no_commit),
)


def _remedy(name: str, repository: Path) -> str:
    """Return how to get a commit that is not there, or what it is called here."""
    here = _ask(
        repository, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"
    )
    names = [one for one in here.splitlines() if not one.endswith("/HEAD")]
    elsewhere = [one for one in names if one.endswith(f"/{name}")]
    if elsewhere:
        return f"here it is called {elsewhere[0]}"
    if _ask(repository, "rev-parse", "--is-shallow-repository") == "true":
        return f"the clone is shallow, fetch all of it: {_FETCH_ALL} (in a GitHub workflow: fetch-depth: 0)"
    close = get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    if "origin" in _ask(repository, "remote").split():
        return f"fetch it first: {_FETCH}"
    known = f" of the branches and tags {', '.join(sorted(names)[:5])}" if names else ""
    return f"give a hash that `git log --all` shows, or one{known}"
