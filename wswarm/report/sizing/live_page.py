"""The page of sizing while it goes on."""

from wswarm.report.served_page import ServedPage
from wswarm.report.sizing.html import render, render_progress
from wswarm.results.sizing import Model, SizedScenario
from wswarm.results.sizing_progress import SizingProgress


class SizingPage(ServedPage):
    """Serves the page of the sizing of a target: its cells as they are done.

    Args:
        target: What is loaded, in words.
    """

    def __init__(self, scenario: SizedScenario, target: str) -> None:
        self._scenario, self._target = scenario, target
        self._latest: SizingProgress | None = None
        self._found: Model | None = None
        super().__init__()

    def show(self, progress: SizingProgress) -> None:
        """Take note of how it stands."""
        self._latest = progress

    def end(self, found: Model) -> None:
        """Show the model."""
        self._found = found
        self.finish()

    def _render(self) -> str | None:
        if self._found is not None:
            return render(self._found, {})
        return None if self._latest is None else render_progress(self._scenario, self._target, self._latest)
