"""The page of a search while it goes on."""

from collections.abc import Sequence

from wswarm.report.capacity.html import render, render_progress
from wswarm.report.served_page import ServedPage
from wswarm.results.capacity import CapacityScenario, Search, SearchProgress


class SearchPage(ServedPage):
    """Serves the page of a search: its trials, and the bracket closing in.

    Args:
        target: What is loaded, in words. `slo`: what a trial has to keep.
    """

    def __init__(self, scenario: CapacityScenario, target: str, slo: Sequence[str]) -> None:
        self._scenario, self._target, self._slo = scenario, target, slo
        self._latest: SearchProgress | None = None
        self._found: Search | None = None
        super().__init__()

    def show(self, progress: SearchProgress) -> None:
        """Take note of how it stands."""
        self._latest = progress

    def end(self, found: Search) -> None:
        """Show what was found."""
        self._found = found
        self.finish()

    def _render(self) -> str | None:
        if self._found is not None:
            return render(self._found, {})
        if self._latest is None:
            return None
        return render_progress(self._scenario, self._target, self._slo, self._latest)
