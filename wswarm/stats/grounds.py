"""What figures are counted of: of nothing there is no count, not one of 0.

Nobody who was never dropped fails to come back, and what was never sent is not lost.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from wswarm.results.run import Run
from wswarm.stats import figures


class _Ground(NamedTuple):
    """What some figures are counted of.

    Attributes:
        figures: Their full paths.
        of: How much of it a run has; `None`: nobody says.
        why: What is told where there is none of it.
    """

    figures: re.Pattern[str]
    of: Callable[[Run, str], float | None]
    why: str


def why_groundless(run: Run, path: str) -> str | None:
    """Return why the figure at the full path was not measured, as there is nothing that it is counted of."""
    fitting = (one for one in _GROUNDS if one.figures.match(path))
    return next((one.why for one in fitting if one.of(run, path) == 0), None)


def _sum(*paths: str) -> Callable[[Run, str], float | None]:
    """Return how to add up what stands at these paths."""

    def of(run: Run, path: str) -> float | None:  # noqa: ARG001 - others go by the figure's own path
        known = [value for one in paths if (value := figures.value_of(run, one)) is not None]
        return sum(known) if known else None

    return of


def _beside(name: str) -> Callable[[Run, str], float | None]:
    """Return how to look up what stands beside the figure under that name."""

    def of(run: Run, path: str) -> float | None:
        found: float | None = figures.value_of(run, f"{path.rpartition('.')[0]}.{name}")
        return found

    return of


def _slow_blocks(run: Run, path: str) -> float | None:  # noqa: ARG001 - others go by the figure's own path
    return None if run.penalty is None else sum(block.is_slow for block in run.penalty.blocks)


def _held_s(run: Run, path: str) -> float:  # noqa: ARG001 - others go by the figure's own path
    began = (
        0.0 if run.scenario == "replay" else run.phases.hold
    )  # a recording is played from the first connect on
    return max(0.0, run.phases.drain - began)


_GROUNDS = tuple(
    _Ground(re.compile(paths), of, why)
    for paths, of, why in (
        (
            r"recovery\.(?!dropped$|bystanders\.(before|clients)$|kernel\.\w+\.before$)",
            _sum("recovery.dropped"),
            "nobody was dropped",
        ),
        (r"recovery\.bystanders\.(?!clients$)", _sum("recovery.bystanders.clients"), "all were dropped"),
        (r"recovery\.missed$", _sum("recovery.recovered"), "nobody was back"),
        (r"recovery\.(refused\.|wasted$)", _sum("recovery.attempts.max"), "nobody tried to come back"),
        (
            r"penalty\.(?!blocks\.|(pairs|compared|healthy|slow|misplaced|pressed_after|kernel_memory)$)",
            _slow_blocks,
            "no slow block was held",
        ),
        (
            r"population\.(?!expected$)",
            _sum("population.sessions", "population.refused"),
            "no session came",
        ),
        (r"stages\.\d+\.(sent|received)$", _beside("offered"), "nothing was due in that stage"),
        (r"sessions\.(finished|fail)", _sum("sessions.started"), "no session began"),
        (
            r"sessions\.refused$",
            _sum("sessions.started", "sessions.refused"),
            "no session came",
        ),
        (r"steps\..+\.failed$", _beside("count"), "no session came to that step"),
        (r"messages\.lost", _sum("messages.owed"), "nothing was owed"),
        (r"messages\.(duplicated|reordered)$", _sum("messages.received"), "nothing was received"),
        (r"messages\.unsent\.", _sum("messages.offered"), "no message was due"),
        (r"rates\.", _held_s, "there was no hold"),
        (r"fanout\.incomplete$", _sum("fanout.broadcasts"), "nothing was broadcast"),
        (r"rooms\.worst\.\d+\.lost$", _beside("owed"), "nothing was owed in that room"),
        (r"publish\.statuses\.", _sum("publish.requests"), "no request was sent"),
        (r"connections\.fail", _sum("connections.requested"), "no connection was begun"),
        (
            r"connections\.(dropped$|closes\.|close_reasons\.)",
            _sum("connections.opened"),
            "no connection opened",
        ),
        (r"connections\.pings_unanswered$", _sum("connections.pings"), "no ping was sent"),
    )
)
