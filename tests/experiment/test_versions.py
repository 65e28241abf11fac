"""Commits made ready to be served."""

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.experiment.repositories import git, make_repository
from wswarm.errors import PlanError, TargetError
from wswarm.experiment import own_environment
from wswarm.experiment.ab.versions import Ready, find_commits, find_version, make_ready

one_environment = pytest.mark.xdist_group("environment")
"""Marks tests that share what takes longest: a Python environment with a pip of its own."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of one commit, with nothing to install."""
    return make_repository(tmp_path / "repository")


def test_without_a_command_commits_have_to_bring_the_reference_application(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    with pytest.raises(PlanError, match=r"--serve is missing: base: HEAD .* has no reference application"):
        find_commits("HEAD", ".", None)
    for folder, name in (("target_app", "main.py"), ("wswarm", "__main__.py")):
        (repository / folder).mkdir()
        (repository / folder / name).write_text("")
    with pytest.raises(PlanError, match="base: HEAD"):
        find_commits("HEAD", ".", None)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "-m", "Second")
    assert find_commits("HEAD", ".", None).serve == "wswarm serve --port {port}"
    with pytest.raises(PlanError, match="base: HEAD~1"):
        find_commits("HEAD~1", ".", None)
    with pytest.raises(PlanError, match="head: HEAD~1"):
        find_commits("HEAD", "HEAD~1", None)


def test_an_application_that_is_called_as_ours_is_not_ours(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "target_app").mkdir()
    (repository / "target_app" / "main.py").write_text("")
    monkeypatch.chdir(repository)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "-m", "Second")
    with pytest.raises(PlanError, match="--serve is missing"):
        find_commits("HEAD", "HEAD", None)


@pytest.mark.parametrize(
    "line", ["python {here}/server.py {port}", "uvicorn --app-dir={here} app:app {port}"]
)
def test_a_command_that_names_the_folder_where_the_repository_is_now_is_refused(
    line: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    with pytest.raises(PlanError, match="the same for both versions"):
        find_commits("HEAD", ".", line.replace("{here}", str(repository)))


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


class MadeReady(NamedTuple):
    """A version that was made ready twice, and what was told of it."""

    ready: Ready
    again: Ready
    steps: list[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeReady:
    """A working tree with a module called as one of the standard library, made ready from within."""
    folder = tmp_path_factory.mktemp("versions")
    repository, cache = make_repository(folder / "repository"), folder / "cache"
    (repository / "new.txt").write_text("1")
    (repository / "random.py").write_text("raise SystemExit('not this one')")
    version = find_version("head", ".", repository)
    steps: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        ready, again = (make_ready(version, repository, cache, "serve {port}", steps.append) for _ in "12")
    return MadeReady(ready, again, steps)


@one_environment
def test_a_version_is_made_ready_once_and_kept(made: MadeReady) -> None:
    """And a folder with modules called as those of the standard library is nowhere in the way."""
    ready = made.ready
    assert ready == made.again
    assert len(made.steps) == 1
    assert ready.command.folder is not None
    assert (ready.command.folder / "new.txt").read_text() == "1"
    assert ready.command.variables["PATH"].startswith(ready.command.variables["VIRTUAL_ENV"])
    assert ready.side.python
    assert "pip" in ready.side.packages


@one_environment
def test_a_version_that_cannot_be_installed_says_why(
    repository: Path, tmp_path: Path, made: MadeReady, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environment is a copy of one that was made before."""
    run = own_environment._run

    def copy_or_run(name: str, tree: Path, command: list[str]) -> None:
        if "venv" in command:
            shutil.copytree(made.ready.command.variables["VIRTUAL_ENV"], command[-1], symlinks=True)
        else:
            run(name, tree, command)

    monkeypatch.setattr(own_environment, "_run", copy_or_run)
    (repository / "requirements.txt").write_text("./no-such-folder\n")
    version = find_version("head", ".", repository)
    with pytest.raises(TargetError, match=r"(?s)head: .*can't be installed.*no-such-folder"):
        make_ready(version, repository, tmp_path / "cache", "serve {port}", lambda _: None)


def test_a_version_without_anything_to_install_by_is_refused(repository: Path, tmp_path: Path) -> None:
    git(repository, "rm", "--quiet", "requirements.txt")
    version = find_version("head", ".", repository)
    with pytest.raises(PlanError, match="--base-cmd"):
        make_ready(version, repository, tmp_path / "cache", "serve {port}", lambda _: None)


def test_a_cache_that_cannot_be_written_is_named(repository: Path) -> None:
    version = find_version("head", ".", repository)
    with pytest.raises(PlanError, match=r"--cache /proc/nohome can't be written \(.*as in --cache /tmp"):
        make_ready(version, repository, Path("/proc/nohome"), "serve {port}", lambda _: None)


def test_a_server_inherits_no_other_python_s_programs_or_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "bin"
    other.mkdir(parents=True)
    (tmp_path / "other" / "pyvenv.cfg").write_text("")
    ours = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join((ours, str(other), "/usr/bin")))
    monkeypatch.setenv("PYTHONPATH", str(other))
    variables = own_environment.variables(tmp_path / "environment")
    assert variables["PATH"].split(os.pathsep) == [str(tmp_path / "environment" / "bin"), "/usr/bin"]
    assert variables["PYTHONPATH"] == ""


def test_a_place_of_the_path_that_we_may_not_look_into_is_no_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def closed_to_us(path: Path) -> bool:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "exists", closed_to_us)
    monkeypatch.setenv("PATH", "/closed/bin")
    assert own_environment._system_path() == ["/closed/bin"]
