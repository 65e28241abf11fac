"""`wswarm serve`: the reference application, until it is told to stop."""

import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.cli.command import BRIEF_MESSAGES, Command, wait_until, wswarm
from tests.cli.strangers import closed_port, stranger

pytestmark = pytest.mark.xdist_group("command line: serve")


def is_listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_documented_chat_is_served_until_sigterm(tmp_path: Path) -> None:
    port = closed_port()
    command = Command("serve", "--app", "documented.chat", "--port", str(port), cwd=tmp_path)
    wait_until(lambda: is_listening(port), "the chat listens")
    with connect(f"ws://127.0.0.1:{port}/ws/7", proxy=None) as client:
        client.send("hello")
        assert client.recv(timeout=10) == "You wrote: hello"
    command.process.send_signal(signal.SIGTERM)
    end = command.outcome()
    assert end.code in (0, -signal.SIGTERM)
    assert end.out == f"target_app.documented.chat at http://127.0.0.1:{port}/ (Ctrl-C stops it)\n"
    assert end.err == ""


def test_several_workers_are_served_measured_and_stopped_by_ctrl_c(tmp_path: Path) -> None:
    port = closed_port()
    command = Command("serve", "--workers", "2", "--port", str(port), cwd=tmp_path)
    wait_until(lambda: is_listening(port), "the application listens")
    wait_until(lambda: len(command.family()) >= 3, "both workers run")
    url = f"ws://127.0.0.1:{port}"
    options = ("--profile", "echo", "--scenarios", "echo", "-o", "mine")
    end = wswarm("run", url, *BRIEF_MESSAGES, *options, cwd=tmp_path)
    assert end.code in (0, 98)
    assert "15" in end.out
    command.interrupt()
    served = command.outcome()
    assert served.code in (0, 130, -signal.SIGINT)
    assert "Traceback" not in served.err


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with stranger("silent") as port:
        end = wswarm("serve", "--port", str(port), cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (1, "", 1)
    assert f"--port {port}: Address already in use; choose another" in end.err


@pytest.mark.parametrize(
    ("host", "why"), [("8.8.8.8", "Cannot assign requested address"), ("host.invalid", "not known")]
)
def test_an_address_that_is_not_ours_is_told_in_one_line(host: str, why: str, tmp_path: Path) -> None:
    end = wswarm("serve", "--host", host, "--port", str(closed_port()), cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (1, "", 1)
    assert f"--host {host}" in end.err
    assert why in end.err
