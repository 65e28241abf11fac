"""Workers whose clocks are not the master's: in a time namespace, and beyond a network of their own."""

import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.locust.harness import headless, locust, until, worker_of
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.target import command
from wswarm.reference import ServerOptions

LATER = ("unshare", "--time", "--monotonic", "1000", "--fork", "--kill-child", "--")
CHAT = """
from wswarm.locust import ChatUser

class Chat(ChatUser):
    rate = 50
"""


class Host(NamedTuple):
    """Where a worker runs: what its command begins with, and our address as it is seen from there."""

    prefix: Sequence[str]
    address: str


def works(*line: str) -> bool:
    """Whether a command can be run here."""
    try:
        return subprocess.run(line, capture_output=True, check=False, timeout=10).returncode == 0
    except OSError:
        return False


@contextmanager
def served(host: str) -> Iterator[str]:
    """The reference application at that address of ours."""
    port = free_ports(1)[0]
    with subprocess.Popen(command(ServerOptions(host=host, port=port))) as process:
        try:
            until(lambda: is_listening(host, port))
            yield f"ws://{host}:{port}"
        finally:
            process.terminate()


def is_listening(host: str, port: int) -> bool:
    """Whether somebody answers there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def host() -> Iterator[Host]:
    """Another machine as far as its clock can tell, beyond a network of its own where there can be one."""
    if not works(*LATER, "true"):
        pytest.skip("time namespaces need root and Linux 5.6 or later")
    name, number = f"wswarm{os.getpid()}", os.getpid() % 250
    ours, theirs = f"ws{os.getpid()}a", f"ws{os.getpid()}b"
    lines = [
        f"ip netns add {name}",
        f"ip link add {ours} type veth peer name {theirs} netns {name}",
        f"ip addr add 10.213.{number}.1/24 dev {ours}",
        f"ip link set {ours} up",
        f"ip -n {name} addr add 10.213.{number}.2/24 dev {theirs}",
        f"ip -n {name} link set {theirs} up",
    ]
    try:
        if all(works(*line.split()) for line in lines):
            yield Host(("ip", "netns", "exec", name, *LATER), f"10.213.{number}.1")
        else:
            yield Host(LATER, "127.0.0.1")
    finally:
        works("ip", "netns", "del", name)


@pytest.mark.slow
def test_a_worker_whose_clock_is_a_quarter_hour_ahead_measures_the_same_and_says_how_sure_it_is(
    tmp_path: Path, host: Host
) -> None:
    (tmp_path / "locustfile.py").write_text(CHAT)
    port = str(free_ports(1)[0])
    distribution = ("--master", "--master-bind-port", port, "--expect-workers", "2")
    with served(host.address) as url:
        options = headless(url, 8, "--ws-hold", "2s", "--ws-drain", "2s")
        with locust(tmp_path, "-f", "locustfile.py", *distribution, *options) as master:
            workers = [worker_of(tmp_path, port), worker_of(tmp_path, port, host.prefix, host.address)]
            try:
                assert master.ended() in (0, 98)
            finally:
                for one in workers:
                    one.end()
            run, said = master.runs()["Chat"], master.text()
    assert not [reason for reason in run.validity.reasons if "lost" in reason]
    assert run.messages is not None
    assert run.messages.received == run.messages.owed == 8 * run.messages.sent == 800
    assert run.clock_error is not None
    assert 0 < run.clock_error < 1
    assert run.fanout is not None
    times = run.fanout.delivery_time
    assert all(one is None or one >= run.clock_error for one in (times.min, times.p50, times.p99, times.max))
    assert times.max is None or times.max < 60
    for text in (said, (tmp_path / "reports" / "latest" / "report.html").read_text()):
        assert "times between machines: clocks compared to within" in text
    assert all(0 < moment.t < 60 for moment in run.connections.timeline)
