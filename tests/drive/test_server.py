"""A server of any command: started, awaited, ended with all its children."""

import os
import shlex
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.instrument import wait_until
from wswarm.drive.host import server as server_module
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.server import Command, Server
from wswarm.errors import PlanError, TargetError

PYTHON = shlex.quote(sys.executable)
LISTENER = (
    "import socket, subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "server = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)\n"
)


def listener(folder: Path) -> Command:
    """A command that listens, and has a child that would stay."""
    (folder / "listener.py").write_text(LISTENER)
    return Command("head", f"{PYTHON} listener.py {{port}}", folder)


def runs(process: psutil.Process) -> bool:
    """Whether it is there, and no zombie that only its parent has not asked for its end."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_server_ends_with_its_children(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with Server(listener(tmp_path), port) as server:
        server.wait_until_it_listens()
        (child,) = psutil.Process(server.pid).children()
    assert not psutil.pid_exists(server.pid)
    assert not runs(child)


def test_a_server_that_ends_at_once_is_named_with_its_last_words() -> None:
    command = Command("head", f"{PYTHON} -c 'raise SystemExit(\"no config {{port}}\")'")
    with (
        Server(command, 1) as server,
        pytest.raises(TargetError, match=r"(?s)head did not start.*code 1.*no config 1"),
    ):
        server.wait_until_it_listens()


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(TargetError, match="head can't be started: no-such-program"):
        Server(Command("head", "no-such-program {port}"), 1)
    with pytest.raises(TargetError, match="have the commit install it"):
        Server(Command("head", "no-such-program {port}", home=Path("/nowhere")), 1)


@pytest.mark.parametrize(
    ("line", "word"), [("serve", "has no {port}"), ("", "empty"), ("serve '{port}", "can't be read")]
)
def test_a_command_that_cannot_be_is_refused(line: str, word: str) -> None:
    with pytest.raises(PlanError, match=word):
        Command("base", line).words(1)


def test_a_command_is_cut_like_a_shell_would() -> None:
    words = Command("base", "serve --name 'two words' --port={port}").words(8001)
    assert words == ["serve", "--name", "two words", "--port=8001"]


def test_a_program_is_looked_for_in_the_server_s_own_path(tmp_path: Path) -> None:
    program = tmp_path / "my-server"
    program.write_text("#!/bin/sh\nexit 7\n")
    program.chmod(0o755)
    command = Command(
        "base", "my-server {port}", None, {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    )
    with Server(command, 1) as server, pytest.raises(TargetError, match="code 7"):
        server.wait_until_it_listens()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing ends a server with us")
def test_a_server_does_not_outlive_a_killed_front_end(tmp_path: Path) -> None:
    listener(tmp_path)
    line = f"{PYTHON} listener.py {{port}}"
    code = (
        "from wswarm.drive.host.ports import free_ports\n"
        "from wswarm.drive.host.server import *; import sys, time, pathlib\n"
        f"server = Server(Command('head', {line!r}, pathlib.Path('.')), free_ports(1)[0])\n"
        "server.wait_until_it_listens(); print(server.pid, flush=True); time.sleep(60)"
    )
    with psutil.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdout=-1,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as front:
        server = psutil.Process(int(front.stdout.readline()))
        children = server.children()
        front.send_signal(signal.SIGKILL)
    wait_until(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    for child in children:
        child.kill()


def test_a_place_of_the_path_that_we_may_not_look_into_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program").write_text("")
    (tmp_path / "program").chmod(0o755)
    is_file = Path.is_file

    def closed_to_us(path: Path) -> bool:
        if "closed" in path.parts:
            raise PermissionError(path)
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", closed_to_us)
    places = {"PATH": f"{tmp_path / 'closed'}:{tmp_path}"}
    assert server_module._program("program", places, None) == str(tmp_path / "program")


@pytest.mark.parametrize("name", ["TERM", "KILL"])
def test_a_server_is_ended_by_a_signal_and_started_again_on_its_port(tmp_path: Path, name: str) -> None:
    (port,) = free_ports(1)
    with Server(listener(tmp_path), port) as server:
        server.wait_until_it_listens()
        first = server.pid
        (child,) = psutil.Process(first).children()
        server.end_by(name)
        wait_until(server.revive)
        server.wait_until_it_listens()
        assert server.pid != first
        assert not runs(child)
        assert not server.revive()
    assert not psutil.pid_exists(server.pid)
