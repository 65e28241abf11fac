"""What git refuses is told in a line, and the line mends it."""

import os
import re
from pathlib import Path

import pytest

from tests.experiment.repositories import git, make_repository, type_in
from wswarm.errors import PlanError
from wswarm.experiment.ab.repository import commit_of, repository_here
from wswarm.experiment.ab.versions import find_commits, find_version

SERVE = "serve {port}"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of one commit."""
    return make_repository(tmp_path / "a repository")


def refusal(base: str, head: str = ".") -> str:
    """What is said of a comparison here, which is refused."""
    with pytest.raises(PlanError) as refused:
        find_commits(base, head, SERVE)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_name_is_a_commit(repository: Path) -> None:
    assert commit_of("base", "HEAD", repository) == git(repository, "rev-parse", "HEAD")


def test_somebody_elses_repository_is_trusted_by_the_command_that_is_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own: whoever owns it, it is not ours
    monkeypatch.chdir(repository)
    told = refusal("HEAD")
    assert "belongs to another user" in told
    type_in(repository, told.partition("run: ")[2])
    assert find_commits("HEAD", "HEAD", SERVE).repository == repository


def test_without_a_home_it_is_trusted_by_variables(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/proc/nohome")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.chdir(repository)
    told = refusal("HEAD").partition("run: export ")[2]
    for name, value in re.findall(r"(GIT_\w+)=('[^']*'|\S+)", told):
        monkeypatch.setenv(name, value.strip("'"))
    assert find_commits("HEAD", "HEAD", SERVE).repository == repository


def test_a_folder_that_is_in_no_repository_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"{tmp_path} is not a git repository" in refusal("HEAD")


def test_a_folder_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "not there any more" in refusal("HEAD")


@pytest.mark.parametrize("path", ["/nonexistent", ""])
def test_a_machine_without_git_is_told_how_to_get_it(
    path: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", path)
    told = refusal("HEAD")
    assert "not installed, or not on PATH" in told
    assert "apt-get install git" in told


def test_a_repository_without_a_commit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlanError, match="no commit yet"):
        find_version("head", ".", repository_here())


@pytest.mark.parametrize("name", ["HEAD~1", "origin/other"])
def test_a_commit_that_a_shallow_clone_lacks_is_there_after_what_is_told(
    name: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "branch", "other")
    git(repository, "commit", "--quiet", "--allow-empty", "-m", "Second")
    git(tmp_path, "clone", "--quiet", "--depth", "1", repository.as_uri(), "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    told = refusal(name)
    assert f"--base {name}: " in told
    assert "fetch-depth: 0" in told
    type_in(tmp_path / "shallow", told.partition("all of it: ")[2].partition(" (in")[0])
    assert commit_of("base", name, tmp_path / "shallow") == git(repository, "rev-parse", "HEAD~1")


def test_a_branch_that_was_not_fetched_is_there_after_what_is_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repository, "branch", "feature")
    git(tmp_path, "clone", "--quiet", "--single-branch", repository.as_uri(), "copy")
    monkeypatch.chdir(tmp_path / "copy")
    type_in(tmp_path / "copy", refusal("feature").partition("fetch it first: ")[2])
    assert "here it is called origin/feature" in refusal("feature")
    assert find_commits("origin/feature", "HEAD", SERVE).versions[0].name == "origin/feature"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mian", "did you mean main?"),
        ("no-such", "one of the branches and tags main"),
        ("HEAD~1", "one of the branches and tags main"),
        ("--version", "one of the branches and tags main"),
    ],
)
def test_a_name_that_is_none_is_told_what_there_is(
    name: str, told: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    said = refusal(name)
    assert f"--base {name}: there is no such commit here" in said
    assert told in said


def test_a_bare_repository_has_commits_but_no_working_tree(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    assert "bare repository" in refusal("HEAD")
    assert "--head HEAD" in refusal("HEAD")
    assert find_commits("HEAD", "HEAD", SERVE).repository == tmp_path / "bare.git"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_repository_that_cannot_be_written_is_compared_in_a_copy(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "new.txt").write_text("1")
    objects = [repository / ".git", *(repository / ".git").rglob("*")]
    for one in objects:
        one.chmod(one.stat().st_mode & ~0o222)
    monkeypatch.chdir(repository)
    told = refusal("HEAD")
    type_in(tmp_path, told.partition("in the copy: ")[2])
    monkeypatch.chdir(tmp_path / "COPY")
    assert find_commits("HEAD", ".", SERVE)


def test_what_cannot_be_written_is_told_with_the_copy_that_can() -> None:
    from wswarm.experiment.ab import repository as git_says

    for said in (
        "error: insufficient permission for adding an object to repository database .git/objects",
        "fatal: could not create leading directories of '/x/y': Read-only file system",
        "fatal: cannot mkdir /x: Permission denied",
    ):
        told = git_says._why("add", said, Path("/some where"))
        assert "cp -R '/some where' COPY" in told
        assert "can't write" in told


def test_a_language_of_the_user_changes_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.chdir(tmp_path)
    assert "is not a git repository" in refusal("HEAD")
