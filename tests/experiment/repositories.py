"""Repositories of the tests' own, and commands typed in them."""

import subprocess
from pathlib import Path

WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost")


def git(folder: Path, *words: str) -> str:
    """What git says."""
    done = subprocess.run(
        ["git", "-C", str(folder), *WHO, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def make_repository(folder: Path, **files: str) -> Path:
    """Return a repository of one commit, with nothing to install but what the files say."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "requirements.txt").write_text("")
    (folder / ".gitignore").write_text("ignored\n")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "First")
    return folder


def type_in(folder: Path, line: str) -> None:
    """Do in a shell what a message advises."""
    subprocess.run(["sh", "-c", line], cwd=folder, check=True, capture_output=True)
