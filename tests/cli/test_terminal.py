"""On a terminal: progress renews itself, and nothing of it is left."""

import os
import pty
import re
import select
import socket
from pathlib import Path

import pytest

from tests.cli.command import BRIEF_MESSAGES, Command
from tests.end_to_end.servers import Server

pytestmark = pytest.mark.xdist_group("command line: terminal")
_TOKENS = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n])")
COLOURS = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7]|38;[\d;]+)m")


def on_terminal(command: Command, master: int) -> str:
    """Everything that a command writes to its terminal until it ends."""
    shown = b""
    while True:
        try:
            piece = os.read(master, 65_536)
        except OSError:  # Linux: nobody holds the other end any more
            piece = b""
        if not piece:
            break
        shown += piece
    command.outcome()
    os.close(master)
    return shown.decode()


def until(words: str, master: int) -> str:
    """What a command writes to its terminal, the words and what comes with them the last."""
    shown = b""
    while words.encode() not in shown:
        shown += os.read(master, 65_536)
    return shown.decode()


def start(*arguments: str, cwd: Path, **environment: str) -> tuple[Command, int]:
    master, slave = pty.openpty()
    streams = {"stdin": slave, "stdout": slave, "stderr": slave}
    variables = {"TERM": "xterm-256color", **environment}
    command = Command(*arguments, cwd=cwd, env=variables, start_new_session=True, **streams)
    os.close(slave)
    return command, master


def screen(shown: str) -> list[str]:
    """The lines that such a terminal shows in the end, for the control sequences that progress needs."""
    lines, row, column = [""], 0, 0
    for numbers, letter, home, newline, sign in _TOKENS.findall(shown):
        if letter == "A":
            row = max(0, row - int(numbers or 1))
        elif letter == "K":
            lines[row] = ""
        elif home:
            column = 0
        elif newline:
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif sign:
            lines[row] = lines[row][:column].ljust(column) + sign + lines[row][column + 1 :]
            column += 1
    return lines


def test_progress_renews_itself_and_leaves_the_summary_alone(echo: Server, tmp_path: Path) -> None:
    command, master = start("echo", echo.url, *BRIEF_MESSAGES, cwd=tmp_path)
    shown = on_terminal(command, master)
    assert "ramp" in shown
    assert "hold" in shown
    assert COLOURS.search(shown)
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1
    left = [line for line in screen(shown) if line]
    assert left[0] == f"wswarm echo · {echo.url}"
    assert left[-1].startswith("report: reports/")


def test_no_color_is_honoured(echo: Server, tmp_path: Path) -> None:
    command, master = start("echo", echo.url, *BRIEF_MESSAGES, cwd=tmp_path, NO_COLOR="1")
    shown = on_terminal(command, master)
    assert "hold" in shown
    assert not COLOURS.search(shown)


def test_an_abort_leaves_the_terminal_clean(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"ws://127.0.0.1:{mute.getsockname()[1]}/"
        slowly = ("-c", "99", "--connect-rate", "6/m", "--connect-timeout", "10m")
        command, master = start("connect", url, *slowly, cwd=tmp_path)
        shown = until("ramp", master)
        with mute.accept()[0]:  # a handshake that is waited for
            command.interrupt()
            shown += until("once more to abort", master)
            while select.select([master], [], [], 0.05)[
                0
            ]:  # what is interrupted while it is drawn is drawn again
                shown += os.read(master, 65_536).decode()
            command.interrupt()
            shown += on_terminal(command, master)
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1
    assert [line for line in screen(shown) if line] == [
        "ending early; once more to abort",
        "wswarm connect: interrupted",
    ]
