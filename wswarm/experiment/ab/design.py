"""What is compared, and in how many slices of what length, given the time there is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from wswarm.errors import PlanError
from wswarm.experiment.ab.defaults import METRICS, THETAS
from wswarm.stats.compare.ab import Design
from wswarm.stats.compare.slices import Load, Metric

_METRICS = {
    name: Metric(name=name, theta=theta, is_lower_worse=True, unit="per s")
    if name == "capacity"
    else Metric(name=name, theta=theta)
    for name, theta in THETAS.items()
}
_FULL: dict[str, Load] = {
    "echo": "closed",
    "fanout": "overload",
}  # which load shows what is delivered at most

_START_S = 2.5
_SLICE_OVERHEAD_S = 0.06
_LONGEST_S, _SHORTEST_S = 1.0, 0.1
_PAUSE_SHARE, _LONGEST_PAUSE_S, _SHORTEST_PAUSE_S = 0.25, 0.25, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How the time is divided; s.

    Attributes:
        blocks: Of four slices in each generation; `closed_blocks`: likewise, of those that measure
            capacity.
        slice_s: Load of a slice. `pause_s`: before it.
    """

    budget_s: float
    blocks: int
    closed_blocks: int
    slice_s: float
    pause_s: float


def make_design(gates: Collection[str], thetas: Mapping[str, float], *, scenario: str) -> Design:
    """Return the design with these metrics gating and all others advisory.

    Args:
        thetas: By metric; under `""` for all that are not named.

    Raises:
        PlanError: there is no such metric, or none gates.
    """
    for name in (*gates, *filter(None, thetas)):
        if name not in _METRICS:
            raise PlanError(f"no metric {name!r}: choose of {', '.join(METRICS)}")
    wanted = [one for one in _METRICS.values() if one.name != "capacity" or "capacity" in gates]
    return Design(
        metrics=tuple(
            Metric(
                name=one.name,
                theta=thetas.get(one.name, thetas.get("", one.theta)),
                is_lower_worse=one.is_lower_worse,
                is_gating=one.name in gates,
                load=_FULL[scenario] if one.name == "capacity" else one.load,
                unit=one.unit,
            )
            for one in wanted
        )
    )


def full_load(design: Design) -> Load:
    """Return the load that shows the capacity, if that is measured."""
    measured: list[Load] = [one.load for one in design.metrics if one.load != "open"]
    return measured[0] if measured else "closed"


def make_timing(
    budget_s: float, looks: Sequence[int], blocks: int, *, has_closed: bool, slice_s: float | None = None
) -> Timing:
    """Return how a budget is divided, so that the last look falls within it unless the slices' length is given.

    Raises:
        PlanError: there is too little time for even the first look.
    """
    closed_blocks = -(-blocks // 3) if has_closed else 0
    slices = 4 * (blocks + closed_blocks) + 2
    each_s = (budget_s / looks[-1] - _START_S) / slices - _SLICE_OVERHEAD_S
    if slice_s is None:
        slice_s = min(_LONGEST_S, max(_SHORTEST_S, each_s / (1 + _PAUSE_SHARE + 0.1)))
    pause_s = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, _PAUSE_SHARE * slice_s))
    least_s = looks[0] * (_START_S + slices * (_SHORTEST_S + _SHORTEST_PAUSE_S + _SLICE_OVERHEAD_S))
    if budget_s < least_s:
        raise PlanError(
            f"--budget {budget_s:g}s is too short for {looks[0]} generations of {blocks} blocks:"
            f" give at least {least_s:.0f}s"
        )
    return Timing(
        budget_s=budget_s, blocks=blocks, closed_blocks=closed_blocks, slice_s=slice_s, pause_s=pause_s
    )
