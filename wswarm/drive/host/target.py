"""The reference application as a process of its own, started and stopped by us."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from types import TracebackType
from typing import IO, Self

from wswarm.drive.fleet.start import module_command
from wswarm.drive.host.application import application_path, check_application
from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.host.libc import libc
from wswarm.drive.host.process_group import ProcessGroup
from wswarm.drive.host.scratch import scratch_file
from wswarm.errors import PlanError, TargetError
from wswarm.reference import APPS, HOST, ServerOptions

# uvicorn's own protocol, which also lets a broadcast be framed once, beside those that uvicorn knows by name.
WS_PROTOCOLS = {"framing": "target_app.broadcast.framing:FramingProtocol"}

_PR_SET_PDEATHSIG = 1
_START_S = 30.0
_STOP_S = 10.0
_POLL_S = 0.05


def command(options: ServerOptions) -> list[str]:
    """Return the command line that serves the reference application.

    Raises:
        PlanError: there is no such application, what it is made with is not installed, or a key has no certificate.
    """
    if options.key is not None and options.cert is None:
        raise PlanError(f"--key {options.key} is the key of a certificate: give --cert too")
    if options.app not in APPS:
        raise PlanError(f"--app {options.app!r} is none of the reference applications: {', '.join(APPS)}")
    check_application()
    # uvicorn's own workers share one socket, and then most connections end up with one of them.
    server = ("target_app.workers", "--workers", str(options.workers))
    return [
        *module_command(*server, f"target_app.{options.app}:app"),
        *("--host", options.host, "--port", str(options.port)),
        *(
            "--ws",
            WS_PROTOCOLS.get(options.ws, options.ws),
            "--loop",
            _loop(options.loop),
            "--http",
            options.http,
        ),
        *("--ws-per-message-deflate", str(options.deflate).lower()),
        *("--log-level", options.log_level, "--no-access-log", "--timeout-graceful-shutdown", "5"),
        *(["--tracebacks"] if options.tracebacks else []),
        *(["--ssl-certfile", options.cert] if options.cert is not None else []),
        *(["--ssl-keyfile", options.key] if options.key is not None else []),
    ]


def environment(options: ServerOptions) -> dict[str, str]:
    """Return the environment that goes with the command; a backplane's address may hold a password.

    Raises:
        PlanError: the application has no use for a backplane, or no guards.
    """
    if options.app != "main":
        reasons = {"backplane": "broadcasts in one process only", "guard": "has no guards, as documented"}
        for name, reason in reasons.items():
            if getattr(options, name) is not None:
                raise PlanError(f"--{name} is for --app main: target_app.{options.app} {reason}")
    told = {"TARGET_BACKPLANE": options.backplane, "TARGET_GUARD": options.guard}
    return {
        **os.environ,
        **application_path(),
        **{name: value for name, value in told.items() if value is not None},
    }


def _loop(wanted: str) -> str:
    """Return uvicorn's name of the event loop, asyncio's where there is no uvloop: it is not made for Windows."""
    return wanted if wanted != "uvloop" or find_spec("uvloop") is not None else "asyncio"


class ReferenceApp:
    """The reference application on a free port of the loopback, from `with` to its end.

    Attributes:
        url: Base URL.

    Raises:
        NotInstalled: what it is made with is not. TargetError: it does not start; the message holds the last line
            of its log.
    """

    def __init__(self, app: str = "main", ws: str = ServerOptions().ws, workers: int = 1) -> None:
        raise_file_limit()  # the application inherits it
        port = _free_port()
        self.url = f"ws://{HOST}:{port}"
        self._log: IO[bytes] = scratch_file()
        options = ServerOptions(app=app, port=port, ws=ws, workers=workers)
        self._command, self._variables = command(options), environment(options)
        self._process = self._start()
        self._group = ProcessGroup(self.pid)
        self._port = port

    @property
    def pid(self) -> int:
        """Of its process, as it is now."""
        return self._process.pid

    def end_by(self, name: str) -> None:
        """Send it the signal of that name, without the `SIG`."""
        self._group.note_children()
        self._process.send_signal(signal.Signals[f"SIG{name}"])

    def revive(self) -> bool:
        """Start it anew if it has ended, when all its workers have ended, too; return whether it had."""
        if self._process.poll() is None:
            return False
        self._group.kill()
        self._group.wait(_STOP_S)  # until then its workers accept on its port
        self._process = self._start()
        self._group = ProcessGroup(self.pid)
        return True

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._command,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C ends the measurement first, the application after it
            preexec_fn=end_with_parent if libc() is not None and sys.platform == "linux" else None,  # noqa: PLW1509 - calls prctl alone
        )

    def __enter__(self) -> Self:
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._stop()
            raise
        return self

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = self.log().strip().splitlines()
                raise TargetError(
                    f"the reference application did not start: {log[-1] if log else 'no word of why'}"
                )
            time.sleep(_POLL_S)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def log(self) -> str:
        """Return what it has logged so far."""
        return read_log(self._log, 0, os.fstat(self._log.fileno()).st_size)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, self._port), timeout=1):
            return self._process.poll() is None
        return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def end_with_parent() -> None:
    """Have the kernel end this process when its parent ends, however that happens. Source: prctl(2)."""
    library = libc()
    if library is not None and hasattr(library, "prctl"):
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def read_log(log: IO[bytes], start: int, size: int) -> str:
    """Return up to `size` bytes of a log from byte `start` on.

    The application writes at the position that it shares with us, so nothing here may move it. Windows has no way to
    read without: there what is written in that moment may land elsewhere in the log.
    """
    if hasattr(os, "pread"):
        return os.pread(log.fileno(), size, start).decode(errors="replace")
    position = log.tell()
    log.seek(start)
    found = log.read(size)
    log.seek(position)
    return found.decode(errors="replace")
