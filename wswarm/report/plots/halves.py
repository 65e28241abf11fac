"""Work that nobody waits for in between, done in two processes where the system can fork."""

import os
from collections.abc import Callable, Sequence
from typing import NoReturn

Task = Callable[[], object]


def do_each(tasks: Sequence[Task], *, in_two: bool) -> Exception | None:
    """Do every task, also after one that failed; return what the first of those raised.

    Args:
        in_two: Have a process of its own do half of them; only for processes without threads.
    """
    if not in_two or len(tasks) < 2 or not hasattr(os, "fork"):
        return _each(tasks)
    try:
        helper = os.fork()
    except OSError:  # no more processes are to be had
        return _each(tasks)
    if helper == 0:
        _help(tasks[1::2])
    try:
        failure = _each(tasks[::2])
    finally:
        _, status = os.waitpid(helper, 0)
    if status != 0:  # done here once more, to hear why; or because somebody killed the helper
        failure = _each(tasks[1::2]) or failure
    return failure


def _each(tasks: Sequence[Task]) -> Exception | None:
    failures = []
    for task in tasks:
        try:
            task()
        except Exception as error:  # it is the caller's to tell, when the others are done
            failures.append(error)
    return failures[0] if failures else None


def _help(tasks: Sequence[Task]) -> NoReturn:
    """Do the tasks and end, without what Python does on exit: that is for the process one is a copy of."""
    code = 1
    try:
        code = 0 if _each(tasks) is None else 1
    finally:
        os._exit(code)
