"""Who is told how a run stands, each second and at its end."""

from typing import Protocol

from wswarm.report.feeds.reading import Reading


class Listener(Protocol):
    """One of them. What fails is told once, and the run goes on without it."""

    def hear(self, reading: Reading) -> None:
        """Take in how the run stands; the last of it says what was found.

        Raises:
            ResultError: it can't be passed on.
        """

    def close(self, *, is_done: bool) -> None:
        """Pass on what is left and let go of everything.

        Args:
            is_done: Whether all that was to be measured was.

        Raises:
            ResultError: what is left can't be passed on.
        """
