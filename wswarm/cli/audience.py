"""Who hears of the runs of a command: whoever watches its page, and those whom it feeds."""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from wswarm.cli import feeds as fed
from wswarm.cli.served import served
from wswarm.cli.terminal import Interrupts
from wswarm.experiment.assemble import told
from wswarm.experiment.environment import environment
from wswarm.experiment.sampled import Sampling
from wswarm.load.plan import Plan
from wswarm.report.feeds.feeds import Feeds
from wswarm.results import redact
from wswarm.results.progress import Progress
from wswarm.results.run import Run

if TYPE_CHECKING:
    from wswarm.report.live_page import LivePage


class Audience:
    """All of them, told together.

    Args:
        page: That which is watched; `None`: none is.

    Attributes:
        sampling: Who of them wants the times of single messages.
    """

    def __init__(self, feeds: Feeds, page: "LivePage | None", sampling: Sampling | None = None) -> None:
        self._feeds, self._page, self.sampling = feeds, page, sampling

    def begin(self, plan: Plan, name: str, *, is_reference: bool) -> None:
        """Tell that a run of that name begins."""
        address = None if is_reference else plan.address
        self._feeds.begin(fed.source_of(plan.scenario, name, address))
        if self._page is not None:
            from wswarm.report.so_far import SoFar

            settings = redact.plan(told(plan)) | ({"url": None} if is_reference else {})
            started_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            self._page.begin(SoFar(settings, started_at, environment()))

    def update(self, progress: Progress) -> None:
        """Tell how it stands."""
        self._feeds.update(progress)
        if self._page is not None:
            self._page.update(progress)

    def finish(self, run: Run) -> None:
        """Tell what it has found."""
        self._feeds.finish(run)
        if self._page is not None:
            self._page.add(run)

    def end(self, interrupts: Interrupts | None, failures: Mapping[str, str] = MappingProxyType({})) -> None:
        """Tell that all is over; who watches or reads has some seconds to take the rest, unless Ctrl-C comes.

        Args:
            interrupts: `None`: nobody is waited for. failures: By scenario that has no run, why.

        Raises:
            ResultError: somebody could not be told all.
        """
        if self._page is not None and interrupts is not None:
            with suppress(KeyboardInterrupt), interrupts.at_once():
                self._page.end(failures)
        fed.end(self._feeds, interrupts)


@contextmanager
def audience_for(parsed: argparse.Namespace) -> Iterator[Audience]:
    """Yield those who hear of the command's runs, all of whom are ready before anything is measured.

    Raises:
        PlanError: one can't be.
    """
    with fed.feeds_for(parsed) as feeds, served(_page, is_wanted=parsed.live) as page:
        yield Audience(feeds, page, fed.sampling_of(parsed, feeds))


def _page() -> "LivePage":
    from wswarm.report.live_page import LivePage  # takes long to load

    return LivePage()
