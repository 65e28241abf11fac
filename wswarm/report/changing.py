"""Sections of loads that change while they last, and of what was looked at beside the load."""

from collections.abc import Callable, Iterator

from wswarm.report import churn, stages
from wswarm.report.probe import probe_section
from wswarm.report.section import Section
from wswarm.report.slow import slow_section
from wswarm.report.storm import storm_section
from wswarm.report.trends import trends_section
from wswarm.results.run import Run

_SECTIONS: tuple[Callable[[Run], Section | None], ...] = (
    churn.section,
    storm_section,
    slow_section,
    stages.section,
    trends_section,
    probe_section,
)


def changing_sections(run: Run) -> Iterator[Section | None]:
    """Yield what the run has of each."""
    for section in _SECTIONS:
        yield section(run)
