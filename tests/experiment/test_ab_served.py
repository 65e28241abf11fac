"""What is served of a commit is the commit's, and named."""

from pathlib import Path

import pytest

from wswarm.drive.host.served import Served
from wswarm.drive.host.server import Command
from wswarm.errors import TargetError
from wswarm.experiment.ab import served as ab_served
from wswarm.experiment.ab.served import served_file


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A commit's place: its worktree and its environment."""
    for name in ("tree/pkg", "environment/bin", "environment/lib/python3.12/site-packages"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def look(
    home: Path | None, file: Path | str, python: Path | str | None, monkeypatch: pytest.MonkeyPatch
) -> str | None:
    """What is told of a server of that file by that Python."""
    found = Served(Path(file), None if python is None else Path(python))
    monkeypatch.setattr(ab_served, "find_served", lambda _: found)
    return served_file(Command("head", "uvicorn app:app --port {port}", home, home=home), 1)


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("tree/target_app/main.py", "target_app/main.py"),
        ("environment/lib/python3.12/site-packages/app.py", "site-packages/app.py"),
        ("environment/bin/serve", "environment/bin/serve"),
    ],
)
def test_a_file_is_named_as_seen_from_the_worktree(
    file: str, shown: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(home, home / file, home / "environment/bin/python", monkeypatch) == shown


def test_a_python_of_another_environment_is_no_server_of_the_commit(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TargetError, match=r"head: .*runs /usr/bin/python3, which is not of the commit's own"):
        look(home, home / "tree/app.py", "/usr/bin/python3", monkeypatch)


def test_a_file_from_elsewhere_is_not_the_commit_s(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TargetError, match="the same for both versions"):
        look(home, "/srv/app.py", home / "environment/bin/python", monkeypatch)


def test_an_environment_that_the_commit_makes_in_its_worktree_is_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(home, home / "tree/app.py", home / "tree/.venv/bin/python", monkeypatch) == "app.py"


def test_a_program_that_is_no_python_may_be_the_machine_s(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(home, "/usr/bin/go", None, monkeypatch) == "/usr/bin/go"


def test_a_command_of_the_user_s_may_serve_what_it_likes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert look(None, tmp_path / "app.py", "/usr/bin/python3", monkeypatch) == "app.py"
    assert look(None, "/srv/app.py", "/usr/bin/python3", monkeypatch) == "/srv/app.py"
