"""The page of runs while they go on."""

from collections.abc import Mapping
from types import MappingProxyType

from wswarm.report import headline
from wswarm.report.html import Going, render
from wswarm.report.served_page import ServedPage
from wswarm.report.so_far import SoFar
from wswarm.report.standing import figures
from wswarm.results.progress import Progress
from wswarm.results.run import Run


class LivePage(ServedPage):
    """Serves the page of the runs of a command: those that are over, and the one that goes on."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._failures: Mapping[str, str] = MappingProxyType({})
        self._so_far: SoFar | None = None
        super().__init__()

    def begin(self, so_far: SoFar) -> None:
        """Show a run that begins."""
        with self._lock:
            self._so_far, self._made = so_far, None

    def update(self, progress: Progress) -> None:
        """Take note of how it stands."""
        with self._lock:
            if self._so_far is not None:
                self._so_far.add(progress)

    def add(self, run: Run) -> None:
        """Show a run that is over in place of the one that went on."""
        with self._lock:
            self._runs.append(run)
            self._so_far = self._made = None

    def end(self, failures: Mapping[str, str] = MappingProxyType({})) -> None:
        """Show that all is over, and wait some seconds until whoever watches has the whole page."""
        with self._lock:
            self._failures, self._so_far = failures, None
        if self._runs:
            self.finish()
            self.wait()

    def _render(self) -> str | None:
        if self._so_far is not None:
            return render(self._runs, failures=self._failures, going=_going(self._so_far))
        if self._runs:
            status = None if self._is_over else "what follows is being prepared"
            return render(self._runs, failures=self._failures, going=Going(status) if status else None)
        return None


def _going(so_far: SoFar) -> Going:
    run, seen = so_far.run(), so_far.latest
    if seen is None:
        return Going(f"{headline.title(run)}: connecting", run)
    status = f"{headline.title(run)}: {seen.phase}, {seen.elapsed_s:.0f} s since the first connect"
    return Going(status, run, figures(seen))
