"""Processes that begin where importing ends: forked from one that has loaded what they need.

Most of what a brief test costs is that processes import the same modules again and again. `Forked` is a
`subprocess.Popen` for ``python -m MODULE ARGUMENTS``, as far as the tests need one: real processes with a memory,
a signal mask and files of their own, whose parent is the nursery instead of the test. What a test holds of starting
itself (the command line, the environment, the folder, Ctrl-C while it loads) needs a `subprocess.Popen`. Supervisors
of the reference application that are borne here fork their workers, which are their children all the same.

The nursery is this file run as a program, one in each worker of the tests; it ends when its worker does.
Front ends that it has borne may have their agents from it, too: then these are no children of theirs.
"""

import _socket
import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import resource
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType, TracebackType
from typing import IO, Any, NoReturn, Self

from tests.worker_forks import fork_workers

ROOT = Path(__file__).parents[1]
POLL, WAIT = select.poll, os.waitpid  # before Locust replaces them
MOST = 1 << 17  # bytes of an order
LOADED = {
    "wswarm": (
        "tests.end_to_end.servers.connection",
        "tests.end_to_end.servers.library_server",
        "tests.end_to_end.servers.process",
        "tests.end_to_end.servers.receivers",
        "encodings.idna",
        "html",
        "numpy.ma",
        "numpy.random",
        "psutil",
        "trustme",
        "uvloop",
        "websockets.asyncio.client",
        "wswarm.drive.drivers.picows_driver",
        "wswarm.drive.drivers.websockets_driver",
        "wswarm.drive.fleet.serving",
        "wswarm.drive.fold_clock",
        "wswarm.drive.group",
        "wswarm.drive.groups",
        "wswarm.drive.host.effort",
        "wswarm.drive.host.probes",
        "wswarm.drive.http.group",
        "wswarm.drive.pings",
        "wswarm.drive.replay.group",
        "wswarm.drive.script.group",
        "wswarm.drive.sender",
    ),
    # Not the plugin itself, whose assertions pytest rewrites as it loads it.
    "pytest": (
        "pytest",
        "_pytest.junitxml",
        "_pytest.stepwise",
        "_pytest.unittest",
        "encodings.idna",
        "pdb",
        "psutil",
        "wswarm.testing.swarm",
        "wswarm.experiment.measure",
        "wswarm.report.text",
    ),
    "drawer": ("wswarm.report.html", "wswarm.report.plots", "wswarm.report.store"),
    # All but what makes an application, which its environment has a say in.
    "target_app": (
        "encodings.idna",
        "httptools",
        "target_app.backplane.choose",
        "target_app.broadcast.framing",
        "target_app.guard.door",
        "target_app.guard.on_duty",
        "target_app.metrics",
        "target_app.routes.chat",
        "target_app.routes.class_based",
        "target_app.routes.echo",
        "target_app.routes.formats",
        "target_app.routes.items",
        "target_app.routes.observe",
        "target_app.routes.pages",
        "target_app.routes.parameters",
        "target_app.routes.secure",
        "target_app.startup",
        "uvicorn.lifespan.on",
        "uvicorn.main",
        "uvicorn.protocols.http.httptools_impl",
        "uvicorn.protocols.websockets.websockets_sansio_impl",
        "uvloop",
    ),
    # First of all, because it replaces parts of the standard library.
    "locust": ("locust.main", "wswarm.locust", "wswarm.locust.master.conductor", "wswarm.report.store"),
}


class Forked:
    """A process of the nursery; what is not said here is as with `subprocess.Popen`.

    Args:
        module: What it runs, as `python -m` would.
        pass_fds: Stay open under their numbers.
        nursery: Which one: what has been loaded.
        start_new_session: Whether it leads a session, and hears Ctrl-C, whoever is in the background.
        dies_with_us: Whether it gets SIGTERM when the nursery ends, which it does when we do.
        forks_agents: Whether the agents that it starts are forked: no children of its own, nor of its session.

    Attributes:
        returncode: `None` until it is known that the process has ended.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        pass_fds: Sequence[int] = (),
        nursery: str = "wswarm",
        start_new_session: bool = False,
        dies_with_us: bool = False,
        forks_agents: bool = False,
    ) -> None:
        self.args = [module, *arguments]
        self.returncode: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.stderr: IO[bytes] | None = None
        self._status, status = os.pipe()
        born, said = os.pipe()
        theirs = [status, said, self._end("stdin", stdin, "wb"), self._end("stdout", stdout, "rb")]
        theirs.append(theirs[-1] if stderr == subprocess.STDOUT else self._end("stderr", stderr, "rb"))
        agents = [_nursery("wswarm").descriptor()] if forks_agents else []
        order = {
            "module": module,
            "arguments": arguments,
            "folder": str(cwd or Path.cwd()),
            "environment": dict(os.environ if env is None else env),
            "passed": list(pass_fds),
            "leads": start_new_session,
            "dies": dies_with_us,
            "files": resource.getrlimit(resource.RLIMIT_NOFILE),
            "mask": [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())],
        }
        try:
            _nursery(nursery).bear(order, [*theirs, *pass_fds, *agents])
        finally:
            for descriptor in set(theirs):
                os.close(descriptor)
        self.pid = int(os.read(born, 64))
        os.close(born)
        _ALL.append(self)

    def _end(self, name: str, what: Any, mode: str) -> int:
        """The process's end of one of its three files."""
        if what == subprocess.PIPE:
            reader, writer = os.pipe()
            ours, theirs = (writer, reader) if mode == "wb" else (reader, writer)
            setattr(self, name, open(ours, mode, buffering=0))  # noqa: PTH123, SIM115 - no path, and is kept
            return theirs
        if what is None or what == subprocess.DEVNULL:
            return (
                os.open(os.devnull, os.O_RDWR) if what else os.dup(("stdin", "stdout", "stderr").index(name))
            )
        return os.dup(what if isinstance(what, int) else what.fileno())

    def poll(self) -> int | None:
        if self.returncode is None:
            self._hear(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._hear(timeout)
        if self.returncode is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode

    def _hear(self, timeout: float | None) -> None:
        is_shared = select.poll is not POLL  # with greenlets, which go on meanwhile, or wait for the same
        end = None if timeout is None else time.monotonic() + timeout
        poll = POLL()
        poll.register(self._status, select.POLLIN)
        while self.returncode is None:
            left_s = None if end is None else max(0.0, end - time.monotonic())
            if poll.poll(0 if is_shared else None if left_s is None else 1_000 * left_s):
                self._take_code()
            elif left_s == 0:
                return
            elif is_shared:
                time.sleep(0.01)

    def _take_code(self) -> None:
        with _HEARING:
            if self.returncode is None:  # no other thread has heard it
                # Of a nursery that was killed nothing is heard, and so was all it knew.
                self.returncode = int(os.read(self._status, 16) or b"-9")
                os.close(self._status)
                _ALL.remove(self)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """What it says until it has ended, once nothing more can be told to it."""
        end = None if timeout is None else time.monotonic() + timeout
        if self.stdin is not None:
            self.stdin.close()
        said = {file: bytearray() for file in (self.stdout, self.stderr) if file and not file.closed}
        with selectors.DefaultSelector() as selector:
            for file in said:
                selector.register(file, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(None if end is None else max(0.0, end - time.monotonic()))
                if not ready:
                    raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
                for key, _ in ready:
                    file = key.fileobj
                    part = os.read(key.fd, 1 << 16)
                    said[file] += part  # type: ignore[index] # one of those
                    if not part:
                        selector.unregister(file)
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        for file in said:
            file.close()
        out, err = (bytes(said.get(file, b"")) for file in (self.stdout, self.stderr))  # type: ignore[arg-type]
        return out, err

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (self.stdin, self.stdout, self.stderr):
            if file is not None:
                file.close()
        self.wait()


_ALL: list[Forked] = []
_HEARING = threading.Lock()


def forked_here(word: str) -> list[int]:
    """The processes of this worker's nursery that still run, of modules whose name holds the word."""
    return [one.pid for one in list(_ALL) if word in one.args[0] and one.poll() is None]


@contextmanager
def forks(started: ModuleType) -> Iterator[None]:
    """Agents that this process starts are forked, unless it plays a system that can't."""
    before, together = started.spawn, started.can_be_loaded_together
    _fork_agents(started)
    try:
        yield
    finally:
        started.spawn, started.can_be_loaded_together = before, together  # type: ignore[attr-defined]


def _fork_agents(started: ModuleType) -> None:
    started.spawn = partial(_spawn, started.spawn)  # type: ignore[attr-defined]
    started.can_be_loaded_together = lambda: False  # type: ignore[attr-defined] # the nursery has loaded it all


@contextmanager
def forks_applications(reference: type[Any]) -> Iterator[None]:
    """Reference applications that this process starts are forked, supervisors and workers."""
    before = reference._start
    reference._start = _start_application  # type: ignore[attr-defined]
    try:
        yield
    finally:
        reference._start = before  # type: ignore[attr-defined]


def _start_application(one: Any) -> Forked:
    module, *arguments = one._command[one._command.index("target_app.workers") :]
    place = {"stdin": subprocess.DEVNULL, "stdout": one._log, "stderr": subprocess.STDOUT}
    leads = {"start_new_session": True, "dies_with_us": True}
    return Forked(module, *arguments, env=one._variables, nursery="target_app", **leads, **place)


def _spawn(
    before: Callable[..., Any],
    module: str,
    errors: IO[bytes],
    word: str,
    inherited: Sequence[int],
    variables: Mapping[str, str],
) -> Any:
    if not inherited:
        return before(module, errors, word, inherited, variables)
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": errors}
    return Forked(module, word, env={**os.environ, **variables}, pass_fds=inherited, **streams)


class _Orders:
    """Where a nursery takes orders, from several processes at once.

    Args:
        channel: Of those that Locust does not replace.
    """

    def __init__(self, channel: _socket.socket) -> None:
        self._channel = channel

    def bear(self, order: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        """Have a process forked, whose number is told by the second of the descriptors."""
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))
        self._channel.sendmsg([json.dumps(order).encode()], [rights])

    def descriptor(self) -> int:
        """What others may order by."""
        return self._channel.fileno()


class _Nursery(_Orders):
    """The front of the program below."""

    def __init__(self, name: str) -> None:
        ours, theirs = _socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(ours)
        command = [sys.executable, "-P", __file__, str(theirs.fileno()), name]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL
        )
        theirs.close()

    def end(self) -> None:
        """Hang up, whoever else could still order."""
        self._channel.shutdown(socket.SHUT_RDWR)
        self._channel.close()
        self._process.wait()


_NURSERIES: dict[str, _Orders] = {}
_STARTING = threading.Lock()


def _nursery(name: str) -> _Orders:
    with _STARTING:
        if name not in _NURSERIES:
            one = _NURSERIES[name] = _Nursery(name)
            atexit.register(one.end)
        return _NURSERIES[name]


def _breed(channel: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Fork what is ordered until the worker hangs up; return in each process that was forked, with its order."""
    running: dict[
        int, tuple[int, int]
    ] = {}  # by the descriptor that tells its end: its number, where to say so
    poll = POLL()
    poll.register(channel.fileno(), select.POLLIN)
    while True:
        for told, _ in poll.poll():
            if told in running:
                poll.unregister(told)
                _tell_end(*running.pop(told))
                os.close(told)
                continue
            text, descriptors, _, _ = socket.recv_fds(channel, MOST, 32)
            if not text:
                return None
            pid = os.fork()
            if pid == 0:
                for descriptor in [*running, *(status for _, status in running.values())]:
                    os.close(descriptor)
                return json.loads(text), descriptors
            told = os.pidfd_open(pid)
            running[told] = pid, descriptors[0]
            poll.register(told, select.POLLIN)
            with contextlib.suppress(BrokenPipeError):
                os.write(descriptors[1], str(pid).encode())
            for descriptor in descriptors[1:]:
                os.close(descriptor)


def _tell_end(pid: int, status: int) -> None:
    """Say how a process has ended."""
    _, code = WAIT(pid, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(status, str(os.waitstatus_to_exitcode(code)).encode())
    os.close(status)


def _become(order: Mapping[str, Any], descriptors: Sequence[int]) -> None:
    """Take over the files, folder, environment, arguments and signal mask of an order."""
    status, said, *given = descriptors
    os.close(status)
    os.close(said)
    wanted, moved = [0, 1, 2, *order["passed"]], _out_of_the_way(given, order["passed"])
    for want, have in zip(wanted, moved, strict=False):
        os.dup2(have, want)
        os.close(have)
    for channel in moved[len(wanted) :]:
        _NURSERIES["wswarm"] = _Orders(_socket.socket(fileno=channel))
        _fork_agents(importlib.import_module("wswarm.drive.fleet.started"))
    sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = io.TextIOWrapper(open(2, "wb", buffering=0), "utf-8", "backslashreplace", write_through=True)  # noqa: SIM115
    resource.setrlimit(resource.RLIMIT_NOFILE, order["files"])
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.stdout.reconfigure(write_through="PYTHONUNBUFFERED" in os.environ)
    sys.argv = [order["module"], *order["arguments"]]
    sys.path.insert(0, order["folder"])
    if order["leads"]:
        os.setsid()
    if order["dies"]:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    signal.pthread_sigmask(signal.SIG_SETMASK, order["mask"])


def _out_of_the_way(given: Sequence[int], passed: Sequence[int]) -> list[int]:
    """Duplicates of descriptors under numbers that nobody asked for."""
    import fcntl

    moved = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, max([3, *passed]) + 1) for one in given]
    for one in given:
        os.close(one)
    return moved


def main() -> None:
    """Load everything, then fork."""
    nursery = sys.argv[2]
    channel = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the tests' to answer
    for name in LOADED[nursery]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    born = _breed(channel)
    if born is None:
        return
    channel.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _become(*born)
    if sys.argv[0] == "target_app.workers":
        fork_workers(importlib.import_module("target_app.supervisor"), _run)
    _run(raises_all=nursery == "locust")


def _run(*, raises_all: bool = False) -> NoReturn:
    """Run the module of the arguments as a program, and end."""
    if not hasattr(sys.modules.get(sys.argv[0]), "__path__"):
        sys.modules.pop(sys.argv[0], None)  # else it is told that another has loaded it
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if raises_all or not (end.code is None or isinstance(end.code, int)):
            raise
        _leave(end.code or 0)
    _leave(0)


def _leave(code: int) -> NoReturn:
    """End as Python does, except that nothing is freed: in a fork, that copies all the memory that is shared."""
    threading._shutdown()  # type: ignore[attr-defined] # waits for threads, as Python does
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
