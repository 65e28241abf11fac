"""All listeners of a command: told once a second what the run file would say, and last what it says."""

from collections.abc import Callable

from wswarm.errors import ResultError
from wswarm.report.feeds.listener import Listener
from wswarm.report.feeds.reading import Reading, Source, first_reading, last_reading, reading_of
from wswarm.results.progress import Progress
from wswarm.results.run import Run


class Feeds:
    """Passes on how the runs of a command stand.

    In the drain nothing is told: what came last may turn out to be owed to nobody. The end tells it all.

    Args:
        warn: Told what no longer can be passed on.

    Attributes:
        listeners: Those who are still told.
    """

    def __init__(self, warn: Callable[[str], None]) -> None:
        self.listeners: list[Listener] = []
        self._warn, self._failed = warn, list[str]()
        self._latest: Reading | None = None
        self._second = 0

    def add(self, listener: Listener) -> None:
        """Have somebody more told."""
        self.listeners.append(listener)

    def begin(self, source: Source) -> None:
        """Take it that a run begins."""
        if self.listeners:
            self._latest, self._second = first_reading(source), 0

    def update(self, progress: Progress) -> None:
        """Tell how the run stands, unless that was told in this second."""
        before = self._latest
        if before is None or progress.phase == "drain" or progress.elapsed_s < self._second + 1:
            return
        self._second = int(progress.elapsed_s)
        self._latest = reading_of(progress, before)
        self._tell(self._latest)

    def finish(self, run: Run) -> None:
        """Tell what the run has found."""
        if self._latest is not None:
            self._tell(last_reading(run, self._latest))
            self._latest = None

    def close(self, *, is_done: bool = True) -> None:
        """Have everybody who has not yet pass on what is left.

        Args:
            is_done: Whether all that was to be measured was; if not, nobody is waited for.

        Raises:
            ResultError: somebody could not be told all.
        """
        while self.listeners:
            try:
                self.listeners.pop(0).close(is_done=is_done)
            except ResultError as error:
                self._failed.append(str(error))
        failed, self._failed = self._failed, []
        if failed and is_done:
            raise ResultError("; ".join(failed))

    def _tell(self, reading: Reading) -> None:
        for one in tuple(self.listeners):
            try:
                one.hear(reading)
            except ResultError as error:
                self.listeners.remove(one)
                self._warn(f"{error}; the run goes on without it")
                self._failed.append(str(error))
