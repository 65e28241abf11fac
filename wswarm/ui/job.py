"""A run that was started here: what it says, how it is stopped, what became of it."""

import http.client
import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.report import store
from wswarm.report.served_page import AGAIN, HOST
from wswarm.ui import asked, keeper
from wswarm.ui.asked import Asked

MOST_LINES, LONGEST_LINE = 400, 500
CHECK_S = 60.0
STOP_S = 25.0
PAGE_S = 10.0
_LIVE = re.compile(rb"live: http://127\.0\.0\.1:(\d+)/\s*")


class Standing(NamedTuple):
    """How a run stands.

    Attributes:
        state: `running`, `stopping` or `ended`.
        lines: The last of what it has said.
        code: Its exit code once it has ended.
        report: The name of its report, once there is one.
        is_live: Whether its page can be asked for.
    """

    command: str
    state: str
    elapsed_s: float
    lines: list[str]
    code: int | None
    report: str | None
    is_live: bool


class Job:
    """One command with all that it starts; the folder of its report is below `root`.

    Args:
        words: Of the command line, without `wswarm`.
        root: Where reports are.

    Raises:
        ResultError: there can be no folder.
    """

    def __init__(self, words: Sequence[str], root: Path) -> None:
        self._command = asked.shown(words)
        self._root = root
        self._folder = store.new_folder(root, words[0], datetime.now(UTC))
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._begun = time.monotonic()
        self._ended: float | None = None
        self._stops = 0
        self._port: int | None = None  # of the page that it serves
        self._process = subprocess.Popen(
            [sys.executable, "-I", keeper.__file__, *_wswarm(), *words, "--live", "-o", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return not self._reader.is_alive()

    def stop(self) -> None:
        """Press Ctrl-C; the second time end everything at once."""
        self._stops += 1
        self._tell("stop" if self._stops == 1 else "kill")

    def end(self) -> None:
        """End it as when nobody looks any more, and wait until it has ended."""
        with suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._reader.join(STOP_S)

    def standing(self) -> Standing:
        """Return how it stands."""
        is_over = self.is_over
        state = "ended" if is_over else "stopping" if self._stops else "running"
        until = self._ended if self._ended is not None else time.monotonic()
        name = self._folder.relative_to(self._root).as_posix()
        has_report = is_over and self._folder.is_dir()
        code = self._process.returncode if is_over else None
        return Standing(
            self._command,
            state,
            until - self._begun,
            [*self._lines],
            code,
            name if has_report else None,
            is_live=self._port is not None and not is_over,
        )

    def page(self, *, is_renewed: bool) -> bytes | None:
        """Return the page that it serves, `None` if it serves none.

        Args:
            is_renewed: Whether who asks has what draws charts already.
        """
        if self._port is None or self.is_over:
            return None
        connection = http.client.HTTPConnection(HOST, self._port, timeout=PAGE_S)
        try:
            connection.request("GET", f"/?{AGAIN}" if is_renewed else "/")
            return connection.getresponse().read()
        except (OSError, http.client.HTTPException):  # it has just ended
            return None
        finally:
            connection.close()

    def _tell(self, word: str) -> None:
        with suppress(OSError, ValueError):  # it has ended
            assert self._process.stdin is not None
            self._process.stdin.write(f"{word}\n".encode())
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process:
            while line := self._process.stdout.readline(LONGEST_LINE):
                if self._port is None and (found := _LIVE.fullmatch(line)) is not None:
                    self._port = int(found[1])
                    continue
                self._lines.append(line.decode("utf-8", "replace").rstrip())
        self._ended = time.monotonic()
        with suppress(OSError):
            self._folder.rmdir()  # if nothing was written


class Jobs:
    """The runs that are started here: one at a time, as two would measure each other.

    Args:
        root: Where their reports go.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._current: Job | None = None

    def start(self, one: Asked) -> None:
        """Check a command as the command line does, and start it.

        Raises:
            PlanError: it can't be; in the words of the command line. ResultError: there can be no report.
        """
        words = asked.words_of(one)
        with self._lock:
            if self._current is not None and not self._current.is_over:
                raise PlanError("a run is under way: wait for its end, or stop it")
            check(words)
            self._current = Job(words, self._root)

    def stop(self) -> None:
        """Stop the run that is under way, if one is."""
        if self._current is not None:
            self._current.stop()

    def standing(self) -> Standing | None:
        """Return how the latest run stands, `None` without one."""
        return self._current.standing() if self._current is not None else None

    def page(self, *, is_renewed: bool) -> bytes | None:
        """Return the page that the run under way serves, `None` without one."""
        return self._current.page(is_renewed=is_renewed) if self._current is not None else None

    def end(self) -> None:
        """End the run that is under way, if one is."""
        if self._current is not None:
            self._current.end()


def check(words: Sequence[str]) -> None:
    """Have the command line check a command, as far as it can without connecting.

    Raises:
        PlanError: it is wrong; in its own words.
    """
    done = subprocess.run(
        [*_wswarm(), *words, "--print", "plan"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=CHECK_S,
        check=False,
    )
    if done.returncode:
        raise PlanError(done.stderr.strip() or f"wswarm ended with exit code {done.returncode}")


def _wswarm() -> list[str]:
    return [sys.executable, "-m", "wswarm"]
