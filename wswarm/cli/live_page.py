"""`--live`: the page of what is measured, while it is."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from wswarm.cli.terminal import Interrupts
from wswarm.experiment.assemble import told
from wswarm.experiment.environment import environment
from wswarm.load.plan import Plan
from wswarm.results import redact
from wswarm.results.progress import Progress
from wswarm.results.run import Run

if TYPE_CHECKING:
    from wswarm.report.live_page import LivePage


class Watched:
    """What is told to a page that is watched, if one is."""

    def __init__(self, page: "LivePage | None") -> None:
        self._page = page

    def begin(self, plan: Plan, *, is_reference: bool) -> None:
        """Show a run that begins."""
        if self._page is not None:
            from wswarm.report.so_far import SoFar

            settings = redact.plan(told(plan)) | ({"url": None} if is_reference else {})
            started_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            self._page.begin(SoFar(settings, started_at, environment()))

    def update(self, progress: Progress) -> None:
        """Show how it stands."""
        if self._page is not None:
            self._page.update(progress)

    def finish(self, run: Run) -> None:
        """Show what it has found."""
        if self._page is not None:
            self._page.add(run)

    def end(self, interrupts: Interrupts | None, failures: Mapping[str, str] = MappingProxyType({})) -> None:
        """Show that all is over; who watches has some seconds to take the whole page."""
        if self._page is not None:
            with suppress(KeyboardInterrupt), nullcontext() if interrupts is None else interrupts.at_once():
                self._page.end(failures)


@contextmanager
def watched(parsed: argparse.Namespace) -> Iterator[Watched]:
    """Yield what is told to the page, which is there if it was asked for; its address goes to standard error."""
    if not parsed.live:
        yield Watched(None)
        return
    from wswarm.report.live_page import LivePage  # takes long to load

    page = LivePage()
    try:
        with suppress(OSError):
            print(f"live: {page.url}", file=sys.stderr, flush=True)
        yield Watched(page)
    finally:
        page.close()
