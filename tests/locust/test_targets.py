"""Targets that die, are not there, refuse or stand still: failures by reason, an exit code, an end."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from tests.end_to_end.instrument import several_at_once, side_by_side
from tests.end_to_end.servers import serve
from tests.locust.harness import CHAT_AND_ECHO, Locust, headless, locust, until
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.target import ReferenceApp
from wswarm.results.run import Run

pytestmark = several_at_once

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


class Ended(NamedTuple):
    """How Locust ended, what it said, and its runs."""

    code: int
    said: str
    runs: dict[str, Run]
    folder: Path

    @property
    def errors(self) -> str:
        """What Locust's own table of errors says."""
        return self.said.partition("Error report")[2]


Target = Callable[[Path, str], Ended]
Targets = dict[Target, Future[Ended]]


def of(one: Locust) -> Ended:
    """What became of it, once it has ended."""
    return Ended(one.ended(), one.text(), one.runs(), one.folder)


def connected_to(url: str) -> list[Any]:
    """The connections to a target whose end has not been noticed."""
    port = int(url.rpartition(":")[2])
    open_ones = [one for one in psutil.net_connections("tcp") if one.status in ("ESTABLISHED", "CLOSE_WAIT")]
    return [one for one in open_ones if one.raddr and one.raddr.port == port]


def dies(folder: Path, _: str) -> Ended:
    """A target that is killed in the hold."""
    (folder / "locustfile.py").write_text(CHAT_AND_ECHO)
    with (
        ReferenceApp() as app,
        locust(folder, "-f", "locustfile.py", *headless(app.url, 6)) as one,
    ):
        one.hold()
        app._process.kill()
        until(lambda: not connected_to(app.url))
        one.signal(signal.SIGTERM)
        return of(one)


def takes_nobody(folder: Path, url: str) -> Ended:
    """Targets that are not there, refuse, or have another name."""
    port = free_ports(1)[0]
    with serve("tls_echo") as secure:
        (folder / "locustfile.py").write_text(NOWHERE.format(port=port, secure=secure))
        with locust(folder, "-f", "locustfile.py", *headless(url, 6, "--ws-hold", "500ms")) as one:
            return of(one)


def stands_still(folder: Path, _: str) -> Ended:
    """A target that is stopped in the hold, and goes on after the end."""
    (folder / "locustfile.py").write_text(ECHO)
    with serve("echo") as server:
        options = headless(server.url, 3, "--ws-hold", "4s", "--ws-drain", "1s")
        with locust(folder, "-f", "locustfile.py", *options) as one:
            one.hold()
            os.kill(server.pid, signal.SIGSTOP)
            try:
                return of(one)
            finally:
                os.kill(server.pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp) -> Iterator[Targets]:
    """All of them side by side: they wait more than they work."""
    kinds: list[Target] = [stands_still, dies, takes_nobody]
    folders = {kind: tmp_path_factory.mktemp(kind.__name__) for kind in kinds}
    calls = {kind: partial(kind, folder, app.url) for kind, folder in folders.items()}
    with side_by_side(calls, at_once=3) as found:
        yield found


def test_a_target_that_dies_is_told_by_reason(targets: Targets) -> None:
    ended = targets[dies].result()
    runs = ended.runs
    assert ended.code == 95
    assert "3                  connect Chat: dropped: 1006" in ended.errors
    assert "3                  connect Echo: dropped: 1006" in ended.errors
    assert runs["Chat"].connections.closes == {"1006": 4}
    assert runs["Echo"].connections.closes == {"1006": 3}


def test_targets_that_nobody_can_connect_to_are_told_by_reason_in_one_line_each(
    targets: Targets,
) -> None:
    ended = targets[takes_nobody].result()
    code, said, runs, folder = ended
    port = re.findall(r'"ws://127\.0\.0\.1:(\d+)"', (folder / "locustfile.py").read_text())[0]
    assert code == 1
    assert "2                  connect Nobody: refused" in ended.errors
    assert "2                  connect Wrong: http 403" in ended.errors
    assert "2                  connect Misnamed: tls certificate: other name" in ended.errors
    assert runs["Nobody"].connections.failures == {"refused": 2}
    assert runs["Wrong"].connections.failures == {"http 403": 3}
    assert (folder / "reports" / "latest" / "report.html").exists()
    (line,) = [line for line in said.splitlines() if "ERROR" in line and "Nobody" in line]
    assert "Nobody: every handshake failed: refused (2)" in line
    assert f"; ws://127.0.0.1:{port}" in line
    assert line.endswith("nothing listens there: start the service or correct the port")
    assert len([line for line in said.splitlines() if "ERROR" in line]) == 3
    assert "Traceback" not in said


def test_a_target_that_stands_still_loses_messages_and_does_not_hold_the_end_up(targets: Targets) -> None:
    ended = targets[stands_still].result()
    assert ended.code in (1, 98)
    lost = ended.runs["Echo"].messages
    assert lost is not None
    assert lost.lost.silent > 0
    assert lost.owed == lost.received + lost.lost.silent + lost.lost.disconnected
    assert "echo Echo: lost: silent" in ended.errors


def test_a_host_that_nobody_knows_is_told_in_one_line(folder: Path) -> None:
    with locust(folder, "-f", "locustfile.py", *headless("ws://no-such-host.invalid", 2, "-t", "4s")) as one:
        assert one.ended() == 1
    assert "no such host 'no-such-host.invalid'" in one.text()
    assert "Traceback" not in one.text()
