"""Ctrl-C among greenlets: it is the main greenlet's to answer, whichever runs in that moment."""

import signal
from contextlib import suppress
from types import FrameType

import gevent


def leave_to_main() -> None:
    """Have Ctrl-C raise `KeyboardInterrupt` in the main greenlet alone, where nobody has a handler of their own.

    Python raises it in whatever runs, and a greenlet of ours that it ends there, one that tells agents what to do,
    say, is missing in the report that Ctrl-C asks for.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        with suppress(ValueError):  # a library's user may be in another thread, which Ctrl-C does not reach
            signal.signal(signal.SIGINT, _Handler())


class _Handler:
    """What Ctrl-C calls. Pressed again before the main greenlet has had its turn, it ends what keeps it from it."""

    def __init__(self) -> None:
        self._is_under_way = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        hub = gevent.get_hub()
        if gevent.getcurrent() is hub.parent or self._is_under_way:
            self._is_under_way = False
            raise KeyboardInterrupt
        self._is_under_way = True
        hub.loop.run_callback(self._interrupt, hub)

    def _interrupt(self, hub: gevent.hub.Hub) -> None:
        if self._is_under_way:
            self._is_under_way = False
            hub.handle_system_error(KeyboardInterrupt, KeyboardInterrupt())
