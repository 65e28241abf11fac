"""Several worker processes on one port: started, started again when they end, and stopped.

Every worker has an SO_REUSEPORT socket of its own. With one socket that all inherit, whoever wakes first accepts
whatever waits, and the load ends up on few of them.
"""

import json
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from target_app.guard.census import FILE_VARIABLE as CENSUS_VARIABLE
from target_app.guard.census import Census
from target_app.metrics import MEASURES, without_gauges
from target_app.scoreboard import FILE_VARIABLE, ROW_VARIABLE, Scoreboard
from target_app.service_manager import share
from target_app.worker import bind

MOST_FAILURES = 10  # early ends in a row of a worker until all is stopped, as long as not all have served
LIVED_S = 10.0  # an end before this is an early one
LONGEST_WAIT_S = 5.0  # before a restart
PATIENCE_S = 5.0  # beyond uvicorn's own time limit, until a worker that does not stop is killed
_SAFELY = ("-P",) if sys.flags.safe_path else ()  # workers find what we find: the folder we are in, or not
_TICK_S = 0.5


@dataclass(slots=True)
class _Worker:
    """A worker's place, whoever fills it.

    Attributes:
        process: who does now; ``None`` while nobody does.
        link: our end of a socket pair: it sends a byte when it serves.
        started: when it was started, monotonic seconds.
        restart_at: when to start the next; set while nobody fills the place.
        failures: how many in a row ended early.
        has_served: whether anyone in this place ever served.
    """

    row: int
    process: subprocess.Popen[bytes] | None = None
    link: socket.socket | None = None
    started: float = 0.0
    restart_at: float = 0.0
    failures: int = 0
    is_serving: bool = False
    has_served: bool = False


class Supervisor:
    """Starts workers, starts again those that end, and stops them all.

    Args:
        settings: as ``departures.configure`` takes them; a port of 0 is replaced by a free one.
        count: how many workers.
        folder: for the files they share; it has to be there, and empty.
        greet: called with the port when all of them serve.
        sockets: that they listen on, if not on their own.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        count: int,
        folder: Path,
        greet: Callable[[int], None] | None = None,
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        # Bound but not listening: it takes no connection, and nobody else can take the port between two workers.
        self._reservation = None if sockets else bind(settings["host"], settings["port"])
        port = self._reservation.getsockname()[1] if self._reservation else settings["port"]
        self._settings, self._sockets = {**settings, "port": port}, sockets
        self._greet = greet
        self._board_file = folder / "scoreboard"
        self._board = Scoreboard.create(self._board_file, count, len(MEASURES))
        self._census_file = folder / "census"
        self._census = Census.create(self._census_file, count)
        self._workers = [_Worker(row) for row in range(count)]
        self._selector = selectors.DefaultSelector()
        self._is_stopping = False
        self._is_ready = False

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; the exit code.

        Returns:
            0 after a signal; 1 if a worker could not be started. Once all have served, those that do not come
            back are tried again for ever, and the others go on.
        """
        wake, alarm = socket.socketpair()
        for end in (wake, alarm):
            end.setblocking(False)
        self._selector.register(wake, selectors.EVENT_READ)
        signal.set_wakeup_fd(alarm.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_asked)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # wakes the selector
        try:
            for worker in self._workers:
                self._start(worker)
            while not self._is_stopping:
                self._wait(wake)
                if not self._reap():
                    return 1
            return 0
        finally:
            self._stop()

    def _wait(self, wake: socket.socket) -> None:
        """Until something happens or it is time to look."""
        for key, _ in self._selector.select(_TICK_S):
            if key.fileobj is wake:
                wake.recv(4096)
                continue
            worker: _Worker = key.data
            self._selector.unregister(key.fileobj)
            worker.is_serving = bool(worker.link and worker.link.recv(1))
            worker.has_served |= worker.is_serving
        if not self._is_ready and all(worker.is_serving for worker in self._workers):
            self._is_ready = True
            if self._greet is not None:
                self._greet(self._settings["port"])

    def _reap(self) -> bool:
        """Note who ended and start who is due; whether to go on."""
        for worker in self._workers:
            if worker.process is not None and worker.process.poll() is not None:
                if not self._bury(worker):
                    return False
            elif worker.process is None and time.monotonic() >= worker.restart_at:
                self._start(worker)
        return True

    def _bury(self, worker: _Worker) -> bool:
        """Note that a worker has ended, and when to start the next; whether there is to be one."""
        assert worker.process is not None
        code, lived = worker.process.returncode, time.monotonic() - worker.started
        self._forget(worker)
        worker.failures = 0 if lived >= LIVED_S else worker.failures + 1
        if self._is_stopping:
            return True
        if not self._is_ready and (not worker.has_served or worker.failures > MOST_FAILURES):
            why = "did not start" if not worker.has_served else f"ended {worker.failures} times in a row"
            say(f"worker {worker.row} {why} (exit code {code}): stopping")
            return False
        wait = (
            min(LONGEST_WAIT_S, 0.1 * 2 ** min(worker.failures, 16))
            * random.uniform(0.5, 1)
            * bool(worker.failures)
        )
        worker.restart_at = time.monotonic() + wait
        say(f"worker {worker.row} ended (exit code {code}): starting another in {wait:.1f} s")
        return True

    def _forget(self, worker: _Worker) -> None:
        """Its gauges vanish, its counters stay."""
        if worker.link is not None:
            if worker.link.fileno() in self._selector.get_map():
                self._selector.unregister(worker.link)
            worker.link.close()
        worker.process = worker.link = None
        worker.is_serving = False
        self._board.write(worker.row, without_gauges(self._board.read(worker.row)))
        self._census.clear(worker.row)

    def _start(self, worker: _Worker) -> None:
        ours, theirs = socket.socketpair()
        environment = {
            **os.environ,
            FILE_VARIABLE: str(self._board_file),
            ROW_VARIABLE: str(worker.row),
            CENSUS_VARIABLE: str(self._census_file),
        }
        addresses = [one.getsockname() for one in self._sockets]
        taken = [self._sockets[number] for number in share(addresses, worker.row, len(self._workers))]
        with theirs:
            descriptors = [one.fileno() for one in (theirs, *taken)]
            worker.process = subprocess.Popen(
                [
                    sys.executable,
                    *_SAFELY,
                    "-m",
                    "target_app.worker",
                    json.dumps(self._settings),
                    *map(str, descriptors),
                ],
                stdin=subprocess.DEVNULL,
                env=environment,
                pass_fds=descriptors,
                start_new_session=True,  # a terminal's Ctrl-C is ours to pass on, once
            )
        worker.link, worker.started = ours, time.monotonic()
        self._selector.register(ours, selectors.EVENT_READ, worker)

    def _stop_asked(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _stop(self) -> None:
        """Stop all workers; those that take too long are killed."""
        running = [worker.process for worker in self._workers if worker.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + (self._settings["timeout_graceful_shutdown"] or 0) + PATIENCE_S
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for worker in self._workers:
            self._forget(worker)
        self._selector.close()
        if self._reservation is not None:
            self._reservation.close()
        self._board.close()
        self._census.close()


def say(text: str) -> None:
    """Write a line to standard error at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
