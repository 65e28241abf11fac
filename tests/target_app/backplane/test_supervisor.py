"""What a supervisor makes of its workers' ends, without any."""

import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from target_app.supervisor import LONGEST_WAIT_S, MOST_FAILURES, Supervisor
from target_app.worker import READY

PATIENCE = 120.0  # seconds until a process that has to end fails the test
SETTINGS = {"host": "127.0.0.1", "port": 0, "timeout_graceful_shutdown": 0}


def worker_that_ended() -> Any:
    """A process that has ended with 1, as a supervisor sees it."""
    ended = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    ended.wait(PATIENCE)
    return ended


@pytest.mark.parametrize("has_served", [True, False])
def test_a_worker_that_ends_again_and_again_stops_all_only_until_all_have_served(
    has_served: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor, ended = Supervisor(SETTINGS, 2, tmp_path), worker_that_ended()
    try:
        supervisor._is_ready = has_served
        worker = supervisor._workers[0]
        worker.has_served = True
        for count in range(1, MOST_FAILURES + 5):
            worker.process, worker.started = ended, time.monotonic()
            assert supervisor._bury(worker) == (has_served or count <= MOST_FAILURES)
            assert worker.restart_at - time.monotonic() <= LONGEST_WAIT_S
        assert ("stopping" in capfd.readouterr().err) == (not has_served)
    finally:
        supervisor._stop()


def test_a_place_that_has_served_has_served_although_its_next_worker_ends_before_it_does(
    tmp_path: Path,
) -> None:
    supervisor = Supervisor(SETTINGS, 2, tmp_path)
    worker = supervisor._workers[0]
    wake, alarm = socket.socketpair()
    try:
        for last_words in (READY, b""):
            worker.link, theirs = socket.socketpair()
            supervisor._selector.register(worker.link, selectors.EVENT_READ, worker)
            theirs.send(last_words)
            theirs.close()
            supervisor._wait(wake)
            assert (worker.is_serving, worker.has_served) == (last_words == READY, True)
            supervisor._forget(worker)
    finally:
        wake.close()
        alarm.close()
        supervisor._stop()
