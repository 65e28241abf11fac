"""Reports drawn by a process beside the front end: after the summary, or while the next scenario gets ready."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Self

from wswarm.drive.fleet.start import module_command
from wswarm.errors import ResultError
from wswarm.loading import ONE_THREAD
from wswarm.report import drawer, pages, store
from wswarm.results.progress import Progress

_PATIENCE_S = 2.0


class Plain:
    """The pages of a report without drawing any picture, made here.

    Args:
        path: What is shown: the folder of a run or suite that is there, or a run file.
        drawn: Folders of runs of the suite whose pictures are there.

    Attributes:
        folder: Of the report.
        has_begun: Whether there is something to wait for.
    """

    def __init__(self, path: Path, *, drawn: Sequence[str] = ()) -> None:
        self.folder, self._path, self._drawn = store.folder_of(path), path, drawn
        self.has_begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def begin(self) -> None:
        """Note that what the pages are made of has been stored."""
        self.has_begun = True

    def wait(self) -> None:
        """Make the pages.

        Raises:
            ResultError: they can't be written.
        """
        store.draw(self._path, plots=False, drawn=self._drawn)

    def stop(self) -> None:
        """Nothing is under way."""

    def leave_out(self) -> None:
        """Write the pages without the pictures that are missing, if none has been written."""
        if not (self.folder / pages.PAGE_FILE).exists():
            with suppress(ResultError):  # another error tells enough
                Plain.wait(self)


class Drawing(Plain):
    """The pictures and pages of a report, drawn by a process of its own as soon as `begin` is called.

    That process is in a group of its own: Ctrl-C is for the front end to hear. It ends with the `with` block.

    Args:
        path: What is shown: the folder of a run or suite that is there, or a run file.
        svg: SVG beside PNG, and in the pages.
        drawn: Folders of runs of the suite whose pictures have just been drawn.
        beside: Take no more than what a measurement leaves; see `make_way`.
    """

    def __init__(
        self, path: Path, *, svg: bool = False, drawn: Sequence[str] = (), beside: bool = False
    ) -> None:
        super().__init__(path, drawn=drawn)
        self._is_paused = False
        self._cause: str | None = None
        words = ["svg" if svg else "png", "beside" if beside else "alone", str(path), *drawn]
        try:
            self._process = _start(words)
        except OSError as error:
            self._cause = f"no process can be started: {error.strerror or error}"

    def begin(self) -> None:
        """Have it drawn: what is to be drawn has been stored."""
        super().begin()
        if self._cause is None and self._process.stdin is not None:
            with suppress(OSError):  # it has ended, and `wait` tells why
                self._process.stdin.write(drawer.BEGIN)
                self._process.stdin.close()

    def wait(self) -> None:
        """Wait until it is drawn.

        Raises:
            ResultError: it could not be drawn; there is a page all the same.
        """
        cause = self._ended()
        if cause is not None:
            self.leave_out()
            raise pages.undrawn(self.folder, cause)

    def is_done(self) -> bool:
        """Return whether it has been drawn."""
        return self.has_begun and self._cause is None and self._process.poll() == 0

    def make_way(self, progress: Progress) -> None:
        """Stand still while something is measured: handshakes, and all from the hold on."""
        has_connected = bool(progress.connections_open or progress.failed)
        is_measured = progress.phase in ("hold", "drain") or (progress.phase == "ramp" and has_connected)
        if is_measured != self._is_paused and hasattr(signal, "SIGSTOP"):
            self._is_paused = is_measured
            self._signal(signal.SIGSTOP if is_measured else signal.SIGCONT)

    def stop(self) -> None:
        """End the process, if it has not ended; what it has written whole stays."""
        if self._cause is not None:
            return
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            self._signal(getattr(signal, "SIGCONT", signal.SIGTERM))
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _ended(self) -> str | None:
        """Wait for the end; return why it was too early, in short."""
        if self._cause is not None or self._process.stderr is None:
            return self._cause
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        code = self._process.wait()
        if code == 0:
            return None
        if code < 0:
            return f"what draws them was killed by signal {-code}"
        return said[-1] if said else f"what draws them ended with exit code {code}"

    def _signal(self, number: int) -> None:
        """Send the signal to the process and to what helps it."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)


def can_copy_itself() -> bool:
    """Return whether this process may be copied to draw, which spares loading what is loaded here.

    No thread is copied but the one that asks, nor would an event loop know of it.
    """
    threads = Path("/proc/self/task")
    return sys.platform == "linux" and len(list(threads.iterdir())) == 1 and "gevent" not in sys.modules


def _start(words: Sequence[str]) -> "subprocess.Popen[bytes]":
    options: dict[str, Any] = {"process_group": 0} if hasattr(os, "setpgid") else {}
    if can_copy_itself():
        # `Popen` copies this process as it does before it runs a program, which is then not come to.
        options |= {"preexec_fn": partial(_draw, words), "restore_signals": False}
    return subprocess.Popen(
        module_command("wswarm.report.drawer", *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**ONE_THREAD, **os.environ},
        **options,
    )


def _draw(words: Sequence[str]) -> NoReturn:
    """Be what draws, without any file of the process that this is a copy of, and end."""
    code = 1
    try:
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # `Popen` goes on when it finds its own closed
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        code = drawer.main(words)
    finally:
        os._exit(code)
