"""Whether all users that Locust wants at this worker are there."""

import time

import gevent.event

_LOOK_S = 1.0
_FORGOTTEN_S = 10.0

UNHEARD = (
    "nothing is heard of wswarm on Locust's master, so no user connects: it needs the same user classes, and"
    " events.init fired where it is made by hand"
)


class Attendance:
    """Users that come, one after another, until Locust says that these were all."""

    def __init__(self) -> None:
        self._complete = gevent.event.Event()
        self._came_at = time.monotonic()

    def note_user(self) -> None:
        """Take in that Locust makes a user."""
        self._complete.clear()
        self._came_at = time.monotonic()

    def note_all(self) -> None:
        """Take in that no more will come for now."""
        self._complete.set()

    def wait(self) -> None:
        """Return when all are there, or none has come for so long that Locust must have said so too early."""
        while not self._complete.wait(_LOOK_S) and time.monotonic() - self._came_at < _FORGOTTEN_S:
            pass
