"""Targets that die, are not there, refuse or stand still: failures by reason, an exit code, an end."""

import os
import signal
import time
from pathlib import Path

from tests.end_to_end.servers import serve
from tests.locust.harness import Locust, free_port, headless, locust
from wswarm.drive.host.target import ReferenceApp

NOWHERE = """
from wswarm.locust import ChatUser, EchoUser

class Nobody(EchoUser):
    url = "ws://127.0.0.1:{port}"

class Wrong(ChatUser):
    profile = None
    url = "/no-such-path"

class Misnamed(EchoUser):
    url = "{secure.url}"
    settings = {{"cacert": "{secure.cacert}", "sni": "other.example"}}
"""
ECHO = """
from wswarm.locust import WebSocketUser

class Echo(WebSocketUser):
    scenario, rate_per_user = "echo", 5
"""


def errors(one: Locust) -> str:
    """What Locust's own table of errors says."""
    return one.text().partition("Error report")[2]


def test_a_target_that_dies_is_told_by_reason(folder: Path) -> None:
    with (
        ReferenceApp() as app,
        locust(folder, "-f", "locustfile.py", *headless(app.url, 6)) as one,
    ):
        one.hold()
        app._process.kill()
        time.sleep(1.0)
        one.signal(signal.SIGTERM)
        assert one.ended() == 95
        runs = one.runs()
    assert "3                  connect Chat: dropped: 1006" in errors(one)
    assert "3                  connect Echo: dropped: 1006" in errors(one)
    assert runs["Chat"].connections.closes == {"1006": 4}
    assert runs["Echo"].connections.closes == {"1006": 3}


def test_targets_that_nobody_can_connect_to_are_told_by_reason_in_one_line_each(
    tmp_path: Path, app: ReferenceApp
) -> None:
    port = free_port()
    with serve("tls_echo") as secure:
        (tmp_path / "locustfile.py").write_text(NOWHERE.format(port=port, secure=secure))
        options = headless(app.url, 6, "--ws-hold", "500ms")
        with locust(tmp_path, "-f", "locustfile.py", *options) as one:
            assert one.ended() == 1
            runs, said = one.runs(), one.text()
    assert "2                  connect Nobody: refused" in errors(one)
    assert "2                  connect Wrong: http 403" in errors(one)
    assert "2                  connect Misnamed: tls certificate: other name" in errors(one)
    assert runs["Nobody"].connections.failures == {"refused": 2}
    assert runs["Wrong"].connections.failures == {"http 403": 3}
    assert (tmp_path / "reports" / "latest" / "report.html").exists()
    (line,) = [line for line in said.splitlines() if "ERROR" in line and "Nobody" in line]
    assert "Nobody: every handshake failed: refused (2)" in line
    assert f"; ws://127.0.0.1:{port}" in line
    assert line.endswith("nothing listens there: start the service or correct the port")
    assert len([line for line in said.splitlines() if "ERROR" in line]) == 3
    assert "Traceback" not in said


def test_a_target_that_stands_still_loses_messages_and_does_not_hold_the_end_up(tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(ECHO)
    with serve("echo") as server:
        options = headless(server.url, 3, "--ws-hold", "4s", "--ws-drain", "1s")
        with locust(tmp_path, "-f", "locustfile.py", *options) as one:
            one.hold()
            os.kill(server.pid, signal.SIGSTOP)
            try:
                assert one.ended() in (1, 98)
            finally:
                os.kill(server.pid, signal.SIGCONT)
            runs = one.runs()
    lost = runs["Echo"].messages
    assert lost is not None
    assert lost.lost.silent > 0
    assert lost.owed == lost.received + lost.lost.silent + lost.lost.disconnected
    assert "echo Echo: lost: silent" in errors(one)


def test_a_host_that_nobody_knows_is_told_in_one_line(folder: Path) -> None:
    with locust(folder, "-f", "locustfile.py", *headless("ws://no-such-host.invalid", 2, "-t", "4s")) as one:
        assert one.ended() == 1
    assert "no such host 'no-such-host.invalid'" in one.text()
    assert "Traceback" not in one.text()
