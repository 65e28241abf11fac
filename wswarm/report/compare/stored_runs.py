"""Stored runs set against each other: what `wswarm compare` and the workbench show."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from wswarm.report.ab import effects
from wswarm.report.compare import overlay
from wswarm.report.compare.comparisons import Stored
from wswarm.report.compare.overlay import Overlay
from wswarm.report.context import Context, Side
from wswarm.results.run import Run
from wswarm.stats.compare.comparable import doubts, pair_runs
from wswarm.stats.compare.stored import compare_stored
from wswarm.stats.recording import Recording, of_run

WITHIN = (
    "an interval is that of one run's values: it lacks what differs from run to run; deliveries of one"
    " broadcast count as one"
)
FAR_APART_H = 1


class Asked(NamedTuple):
    """What is to be compared, as the user calls it.

    Attributes:
        is_gating: Whether stored runs decide all the same.
    """

    base: str
    head: str
    is_gating: bool = False


def compared(asked: Asked, base: Sequence[Run], head: Sequence[Run]) -> tuple[Stored, list[Overlay]]:
    """Return the comparison of the runs of two reports, and the values behind it.

    Raises:
        PlanError: they can't be compared: other scenarios, other load.
    """
    pairs = [(of_run(one), of_run(other)) for one, other in pair_runs(base, head)]
    overlays = [one for pair in pairs for one in overlay.of_recordings(*pair)]
    commits = (base[0].environment.git, head[0].environment.git)
    context = context_of(asked, commits, [*_losses(pairs), *_apart(base[0], head[0]), *doubts(base, head)])
    context = msgspec.structs.replace(
        context,
        scenario=", ".join(dict.fromkeys(one.name for one, _ in pairs)),
        environment=head[0].environment,
    )
    return Stored(context=context, comparison=compare_stored(pairs, is_gating=asked.is_gating)), overlays


def context_of(asked: Asked, commits: tuple[str | None, str | None], notes: Sequence[str]) -> Context:
    """Return where such a comparison comes from.

    Args:
        commits: Of base and head. `notes`: doubts, as sentences.
    """
    return Context(
        title="compare",
        base=Side(name=asked.base, commit=commits[0]),
        head=Side(name=asked.head, commit=commits[1]),
        command=shlex.join(["wswarm", "compare", asked.base, asked.head]),
        made_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        advisory=None if asked.is_gating else effects.STORED,
        notes=(WITHIN, *notes),
    )


def _losses(pairs: Sequence[tuple[Recording, Recording]]) -> list[str]:
    """Return where messages were lost, if there are several scenarios to lose them in."""
    return [
        f"{base.name}: base lost {base.counts.lost:,}, head {head.counts.lost:,}"
        for base, head in pairs
        if len(pairs) > 1 and base.counts and head.counts and (base.counts.lost or head.counts.lost)
    ]


def _apart(base: Run, head: Run) -> list[str]:
    """Return how far apart the runs were made, if that is far."""
    try:
        began = [datetime.fromisoformat(run.started_at) for run in (base, head)]
        hours = abs((began[1] - began[0]).total_seconds()) / 3600
    except (ValueError, TypeError):  # a run file of foreign make
        return []
    return [f"the runs began {hours:.1f} h apart"] if hours > FAR_APART_H else []
