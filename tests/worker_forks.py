"""Workers of a supervisor that are forked from it, children like those that it would have started."""

import atexit
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

# What a Python that has just begun does of its own; of other signals it is the system's.
_DEFAULTS: dict[int, Any] = {signal.SIGINT: signal.default_int_handler}
_IN_FILES = slice(9, 15)  # of what `subprocess` hands over: the ends of the three pipes, as it calls them


def fork_workers(supervisor: ModuleType, run: Callable[[], NoReturn]) -> None:
    """Have the workers that the module starts forked, in whose turn `run` runs the module of the arguments."""
    _Worker.run = staticmethod(run)
    names = {**vars(subprocess), "Popen": _Worker}
    supervisor.subprocess = SimpleNamespace(**names)  # type: ignore[attr-defined] # it imports it


class _Worker(subprocess.Popen[bytes]):
    """What `python -m MODULE ARGUMENTS` would be."""

    run: Callable[[], NoReturn]

    def _execute_child(self, args: Sequence[str], *more: Any) -> None:
        """Fork; `more` is (executable, preexec_fn, close_fds, pass_fds, cwd, env, ..., p2cread, ...)."""
        sys.stdout.flush()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _become(args, more, mask, self.run)
            self._child_created = True
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._close_pipe_fds(*more[_IN_FILES])  # type: ignore[attr-defined] # of `subprocess` itself


def _become(
    command: Sequence[str], asked: Sequence[Any], mask: Iterable[int], run: Callable[[], NoReturn]
) -> NoReturn:
    """Be the worker until its end: nothing may come to where the supervisor started it."""
    try:
        atexit._clear()  # the supervisor's are not ours: its folder is still wanted
        _take_over(asked[3], asked[5], asked[_IN_FILES], leads=asked[20])
        sys.argv = list(command[command.index("-m") + 1 :])
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        run()
    except SystemExit as end:
        print(end.code, file=sys.stderr, flush=True)  # noqa: T201 - as Python does
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)


def _take_over(
    passed: Sequence[int], environment: Mapping[str, str], files: Sequence[int], *, leads: bool
) -> None:
    if leads:
        os.setsid()
    for number, file in enumerate((files[0], files[3], files[5])):
        if file != -1:
            os.dup2(file, number)
    for descriptor in {int(name) for name in os.listdir("/proc/self/fd")} - {0, 1, 2, *passed}:  # noqa: PTH208 - of us
        with contextlib.suppress(OSError):  # that by which they were listed
            os.close(descriptor)
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, _DEFAULTS.get(number, signal.SIG_DFL))
    os.environ.clear()
    os.environ.update(environment)
