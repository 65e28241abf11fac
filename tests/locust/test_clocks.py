"""Workers whose clocks are not the master's: in a time namespace, and beyond a network of their own."""

import subprocess
from pathlib import Path

import pytest

from tests.locust.harness import free_port, headless, locust, worker_of
from wswarm.drive.target import ReferenceApp

LATER = ("unshare", "--time", "--monotonic", "1000", "--fork", "--kill-child", "--")
CHAT = """
from wswarm.locust import ChatUser, EchoUser

class Chat(ChatUser):
    rate = 50
"""


def works(*line: str) -> bool:
    """Whether a command can be run here."""
    try:
        return subprocess.run(line, capture_output=True, check=False, timeout=10).returncode == 0
    except OSError:
        return False


needs_time = pytest.mark.skipif(
    not works(*LATER, "true"), reason="time namespaces need root and Linux 5.6 or later"
)


@pytest.mark.slow
@needs_time
def test_a_worker_whose_clock_is_a_quarter_hour_ahead_measures_the_same_and_says_how_sure_it_is(
    tmp_path: Path, app: ReferenceApp
) -> None:
    (tmp_path / "locustfile.py").write_text(CHAT)
    port = str(free_port())
    options = headless(app.url, 8, "--ws-hold", "2s", "--ws-drain", "2s")
    with locust(
        tmp_path, "-f", "locustfile.py", "--master", "--master-bind-port", port, *options,
        "--expect-workers", "2",
    ) as master:  # fmt: skip
        workers = [worker_of(tmp_path, port), worker_of(tmp_path, port, LATER)]
        try:
            assert master.ended() in (0, 98)
        finally:
            for one in workers:
                one.end()
        run = master.runs()["Chat"]
        said = master.text()
    assert not [reason for reason in run.validity.reasons if "lost" in reason]
    assert run.messages is not None
    assert run.messages.received == run.messages.owed == 8 * run.messages.sent == 800
    assert run.clock_error is not None
    assert 0 < run.clock_error < 1
    assert run.fanout is not None
    times = run.fanout.delivery_time
    assert all(one is None or one >= run.clock_error for one in (times.min, times.p50, times.p99, times.max))
    assert times.max is None or times.max < 60
    assert "times between machines: clocks compared to within" in said
    assert "times between machines: clocks compared to within" in page(tmp_path)
    assert all(0 < moment.t < 60 for moment in run.connections.timeline)


def page(folder: Path) -> str:
    """The report's page."""
    return (folder / "reports" / "latest" / "report.html").read_text()
