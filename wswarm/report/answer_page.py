"""The page of something that is looked for in many steps, while they go on and when it is found."""

from collections.abc import Callable
from typing import Generic, TypeVar

from wswarm.report.served_page import ServedPage

Progress = TypeVar("Progress")
Found = TypeVar("Found")


class AnswerPage(ServedPage, Generic[Progress, Found]):
    """Serves it.

    Args:
        going: Makes the page of how it stands. `over`: of what was found.
    """

    def __init__(self, going: Callable[[Progress], str], over: Callable[[Found], str]) -> None:
        self._going, self._over = going, over
        self._latest: Progress | None = None
        self._found: Found | None = None
        super().__init__()

    def show(self, progress: Progress) -> None:
        """Take note of how it stands."""
        self._latest = progress

    def end(self, found: Found) -> None:
        """Show what was found."""
        self._found = found
        self.finish()

    def _render(self) -> str | None:
        if self._found is not None:
            return self._over(self._found)
        return None if self._latest is None else self._going(self._latest)
