"""Modules being loaded: Ctrl-C meanwhile, and no search for garbage, of which there is none."""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@contextmanager
def leaving_on_ctrl_c() -> Iterator[None]:
    """Have Ctrl-C end the process without a word meanwhile, unless somebody else has a say in what it does."""
    is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_ours:
        try:
            signal.signal(signal.SIGINT, leave)
        except ValueError:  # only the main thread may
            is_ours = False
    try:
        yield
    finally:
        if is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Have nobody look for garbage meanwhile, nor later among what is there then.

    What loading makes stays, and looking at it takes a tenth of its time, and as long again each time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.enable()


@contextmanager
def without_threads() -> Iterator[None]:
    """Have no library that is loaded meanwhile begin threads to multiply matrices with, which nothing here does.

    A process with one thread can be copied.
    """
    ours = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update({name: ONE_THREAD[name] for name in ours})
    try:
        yield
    finally:
        for name in ours:  # what is measured is not to hear of it
            os.environ.pop(name, None)


def leave(_number: int, _frame: FrameType | None) -> None:
    """End at once: raised in the midst of loading, an exception would be told, swallowed or taken for another."""
    os._exit(INTERRUPTED)
