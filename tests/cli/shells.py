"""Shells that complete a line of `wswarm`, as somebody meets them who presses Tab."""

import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

PATIENCE_S = 120.0


def need(shell: str) -> str:
    """Where the shell is; a test without it is skipped."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    return found


def in_bash(script: str, lines: Sequence[str], folder: Path) -> list[list[str]]:
    """What bash offers at the end of each line."""
    need("bash")
    (folder / "wswarm.bash").write_text(script)
    offer = """; $(complete -p wswarm | sed -E 's/.*-F ([^ ]+).*/\\1/') wswarm
        printf '%s ' "${COMPREPLY[@]}"; echo"""
    asked = [f"COMP_WORDS=({line}); COMP_CWORD={len(line.split(' ')) - 1}{offer}" for line in lines]
    return _told(["bash", "-c", "\n".join(["source wswarm.bash", *asked])], folder)


def in_fish(script: str, lines: Sequence[str], folder: Path) -> list[list[str]]:
    """What fish offers at the end of each line."""
    need("fish")
    (folder / "wswarm.fish").write_text(script)
    asked = [f"echo (complete -C{shlex.quote(line)} | cut -f 1)" for line in lines]
    return _told(["fish", "--no-config", "-c", "\n".join(["source wswarm.fish", *asked])], folder)


def in_zsh(script: str, lines: Sequence[str], folder: Path) -> list[list[str]]:
    """What each line is completed to by zsh, which does so on a terminal alone; its last word, or what it was."""
    need("zsh")
    (folder / "_wswarm").write_text(script)
    terminal, end = pty.openpty()
    environment = os.environ | {"TERM": "dumb", "HOME": str(folder)}
    shell = subprocess.Popen(
        ["zsh", "-f", "-i"], stdin=end, stdout=end, stderr=end, cwd=folder, env=environment
    )
    os.close(end)
    try:
        start = "PS1=; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D"
        _type(terminal, f"{start}; wswarm() {{ echo '[' \"$@\" ']' }}; wswarm ready\n")
        return [_type(terminal, f"{line}\t\n")[-1:] for line in lines]
    finally:
        shell.kill()
        shell.wait()
        os.close(terminal)


def _type(terminal: int, text: str) -> list[str]:
    """Type, and return the words that `wswarm` got."""
    os.write(terminal, text.encode())
    seen, give_up = "", time.monotonic() + PATIENCE_S
    while (found := re.search(r"\[ (\w.*?) \]", seen)) is None:
        assert time.monotonic() < give_up, f"no answer to {text!r}, but {seen!r}"
        if select.select([terminal], [], [], 1.0)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
    return found[1].split()


def _told(command: Sequence[str], folder: Path) -> list[list[str]]:
    environment = os.environ | {"HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]
