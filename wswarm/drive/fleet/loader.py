"""A process that loads what all agents of a run need, once, and is copied for each of them.

    python -P start.py wswarm.drive.fleet.loader "TOLD MODULE:CHANNEL:ERRORS …"

To load it takes an agent longer than all else that it does in a short run. What is copied is a process that was
begun afresh, has one thread and no loop yet. It stays to tell its front end, on TOLD, which process each agent is and
how it has ended; CHANNEL is what `open_channel` understands, ERRORS where an agent writes what went wrong.
"""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NamedTuple, NoReturn

from wswarm.drive.fleet.serving import Obey, serve
from wswarm.drive.fleet.title import show_as

_NEEDED_SOON = (
    "wswarm.drive.drivers.picows_driver",
    "uvloop",
    "psutil",
    "encodings.idna",
    "numpy.ma",
    "numpy.random",
)


class _Order(NamedTuple):
    module: str
    channel: str
    errors: int


def main() -> None:
    """Load, copy this process for each agent, and tell how each ends."""
    first, *words = sys.argv[1].split()
    told, orders = int(first), [_order(word) for word in words]
    gc.disable()
    obeys = [_loaded(order.module) for order in orders]
    gc.freeze()
    places: dict[int, int] = {}
    for place, (order, obey) in enumerate(zip(orders, obeys, strict=True)):
        try:
            pid = os.fork()
        except OSError as error:
            os.write(order.errors, f"it can't be started: {error.strerror}\n".encode())
            _tell(told, f"{place} ended 1")
            continue
        if pid == 0:
            _become(order, obey, [told, *_files(orders)])
        places[pid] = place
        _tell(told, f"{place} began {pid}")
    for descriptor in _files(orders):  # or their front end does not hear when they end
        os.close(descriptor)
    while places:
        pid, status = os.wait()
        _tell(told, f"{places.pop(pid)} ended {os.waitstatus_to_exitcode(status)}")


def _order(word: str) -> _Order:
    module, channel, errors = word.split(":")
    return _Order(module, channel, int(errors))


def _loaded(module: str) -> Obey:
    """Return how agents of that module obey; what they import later is loaded too, as far as it is installed."""
    obey: Obey = import_module(module).obey
    for name in _NEEDED_SOON:
        with suppress(ImportError):
            import_module(name)
    return obey


def _files(orders: Sequence[_Order]) -> list[int]:
    return [number for order in orders for number in (int(order.channel), order.errors)]


def _become(order: _Order, obey: Obey, files: Sequence[int]) -> NoReturn:
    """Be one of the agents, without the files of the others."""
    os.dup2(order.errors, 2)
    for descriptor in files:
        if descriptor != int(order.channel):
            os.close(descriptor)
    show_as([*sys.orig_argv[:3], order.module, order.channel])
    gc.enable()
    serve(obey, order.channel)


def _tell(told: int, line: str) -> None:
    with suppress(BrokenPipeError):  # the front end is gone, and the agents end by themselves
        os.write(told, f"{line}\n".encode())


if __name__ == "__main__":
    main()
