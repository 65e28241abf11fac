"""Commits made ready to be served."""

import subprocess
from pathlib import Path

import pytest

from wswarm.errors import PlanError, TargetError
from wswarm.experiment.versions import find_version, make_ready

WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost")


def git(folder: Path, *words: str) -> str:
    """What git says."""
    done = subprocess.run(
        ["git", "-C", str(folder), *WHO, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of one commit, with nothing to install."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "requirements.txt").write_text("")
    (folder / ".gitignore").write_text("ignored\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "First")
    return folder


def test_a_name_is_a_commit(repository: Path) -> None:
    found = find_version("base", "HEAD", repository)
    assert (found.commit, found.has_changes) == (git(repository, "rev-parse", "HEAD"), False)


@pytest.mark.parametrize("name", ["no-such-branch", "HEAD~1", "--version"])
def test_an_unknown_name_is_refused(name: str, repository: Path) -> None:
    with pytest.raises(PlanError, match=rf"--base {name}: there is no such commit here: fetch it first"):
        find_version("base", name, repository)


def test_a_commit_that_a_shallow_clone_lacks_is_told_how_to_get(repository: Path, tmp_path: Path) -> None:
    git(repository, "commit", "--quiet", "--allow-empty", "-m", "Second")
    git(tmp_path, "clone", "--quiet", "--depth", "1", repository.as_uri(), "shallow")
    with pytest.raises(PlanError, match=r"--base HEAD~1: .*shallow.*fetch-depth: 0"):
        find_version("base", "HEAD~1", tmp_path / "shallow")


def test_a_working_tree_without_changes_is_its_commit(repository: Path) -> None:
    (repository / "ignored").write_text("1")
    found = find_version("head", ".", repository)
    assert (found.commit, found.has_changes) == (git(repository, "rev-parse", "HEAD"), False)


def test_a_working_tree_is_a_commit_of_what_is_there_and_the_same_one_twice(repository: Path) -> None:
    (repository / "new.txt").write_text("1")
    first, again = find_version("head", ".", repository), find_version("head", ".", repository)
    assert first == again
    assert first.has_changes
    assert "new.txt" in git(repository, "ls-tree", "--name-only", first.commit).splitlines()
    assert git(repository, "status", "--porcelain") == "?? new.txt"  # nothing of it was touched
    (repository / "new.txt").write_text("2")
    assert find_version("head", ".", repository).commit != first.commit


def test_a_version_is_made_ready_once_and_kept(repository: Path, tmp_path: Path) -> None:
    (repository / "new.txt").write_text("1")
    version = find_version("head", ".", repository)
    steps: list[str] = []
    ready = make_ready(version, repository, tmp_path / "cache", "serve {port}", steps.append)
    again = make_ready(version, repository, tmp_path / "cache", "serve {port}", steps.append)
    assert ready == again
    assert len(steps) == 1
    assert ready.command.folder is not None
    assert (ready.command.folder / "new.txt").read_text() == "1"
    assert ready.command.variables["PATH"].startswith(ready.command.variables["VIRTUAL_ENV"])
    assert ready.side.python
    assert "pip" in ready.side.packages


def test_a_version_that_cannot_be_installed_says_why(repository: Path, tmp_path: Path) -> None:
    (repository / "requirements.txt").write_text("./no-such-folder\n")
    version = find_version("head", ".", repository)
    with pytest.raises(TargetError, match=r"(?s)head: .*can't be installed.*no-such-folder"):
        make_ready(version, repository, tmp_path / "cache", "serve {port}", lambda _: None)


def test_a_version_without_anything_to_install_by_is_refused(repository: Path, tmp_path: Path) -> None:
    git(repository, "rm", "--quiet", "requirements.txt")
    version = find_version("head", ".", repository)
    with pytest.raises(PlanError, match="--base-cmd"):
        make_ready(version, repository, tmp_path / "cache", "serve {port}", lambda _: None)
